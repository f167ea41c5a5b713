#include "runtime/work_queue.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <string>
#include <vector>

#include "async/task_group.hpp"
#include "support/fake_clock.hpp"

namespace deployctl::runtime {
namespace {

using namespace std::chrono_literals;

const ObjectKey kWeb{"shop", "web"};
const ObjectKey kApi{"shop", "api"};

/// A consumer that takes keys and says at once that they are done.
class Bench {
 public:
  Bench() { consumer_ = group_.spawn("consumer", consume()); }
  void settle() {
    io.restart();
    io.poll();
  }
  void cancel() {
    consumer_.cancel();
    settle();
  }
  [[nodiscard]] bool is_consuming() const { return consumer_.is_running(); }

  asio::io_context io{1};
  support::FakeClock clock;
  Metrics metrics{1};
  WorkQueue queue{io.get_executor(), clock, metrics};
  std::vector<std::string> taken;

 private:
  Task<void> consume() {
    while (auto key = co_await queue.next()) {
      taken.push_back(key->name);
      queue.done(*key);
    }
  }
  TaskHandle consumer_;
  TaskGroup group_{io.get_executor()};
};

TEST(WorkQueue, AnAddedKeyWakesTheConsumer) {
  Bench bench;
  bench.settle();
  bench.queue.add(kWeb);
  bench.settle();
  EXPECT_EQ(bench.taken, std::vector<std::string>{"web"});
  bench.queue.shut_down();
  bench.settle();
}

TEST(WorkQueue, AKeyIsGivenAtItsTimeAndNotBefore) {
  Bench bench;
  bench.queue.add_after(kWeb, 30s, Priority::Retry);
  bench.settle();
  bench.clock.advance(29999ms);
  bench.settle();
  EXPECT_TRUE(bench.taken.empty());
  bench.clock.advance(1ms);
  bench.settle();
  EXPECT_EQ(bench.taken.size(), 1U);
  bench.queue.shut_down();
  bench.settle();
}

TEST(WorkQueue, AnEarlierKeyAddedDuringAWaitShortensIt) {
  Bench bench;
  bench.queue.add_after(kWeb, 30s, Priority::Retry);
  bench.settle();
  bench.queue.add_after(kApi, 5s, Priority::Retry);
  bench.settle();
  bench.clock.advance(5s);
  bench.settle();
  EXPECT_EQ(bench.taken, std::vector<std::string>{"api"});
  bench.queue.shut_down();
  bench.settle();
}

TEST(WorkQueue, ShutDownEndsTheConsumerThoughKeysWait) {
  Bench bench;
  bench.queue.add_after(kWeb, 30s, Priority::Retry);
  bench.settle();
  bench.queue.shut_down();
  bench.settle();
  EXPECT_FALSE(bench.is_consuming());
  EXPECT_EQ(bench.clock.sleepers(), 0U);
}

TEST(WorkQueue, CancellingEndsTheWait) {
  Bench bench;
  bench.queue.add_after(kWeb, 30s, Priority::Retry);
  bench.settle();
  bench.cancel();
  EXPECT_FALSE(bench.is_consuming());
  EXPECT_EQ(bench.clock.sleepers(), 0U);
}

}  // namespace
}  // namespace deployctl::runtime
