#pragma once

// The real API server of an integration test: the control plane that ctest started (tests/CMakeLists.txt), our CRDs in
// it, and for each test a namespace of its own and our own client. Without that control plane a test fails; it is never
// skipped.

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "async/clock.hpp"
#include "async/resolver.hpp"
#include "async/task_group.hpp"
#include "base/log.hpp"
#include "kube/client.hpp"
#include "kube/https_transport.hpp"
#include "support/run_coroutine.hpp"

namespace deployctl::support {

class RealApiServer {
 public:
  /// Installs the CRDs (once is enough) and makes a new namespace.
  RealApiServer();

  template <class T>
  T run(Task<T> task) {
    std::optional<T> value;
    group.spawn("test", keep(std::move(task), value));
    until([&value] { return value.has_value(); });
    return std::move(*value);
  }
  /// Lets the loop run until `holds`; fails the test after a bound.
  void until(const std::function<bool()>& holds);
  /// Lets the loop run for a while, for what must not happen.
  void settle(Duration duration);

  /// Sends and expects a 2xx.
  Json must(kube::Request request);
  [[nodiscard]] const std::string& ns() const { return ns_; }
  [[nodiscard]] const kube::Config& config() const { return config_; }
  /// Requests sent so far whose verb is one of those, e.g. {"get"}.
  [[nodiscard]] std::size_t sent(const std::string& verb) const;

  asio::io_context io{1};
  SystemClock clock{io.get_executor()};
  SystemResolver resolver{io.get_executor(), clock};
  std::vector<std::string> lines;
  Logger logger{LogLevel::Info, LogEncoding::Json, nullptr,
                [this](std::string_view line) { lines.emplace_back(line); }};

 private:
  template <class T>
  static Task<void> keep(Task<T> task, std::optional<T>& into) {
    into = co_await std::move(task);
  }
  void install_crds();
  kube::TransportOptions observed();

  std::vector<kube::RequestRecord> records_;
  kube::Config config_;
  std::string ns_;

 public:
  std::unique_ptr<kube::HttpsTransport> transport;
  std::unique_ptr<kube::Client> client;
  TaskGroup group{io.get_executor()};
};

}  // namespace deployctl::support
