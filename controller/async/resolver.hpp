#pragma once

// Names to addresses off the loop: Asio has one resolver thread, a 3 s lookup delays `localhost` by 3 s and cannot be
// cancelled (measured). Four threads of its own; a caller's deadline or cancellation abandons the lookup, the thread
// ends by itself.

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <vector>

#include "async/clock.hpp"
#include "base/result.hpp"

namespace deployctl {

class Resolver {
 public:
  virtual ~Resolver() = default;
  /// Addresses of `host` (a name or an IP literal, brackets allowed) with `port`, in the system's order. Error:
  /// Transient (name does not resolve, deadline passed).
  virtual Task<Result<std::vector<asio::ip::tcp::endpoint>>> resolve(std::string host, std::uint16_t port,
                                                                     Duration limit) = 0;
};

class SystemResolver final : public Resolver {
 public:
  SystemResolver(asio::any_io_executor executor, Clock& clock);
  ~SystemResolver() override;
  Task<Result<std::vector<asio::ip::tcp::endpoint>>> resolve(std::string host, std::uint16_t port,
                                                             Duration limit) override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace deployctl
