#pragma once

// A whole engine over fakes, with a queue like the real one and a clock that moves only when a test says so. `crash`
// ends the process without a word: everything it still does has no effect, and a new process starts over the same
// world.

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/redact.hpp"
#include "engine/engine.hpp"
#include "executors/registry.hpp"
#include "support/builders.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_cluster_access.hpp"
#include "support/fake_events.hpp"
#include "support/fake_executor.hpp"
#include "support/fake_http_client.hpp"
#include "support/fake_measurements.hpp"
#include "support/fake_pods.hpp"
#include "support/fake_references.hpp"
#include "support/fake_repository.hpp"
#include "support/fake_tcp_probe.hpp"
#include "support/temporary_directory.hpp"

namespace deployctl::support {

/// Counts what reaches the outside; from the k-th on, nothing does any more.
struct PowerSwitch {
  std::size_t actions = 0;
  std::optional<std::size_t> off_after;
  std::optional<std::size_t> stop_at;  ///< while the answer to this write is on its way, `stop` is called
  std::function<void()> stop;
  [[nodiscard]] bool is_off() const { return off_after && actions >= *off_after; }
  bool use() {
    if (is_off()) return false;
    ++actions;
    return true;
  }
};

/// A repository whose calls have no effect once the power is off; the answer of the last one is lost.
class CrashingRepository final : public ports::Repository {
 public:
  CrashingRepository(FakeRepository& inner, PowerSwitch& power) : inner_(inner), power_(power) {}
  Result<std::optional<api::Deployment>> find(const ObjectKey& key) override {
    if (power_.is_off()) return off();
    return inner_.find(key);
  }
  Task<Result<void>> announce(const api::Deployment& seen, api::DeploymentStatus next) override {
    return sent(inner_.announce(seen, std::move(next)));
  }
  Task<Result<void>> write_status(const api::Deployment& seen, api::DeploymentStatus next) override {
    return sent(inner_.write_status(seen, std::move(next)));
  }
  Task<Result<void>> add_finalizer(const api::Deployment& seen) override { return sent(inner_.add_finalizer(seen)); }
  Task<Result<void>> remove_finalizer(const api::Deployment& seen) override {
    return sent(inner_.remove_finalizer(seen));
  }
  Task<Result<void>> save_revision(const api::Deployment& owner, ports::KeptRevision revision) override {
    return sent(inner_.save_revision(owner, std::move(revision)));
  }
  Task<Result<ports::KeptRevision>> load_revision(const api::Deployment& owner, std::int64_t number) override {
    if (power_.is_off()) co_return off();
    co_return co_await inner_.load_revision(owner, number);
  }
  Task<Result<std::vector<ports::KeptRevisionInfo>>> list_revisions(const api::Deployment& owner) override {
    if (power_.is_off()) co_return off();
    co_return co_await inner_.list_revisions(owner);
  }
  Task<Result<void>> delete_revision(const api::Deployment& owner, std::int64_t number) override {
    return sent(inner_.delete_revision(owner, number));
  }
  Task<Result<void>> attach(const api::Deployment& owner, ports::Attachment what,
                            ports::AttachedValues values) override {
    return sent(inner_.attach(owner, what, std::move(values)));
  }
  Task<Result<std::optional<ports::AttachedValues>>> attached(const api::Deployment& owner,
                                                              ports::Attachment what) override {
    if (power_.is_off()) co_return off();
    co_return co_await inner_.attached(owner, what);
  }
  Task<Result<void>> detach(const api::Deployment& owner, ports::Attachment what) override {
    return sent(inner_.detach(owner, what));
  }

 private:
  static Error off() { return fail(ErrorKind::Transient, "the power is off"); }
  Task<Result<void>> sent(Task<Result<void>> call) {
    if (!power_.use()) co_return off();
    auto answer = co_await std::move(call);
    if (power_.stop_at && power_.actions >= *power_.stop_at) {
      power_.stop_at.reset();
      power_.stop();
      asio::steady_timer on_its_way(co_await asio::this_coro::executor, std::chrono::milliseconds(30));
      co_await on_its_way.async_wait(asio::use_awaitable);
    }
    if (power_.is_off()) co_return off();
    co_return answer;
  }
  FakeRepository& inner_;
  PowerSwitch& power_;
};

class EngineBed {
 public:
  explicit EngineBed(std::size_t slots = 2);
  ~EngineBed();

  const ObjectKey key{"shop", "web"};
  asio::io_context loop{1};
  FakeClock clock;
  FakeRepository repository;
  FakeReferences references;
  FakeEvents events;
  FakeClusterAccess access;
  FakePods pods;
  FakeMeasurements measurements;
  FakeHttpClient http;
  FakeTcpProbe tcp;
  FakeWorld world;
  FakeExecutor* executor = nullptr;  ///< of type docker; owned by the registry
  FakeExecutor* ansible = nullptr;
  SecretSet secrets;
  std::vector<std::string> log;
  PowerSwitch power;
  std::set<std::string> dead;                    ///< identities of processes that ended
  std::map<std::string, std::string> survivors;  ///< operation to the process of it that cannot be ended
  std::optional<std::size_t> escaped;            ///< exceptions that came out of reconcile, once a test expects some

  /// Runs everything that can run without time passing.
  void work();
  /// Lets time pass in small pieces, working all the while.
  void pass(Duration time, Duration piece = std::chrono::seconds(5));
  /// The process is gone without a word; another one starts.
  void crash();
  /// It is asked to stop, stops when its grace is over, and another one starts. For the world no time passes.
  void restart();
  /// It is asked to stop, as far as it comes without time passing; `restart` lets it come to its end.
  void ask_to_stop();
  [[nodiscard]] bool has_stopped() const { return stopped_; }

  void deploy(const std::string& version);  ///< puts or edits the object
  void edit(const std::function<void(api::DeploymentSpec&)>& change);
  void references_changed() { engine_->references_changed(key); }
  void annotate(std::string_view annotation, const std::string& value);

  [[nodiscard]] const api::DeploymentStatus& status() const { return repository.status(key); }
  [[nodiscard]] std::string reason(std::string_view condition) const;  ///< empty: absent
  [[nodiscard]] std::string message(std::string_view condition) const;
  [[nodiscard]] std::string ready() const { return reason("Ready"); }
  [[nodiscard]] bool stalled() const { return !reason("Stalled").empty(); }
  [[nodiscard]] std::string runs() const;  ///< the version that runs; empty: none
  [[nodiscard]] std::size_t work_directories() const;
  /// As a process that was killed leaves it.
  void leave_work_directory(const std::string& operation) const;
  [[nodiscard]] bool logged(const std::string& text) const;

 private:
  void start();
  void begin_shutdown();
  void end_tasks();
  bool run_one_key();

  TemporaryDirectory directory_;
  executors::MapRegistry registry_;
  Logger logger_;
  CrashingRepository through_;
  std::set<ObjectKey> queue_;
  std::map<ObjectKey, WallTime> due_;
  std::size_t slots_;
  int processes_ = 0;
  bool stopping_ = false, stopped_ = false;
  std::unique_ptr<engine::Engine> engine_;
};

}  // namespace deployctl::support
