#include "files/app_lock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <csignal>

#include "support/run_coroutine.hpp"
#include "support/temporary_directory.hpp"

namespace deployctl::files {
namespace {

using namespace std::chrono_literals;
using support::run_coroutine;
using testing::HasSubstr;

const ObjectKey kWeb{"dev", "web"};

class AppLockTest : public testing::Test {
 protected:
  AppLockTest() { EXPECT_TRUE(state_.prepare(kWeb)); }

  Result<AppLock> take(const std::string& who, Duration wait = 0s, const ObjectKey& key = kWeb) {
    const LockHolder self{.who = who, .host = "build-1", .pid = 12, .command = "deploy", .since = WallTime(1h)};
    return run_coroutine(loop_, AppLock::take(state_, key, self, clock_, wait,
                                              [this](const std::string& holder) { waited_for_.push_back(holder); }));
  }

  support::TemporaryDirectory directory_;
  StateDirectory state_{directory_.path()};
  asio::io_context loop_{1};
  SystemClock clock_{loop_.get_executor()};
  std::vector<std::string> waited_for_;
};

TEST_F(AppLockTest, TheSecondIsToldWhoHoldsItSinceWhen) {
  const auto first = take("alice");
  ASSERT_TRUE(first);
  const auto second = take("bob");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::Conflict);
  EXPECT_EQ(second.error().message,
            "web in dev is being worked on by alice (deploy, pid 12 on build-1, since 1970-01-01T01:00:00Z): wait for "
            "it, or use --wait-lock");
  EXPECT_THAT(take("carol").error().message, HasSubstr("alice"));  // who failed did not wipe it out
}

TEST_F(AppLockTest, EachAppAndEnvironmentHasItsOwn) {
  const auto first = take("alice");
  ASSERT_TRUE(state_.prepare({"prod", "web"}));
  EXPECT_TRUE(take("bob", 0s, {"prod", "web"}));
}

TEST_F(AppLockTest, IsFreeAgainWhenItsHolderLetsGo) {
  {
    const auto first = take("alice");
  }
  EXPECT_TRUE(take("bob"));
}

TEST_F(AppLockTest, IsWaitedForAndSaysOnceForWhom) {
  const auto first = take("alice");
  const auto second = take("bob", 250ms);
  ASSERT_FALSE(second);
  EXPECT_THAT(waited_for_, testing::ElementsAre(HasSubstr("alice")));
}

// A process that is killed holds nothing any more.
TEST_F(AppLockTest, DiesWithItsHolder) {
  int told[2];
  ASSERT_EQ(::pipe(told), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    asio::io_context loop(1);
    SystemClock clock(loop.get_executor());
    const auto held = run_coroutine(loop, AppLock::take(state_, kWeb, {.who = "child"}, clock, 0s, {}));
    static_cast<void>(::write(told[1], held ? "y" : "n", 1));
    for (;;) ::pause();
  }
  char answer = 0;
  ASSERT_EQ(::read(told[0], &answer, 1), 1);
  ASSERT_EQ(answer, 'y');
  EXPECT_THAT(take("bob").error().message, HasSubstr("child"));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(take("bob"));
  ::close(told[0]);
  ::close(told[1]);
}

TEST_F(AppLockTest, CanBeLookedAtWithoutBeingTaken) {
  EXPECT_EQ(AppLock::holder_of(state_, kWeb), std::nullopt);
  {
    const auto first = take("alice");
    EXPECT_THAT(AppLock::holder_of(state_, kWeb).value_or(""), HasSubstr("alice (deploy, pid 12"));
  }
  EXPECT_EQ(AppLock::holder_of(state_, kWeb), std::nullopt);
}

TEST_F(AppLockTest, JunkInItsFileIsNoReasonToStop) {
  const auto first = take("alice");
  directory_.write("locks/web_dev.lock", "\x1b[31m{not json");
  EXPECT_THAT(take("bob").error().message, HasSubstr("being worked on by another run"));
}

}  // namespace
}  // namespace deployctl::files
