#pragma once

// A TCP relay on loopback that a test can cut: all connections are reset, new ones refused until it is mended. TLS
// passes through it untouched.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <list>
#include <memory>

#include "async/task_group.hpp"

namespace deployctl::support {

class CuttingProxy {
 public:
  /// Relays to 127.0.0.1:`target`.
  CuttingProxy(asio::io_context& io, std::uint16_t target);
  ~CuttingProxy();
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  void cut();
  void mend();

 private:
  struct Pair;
  Task<void> accept();
  Task<void> relay(std::shared_ptr<Pair> pair);
  static Task<void> pump(std::shared_ptr<Pair> pair, bool upwards);

  asio::io_context& io_;
  std::uint16_t target_;
  std::uint16_t port_ = 0;
  std::list<std::weak_ptr<Pair>> pairs_;
  asio::ip::tcp::acceptor acceptor_;
  TaskGroup group_;
};

}  // namespace deployctl::support
