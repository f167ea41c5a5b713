#include "runtime/work_queue_state.hpp"

#include <gtest/gtest.h>

#include <string>

namespace deployctl::runtime {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart{std::chrono::hours(1)};
const ObjectKey kWeb{"shop", "web"};
const ObjectKey kApi{"shop", "api"};

/// The name of the next key, empty when none is due.
std::string take(WorkQueueState& queue, SteadyTime now) {
  const auto taken = queue.take(now);
  return taken ? taken->key.name : "";
}

bool add(WorkQueueState& queue, const ObjectKey& key, SteadyTime due = kStart, Priority priority = Priority::Change) {
  return queue.add(key, due, priority, kStart);
}

TEST(WorkQueueState, KeysComeInTheOrderTheyWereAdded) {
  WorkQueueState queue;
  add(queue, kWeb);
  add(queue, kApi);
  EXPECT_EQ(take(queue, kStart), "web");
  EXPECT_EQ(take(queue, kStart), "api");
  EXPECT_EQ(take(queue, kStart), "");
}

TEST(WorkQueueState, AKeyAddedTwiceRunsOnce) {
  WorkQueueState queue;
  EXPECT_TRUE(add(queue, kWeb));
  EXPECT_FALSE(add(queue, kWeb));
  EXPECT_EQ(take(queue, kStart), "web");
  queue.done(kWeb, kStart);
  EXPECT_EQ(take(queue, kStart), "");
}

// fault R5
TEST(WorkQueueState, KeyAddedWhileBeingProcessedIsNotGivenToASecondWorker) {
  WorkQueueState queue;
  add(queue, kWeb);
  take(queue, kStart);
  add(queue, kWeb);
  EXPECT_EQ(take(queue, kStart), "");
}

TEST(WorkQueueState, KeyAddedWhileBeingProcessedRunsAgain) {
  WorkQueueState queue;
  add(queue, kWeb);
  take(queue, kStart);
  add(queue, kWeb);
  queue.done(kWeb, kStart + 1s);
  EXPECT_EQ(take(queue, kStart + 1s), "web");
}

TEST(WorkQueueState, KeyScheduledWhileBeingProcessedRunsAtThatTime) {
  WorkQueueState queue;
  add(queue, kWeb);
  take(queue, kStart);
  add(queue, kWeb, kStart + 30s);
  queue.done(kWeb, kStart + 1s);
  EXPECT_EQ(take(queue, kStart + 29s), "");
  EXPECT_EQ(take(queue, kStart + 30s), "web");
}

TEST(WorkQueueState, TheEarlierDeadlineWins) {
  WorkQueueState queue;
  add(queue, kWeb, kStart + 10min);
  EXPECT_FALSE(add(queue, kWeb, kStart + 5s));
  EXPECT_FALSE(add(queue, kWeb, kStart + 20min));
  EXPECT_EQ(queue.next_due(), kStart + 5s);
  EXPECT_EQ(take(queue, kStart + 5s), "web");
  queue.done(kWeb, kStart + 6s);
  EXPECT_EQ(queue.next_due(), std::nullopt);
}

TEST(WorkQueueState, TheEarlierDeadlineWinsWhileBeingProcessed) {
  WorkQueueState queue;
  add(queue, kWeb);
  take(queue, kStart);
  add(queue, kWeb, kStart + 5s);
  add(queue, kWeb, kStart + 10min);
  queue.done(kWeb, kStart + 1s);
  EXPECT_EQ(queue.next_due(), kStart + 5s);
}

TEST(WorkQueueState, AnEditGoesBeforeThousandsOfResyncs) {
  WorkQueueState queue;
  for (int i = 0; i < 1000; ++i) add(queue, {"shop", "object-" + std::to_string(i)}, kStart, Priority::Resync);
  add(queue, kApi, kStart, Priority::Retry);
  add(queue, kWeb, kStart + 1s, Priority::Change);
  EXPECT_EQ(take(queue, kStart + 1s), "web");
  EXPECT_EQ(take(queue, kStart + 1s), "api");
}

TEST(WorkQueueState, AnEditOfAKeyThatWaitsForItsResyncMakesItUrgent) {
  WorkQueueState queue;
  add(queue, kApi, kStart, Priority::Resync);
  add(queue, kWeb, kStart, Priority::Resync);
  add(queue, kWeb, kStart, Priority::Change);
  EXPECT_EQ(take(queue, kStart), "web");
}

TEST(WorkQueueState, DepthCountsWhatIsDueAndWaits) {
  WorkQueueState queue;
  add(queue, kWeb);
  add(queue, kApi, kStart + 5s);
  EXPECT_EQ(queue.depth(kStart), 1U);
  EXPECT_EQ(queue.depth(kStart + 5s), 2U);
  take(queue, kStart + 5s);
  EXPECT_EQ(queue.depth(kStart + 5s), 1U);
  EXPECT_EQ(queue.processing(), 1U);
}

TEST(WorkQueueState, WaitingTimeIsCountedFromTheDeadline) {
  WorkQueueState queue;
  add(queue, kWeb, kStart + 5s);
  EXPECT_EQ(queue.take(kStart + 7s)->ready_since, kStart + 5s);
}

TEST(WorkQueueState, WaitingTimeOfAKeyDueInThePastIsCountedFromItsAdding) {
  WorkQueueState queue;
  queue.add(kWeb, kStart - 10s, Priority::Change, kStart);
  EXPECT_EQ(queue.take(kStart)->ready_since, kStart);
}

TEST(WorkQueueState, DoneOfAKeyThatDoesNotRunIsHarmless) {
  WorkQueueState queue;
  queue.done(kWeb, kStart);
  add(queue, kWeb);
  queue.done(kWeb, kStart);
  EXPECT_EQ(take(queue, kStart), "web");
}

}  // namespace
}  // namespace deployctl::runtime
