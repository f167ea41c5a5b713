#pragma once

// Names to addresses off the loop: Asio has one resolver thread, a 3 s lookup delays `localhost` by 3 s and cannot be
// cancelled (measured). Four threads of its own; a caller's deadline or cancellation abandons the lookup, the thread
// ends by itself.

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
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
  /// Transient (name does not resolve, deadline passed), Invalid (no host name).
  virtual Task<Result<std::vector<asio::ip::tcp::endpoint>>> resolve(std::string host, std::uint16_t port,
                                                                     Duration limit) = 0;
};

/// The system's getaddrinfo. The executor's loop outlives it; lookups under way when it ends are abandoned.
class SystemResolver final : public Resolver {
 public:
  /// Blocks until there is an answer; called on the resolver's threads.
  using LookUp = std::function<Result<std::vector<asio::ip::address>>(const std::string& host)>;

  SystemResolver(asio::any_io_executor executor, Clock& clock);
  /// With another way to look names up, for tests.
  SystemResolver(asio::any_io_executor executor, Clock& clock, LookUp look_up);
  ~SystemResolver() override;
  Task<Result<std::vector<asio::ip::tcp::endpoint>>> resolve(std::string host, std::uint16_t port,
                                                             Duration limit) override;

 private:
  struct State;
  std::shared_ptr<State> state_;
  Clock& clock_;
};

}  // namespace deployctl
