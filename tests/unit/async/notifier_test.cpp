#include "async/notifier.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "async/task_group.hpp"
#include "support/run_coroutine.hpp"

namespace deployctl {
namespace {

Task<void> count_waits(Notifier& notifier, int& count) {
  for (;;) {
    co_await notifier.wait();
    ++count;
  }
}

class NotifierTest : public testing::Test {
 protected:
  asio::io_context loop_;
  Notifier notifier_{loop_.get_executor()};
  int count_ = 0;
  TaskGroup group_{loop_.get_executor()};

  void TearDown() override {
    group_.cancel_all();
    support::run_coroutine(loop_, group_.join());
  }
};

TEST_F(NotifierTest, AWaitEndsWithTheNotification) {
  group_.spawn("waiter", count_waits(notifier_, count_));
  loop_.poll();
  EXPECT_EQ(count_, 0);
  notifier_.notify();
  loop_.poll();
  EXPECT_EQ(count_, 1);
}

TEST_F(NotifierTest, ANotificationBeforeTheWaitIsKept) {
  notifier_.notify();
  support::run_coroutine(loop_, notifier_.wait());
}

TEST_F(NotifierTest, ManyNotificationsCountAsOne) {
  group_.spawn("waiter", count_waits(notifier_, count_));
  loop_.poll();
  for (int i = 0; i < 5; ++i) notifier_.notify();
  loop_.poll();
  EXPECT_EQ(count_, 1);
}

TEST_F(NotifierTest, ACancelledWaitThrows) {
  TaskHandle waiter = group_.spawn("waiter", count_waits(notifier_, count_));
  loop_.poll();
  waiter.cancel();
  loop_.poll();
  EXPECT_FALSE(waiter.is_running());
  EXPECT_EQ(count_, 0);
}

}  // namespace
}  // namespace deployctl
