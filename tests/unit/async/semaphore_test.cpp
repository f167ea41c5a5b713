#include "async/semaphore.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <utility>
#include <vector>

#include "async/notifier.hpp"
#include "async/task_group.hpp"
#include "support/run_coroutine.hpp"

namespace deployctl {
namespace {

Task<void> hold(Semaphore& semaphore, std::vector<int>& order, int number, Notifier& until) {
  const Semaphore::Permit permit = co_await semaphore.acquire();
  order.push_back(number);
  co_await until.wait();
}

class SemaphoreTest : public testing::Test {
 protected:
  asio::io_context loop_;
  Semaphore semaphore_{loop_.get_executor(), 1};
  Notifier first_done_{loop_.get_executor()};
  Notifier done_{loop_.get_executor()};
  std::vector<int> order_;
  TaskGroup group_{loop_.get_executor()};

  TaskHandle start(int number, Notifier& until) {
    TaskHandle handle = group_.spawn("holder", hold(semaphore_, order_, number, until));
    loop_.poll();
    return handle;
  }
  void TearDown() override {
    group_.cancel_all();
    support::run_coroutine(loop_, group_.join());
    EXPECT_EQ(semaphore_.available(), 1U);
  }
};

TEST_F(SemaphoreTest, WhoComesFirstIsServedFirst) {
  start(1, first_done_);
  start(2, done_);
  start(3, done_);
  EXPECT_EQ(order_, std::vector<int>{1});
  first_done_.notify();
  loop_.poll();
  EXPECT_EQ(order_, (std::vector<int>{1, 2}));
  done_.notify();
  loop_.poll();
  EXPECT_EQ(order_, (std::vector<int>{1, 2, 3}));
}

TEST_F(SemaphoreTest, NobodyOvertakesTheQueue) {
  start(1, first_done_);
  start(2, done_);
  first_done_.notify();
  EXPECT_FALSE(semaphore_.try_acquire());
  loop_.poll();
  EXPECT_FALSE(semaphore_.try_acquire());
  EXPECT_EQ(order_, (std::vector<int>{1, 2}));
}

TEST_F(SemaphoreTest, ACancelledWaiterTakesNoPlace) {
  start(1, first_done_);
  TaskHandle second = start(2, done_);
  start(3, done_);
  second.cancel();
  loop_.poll();
  first_done_.notify();
  loop_.poll();
  EXPECT_EQ(order_, (std::vector<int>{1, 3}));
}

TEST_F(SemaphoreTest, APlaceGrantedToAWaiterThatIsCancelledGoesOn) {
  Semaphore::Permit held = semaphore_.try_acquire();
  TaskHandle second = start(2, done_);
  start(3, done_);
  held.release();
  second.cancel();
  loop_.poll();
  EXPECT_FALSE(second.is_running());
  EXPECT_EQ(order_.back(), 3);
}

TEST_F(SemaphoreTest, APermitGivesItsPlaceBackOnce) {
  Semaphore::Permit permit = semaphore_.try_acquire();
  EXPECT_TRUE(permit);
  EXPECT_EQ(semaphore_.available(), 0U);
  Semaphore::Permit moved = std::move(permit);
  permit = Semaphore::Permit();
  EXPECT_EQ(semaphore_.available(), 0U);
  moved.release();
  moved.release();
  EXPECT_EQ(semaphore_.available(), 1U);
}

}  // namespace
}  // namespace deployctl
