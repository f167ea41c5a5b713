#pragma once

// The controller program, put together: connects, waits until its cache is synced, works until it is told to end, and
// ends in order. Built once in main; everything it owns lives until run() has returned.

#include <boost/asio/io_context.hpp>
#include <memory>

#include "app/options.hpp"
#include "async/asio.hpp"

namespace deployctl::app {

class Application {
 public:
  /// Reads the kubeconfig and binds the listeners. Start-up failures throw std::runtime_error with one clear line.
  Application(asio::io_context& loop, Options options);
  ~Application();
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  /// Returns after SIGTERM or SIGINT, when running steps have ended, within --shutdown-grace or told to stop after it,
  /// open operations are recorded and the last events are sent. Order: readiness off, no new work, operations, watches,
  /// events, listeners.
  Task<void> run();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace deployctl::app
