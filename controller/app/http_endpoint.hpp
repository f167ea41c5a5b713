#pragma once

// Our own listeners (/healthz, /readyz, /metrics): GET only, bounded in connections, header size and time, so that a
// slow or greedy client costs nothing (fault C2). One per address; run() ends when its task is cancelled.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "app/options.hpp"
#include "async/clock.hpp"
#include "async/task_group.hpp"

namespace deployctl::app {

struct Page {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

class HttpEndpoint {
 public:
  /// `serve` gets the path without its query, and the query; called on the loop, returns at once.
  using Serve = std::function<Page(const std::string& path, const std::string& query)>;

  /// Binds at once; an address that cannot be bound is a start-up failure and throws std::runtime_error naming it.
  HttpEndpoint(asio::any_io_executor executor, Clock& clock, const ListenAddress& address, Serve serve);
  ~HttpEndpoint();
  HttpEndpoint(const HttpEndpoint&) = delete;
  HttpEndpoint& operator=(const HttpEndpoint&) = delete;

  /// The port that was bound (for port 0).
  [[nodiscard]] std::uint16_t port() const;
  /// Accepts until cancelled, then ends its connections and returns.
  Task<void> run();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace deployctl::app
