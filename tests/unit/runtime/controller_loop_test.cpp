#include "runtime/controller_loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/fake_clock.hpp"
#include "support/run_coroutine.hpp"

namespace deployctl::runtime {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const ObjectKey kWeb{"shop", "web"};
const ObjectKey kApi{"shop", "api"};

/// A loop whose reconcile does what the test scripted for the n-th call of a key.
class Bench {
 public:
  explicit Bench(std::size_t workers = 2)
      : metrics(workers),
        queue(io.get_executor(), clock, metrics),
        loop(
            io.get_executor(), clock, logger, queue, metrics, [this](ObjectKey key) { return reconcile(key); },
            workers) {}

  /// Runs until nothing can go on without time passing.
  void settle() {
    if (!started_) {
      handle_ = group_.spawn("loop", loop.run());
      started_ = true;
    }
    io.restart();
    io.poll();
  }
  void stop() {
    loop.stop();
    settle();
  }
  void cancel() {
    handle_.cancel();
    settle();
  }
  [[nodiscard]] bool is_running() const { return handle_.is_running(); }

  asio::io_context io{1};
  support::FakeClock clock;
  std::vector<std::string> lines;
  Logger logger{LogLevel::Info, LogEncoding::Json, nullptr,
                [this](std::string_view line) { lines.emplace_back(line); }};
  Metrics metrics;
  WorkQueue queue;
  ControllerLoop loop;
  std::vector<std::string> calls;
  std::function<Outcome(const ObjectKey&, int call)> script = [](const ObjectKey&, int) { return Outcome{}; };
  std::map<ObjectKey, Duration> takes;  ///< how long a reconcile of a key lasts
  int at_once = 0;
  int most_at_once = 0;

 private:
  Task<Outcome> reconcile(ObjectKey key) {
    calls.push_back(key.name);
    const int call = static_cast<int>(std::ranges::count(calls, key.name));
    most_at_once = std::max(most_at_once, ++at_once);
    if (const auto lasts = takes.find(key); lasts != takes.end()) co_await clock.sleep_for(lasts->second);
    --at_once;
    co_return script(key, call);
  }

  bool started_ = false;
  TaskHandle handle_;
  TaskGroup group_{io.get_executor()};
};

TEST(ControllerLoop, CallsTheReconcilerForEachKey) {
  Bench bench;
  bench.queue.add(kWeb);
  bench.queue.add(kApi);
  bench.settle();
  EXPECT_THAT(bench.calls, testing::UnorderedElementsAre("web", "api"));
  bench.stop();
}

TEST(ControllerLoop, ComesAgainAfterTheTimeTheReconcilerNamed) {
  Bench bench;
  bench.script = [](const ObjectKey&, int) { return Outcome{.requeue_after = 30s}; };
  bench.queue.add(kWeb);
  bench.settle();
  bench.clock.advance(29s);
  bench.settle();
  EXPECT_EQ(bench.calls.size(), 1U);
  bench.clock.advance(1s);
  bench.settle();
  EXPECT_EQ(bench.calls.size(), 2U);
  EXPECT_THAT(bench.metrics.serialize(), HasSubstr("result=\"requeue_after\"} 2"));
  bench.stop();
}

TEST(ControllerLoop, AnErrorIsRetriedWithBackOffAndCounted) {
  Bench bench;
  bench.script = [](const ObjectKey&, int call) {
    return call < 3 ? Outcome{.error = fail(ErrorKind::Transient, "refused")} : Outcome{};
  };
  bench.queue.add(kWeb);
  bench.settle();
  EXPECT_EQ(bench.calls.size(), 1U);
  for (int i = 0; i < 5; ++i) {
    bench.clock.advance(20ms);
    bench.settle();
  }
  EXPECT_EQ(bench.calls.size(), 3U);
  const std::string text = bench.metrics.serialize();
  EXPECT_THAT(text, HasSubstr("controller_runtime_reconcile_errors_total{controller=\"deployctl-deployment\"} 2"));
  EXPECT_THAT(text, HasSubstr("workqueue_retries_total{controller=\"deployctl-deployment\","
                              "name=\"deployctl-deployment\"} 2"));
  EXPECT_THAT(bench.lines, testing::Contains(HasSubstr("refused")));
  bench.stop();
}

TEST(ControllerLoop, WaitsAtLeastAsLongAsTheServerAsked) {
  Bench bench;
  bench.script = [](const ObjectKey&, int call) {
    return call > 1 ? Outcome{} : Outcome{.error = Error{ErrorKind::Transient, "busy", std::chrono::seconds(7)}};
  };
  bench.queue.add(kWeb);
  bench.settle();
  bench.clock.advance(6900ms);
  bench.settle();
  EXPECT_EQ(bench.calls.size(), 1U);
  bench.clock.advance(100ms);
  bench.settle();
  EXPECT_EQ(bench.calls.size(), 2U);
  bench.stop();
}

TEST(ControllerLoop, ATerminalErrorIsCountedAndNotRetried) {
  Bench bench;
  bench.script = [](const ObjectKey&, int) {
    return Outcome{.error = fail(ErrorKind::Invalid, "never"), .terminal = true};
  };
  bench.queue.add(kWeb);
  bench.settle();
  bench.clock.advance(24h);
  bench.settle();
  EXPECT_EQ(bench.calls.size(), 1U);
  EXPECT_THAT(bench.metrics.serialize(),
              HasSubstr("controller_runtime_terminal_reconcile_errors_total{controller=\"deployctl-deployment\"} 1"));
  bench.stop();
}

TEST(ControllerLoop, AConflictIsARequeueAndNoError) {
  Bench bench;
  bench.script = [](const ObjectKey&, int call) {
    return call > 1 ? Outcome{} : Outcome{.error = fail(ErrorKind::Conflict, "has changed")};
  };
  bench.queue.add(kWeb);
  bench.settle();
  bench.clock.advance(10ms);
  bench.settle();
  EXPECT_EQ(bench.calls.size(), 2U);
  const std::string text = bench.metrics.serialize();
  EXPECT_THAT(text, HasSubstr("result=\"requeue\"} 1"));
  EXPECT_THAT(text, HasSubstr("controller_runtime_reconcile_errors_total{controller=\"deployctl-deployment\"} 0"));
  EXPECT_TRUE(bench.lines.empty());
  bench.stop();
}

// fault R17
TEST(ControllerLoop, AnExceptionEscapingOneReconcileIsCountedAndTheKeyIsRetried) {
  Bench bench;
  bench.script = [](const ObjectKey& key, int call) -> Outcome {
    if (key == kWeb && call == 1) throw std::logic_error("broken invariant");
    return {};
  };
  bench.queue.add(kWeb);
  bench.queue.add(kApi);
  bench.settle();
  EXPECT_THAT(bench.calls, testing::UnorderedElementsAre("web", "api"));
  bench.clock.advance(10ms);
  bench.settle();
  EXPECT_EQ(bench.calls.back(), "web");
  EXPECT_EQ(bench.calls.size(), 3U);
  EXPECT_THAT(bench.metrics.serialize(),
              HasSubstr("controller_runtime_reconcile_panics_total{controller=\"deployctl-deployment\"} 1"));
  ASSERT_EQ(bench.lines.size(), 1U);
  const Json line = Json::parse(bench.lines.front());
  EXPECT_EQ(line.at("name"), "web");
  EXPECT_EQ(line.at("namespace"), "shop");
  EXPECT_THAT(line.at("error").get<std::string>(), HasSubstr("broken invariant"));
  EXPECT_FALSE(line.at("reconcileID").get<std::string>().empty());
  bench.stop();
}

// fault R17
TEST(ControllerLoop, AnythingElseThrownIsCaughtAsWell) {
  Bench bench;
  bench.script = [](const ObjectKey&, int call) -> Outcome {
    if (call == 1) throw 42;  // NOLINT: exactly what must not end the process
    if (call == 2) throw boost::system::system_error(asio::error::operation_aborted);
    return {};
  };
  bench.queue.add(kWeb);
  bench.settle();
  bench.clock.advance(100ms);
  bench.settle();
  bench.clock.advance(100ms);
  bench.settle();
  EXPECT_EQ(bench.calls.size(), 3U);
  EXPECT_THAT(bench.metrics.serialize(),
              HasSubstr("controller_runtime_reconcile_panics_total{controller=\"deployctl-deployment\"} 2"));
  bench.stop();
}

// fault R5
TEST(ControllerLoop, AKeyIsNeverReconciledTwiceAtOnce) {
  Bench bench(8);
  bench.takes[kWeb] = 10s;
  bench.queue.add(kWeb);
  bench.settle();
  for (int i = 0; i < 5; ++i) bench.queue.add(kWeb);
  bench.settle();
  EXPECT_EQ(bench.calls.size(), 1U);
  bench.clock.advance(10s);
  bench.settle();
  EXPECT_EQ(bench.calls.size(), 2U);
  EXPECT_EQ(bench.most_at_once, 1);
  bench.clock.advance(10s);
  bench.stop();
}

TEST(ControllerLoop, NoMoreAtOnceThanWorkers) {
  Bench bench(3);
  for (int i = 0; i < 10; ++i) {
    const ObjectKey key{"shop", "object-" + std::to_string(i)};
    bench.takes[key] = 1s;
    bench.queue.add(key);
  }
  for (int i = 0; i < 10; ++i) {
    bench.settle();
    bench.clock.advance(1s);
  }
  bench.settle();
  EXPECT_EQ(bench.calls.size(), 10U);
  EXPECT_EQ(bench.most_at_once, 3);
  bench.stop();
}

TEST(ControllerLoop, StopLetsWhatHasBegunEndAndBeginsNothing) {
  Bench bench(1);
  bench.takes[kWeb] = 10s;
  bench.queue.add(kWeb);
  bench.settle();
  bench.queue.add(kApi);
  bench.stop();
  EXPECT_TRUE(bench.is_running());
  bench.clock.advance(10s);
  bench.settle();
  EXPECT_FALSE(bench.is_running());
  EXPECT_EQ(bench.calls, std::vector<std::string>{"web"});
}

TEST(ControllerLoop, CancellingEndsWhatHasBegun) {
  Bench bench;
  bench.takes[kWeb] = 10s;
  bench.queue.add(kWeb);
  bench.settle();
  bench.cancel();
  EXPECT_FALSE(bench.is_running());
  EXPECT_EQ(bench.clock.sleepers(), 0U);
  EXPECT_THAT(bench.metrics.serialize(), HasSubstr("reconcile_panics_total{controller=\"deployctl-deployment\"} 0"));
}

TEST(ControllerLoop, UnfinishedWorkIsSeenWhileItRuns) {
  Bench bench;
  bench.takes[kWeb] = 10s;
  bench.queue.add(kWeb);
  bench.settle();
  bench.clock.advance(4s);
  EXPECT_THAT(bench.metrics.serialize(),
              HasSubstr("workqueue_longest_running_processor_seconds{controller=\"deployctl-deployment\","
                        "name=\"deployctl-deployment\"} 4"));
  bench.clock.advance(6s);
  bench.stop();
}

}  // namespace
}  // namespace deployctl::runtime
