#include "kube/list_watch_state.hpp"

#include <gtest/gtest.h>

namespace deployctl::kube {

// Printed when an expectation fails.
namespace action {
static void PrintTo(const ReadPage& page, std::ostream* out) {
  *out << "ReadPage{" << page.resource_version << "," << page.continue_token << "," << page.limit << "}";
}
static void PrintTo(const OpenWatch& watch, std::ostream* out) {
  *out << "OpenWatch{" << watch.resource_version << "}";
}
static void PrintTo(const Wait& wait, std::ostream* out) { *out << "Wait{" << wait.length.count() << "ms}"; }
static void PrintTo(const ReadWatch&, std::ostream* out) { *out << "ReadWatch{}"; }
}  // namespace action

namespace {

using action::OpenWatch;
using action::ReadPage;
using action::ReadWatch;
using action::Wait;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const Error kGone{ErrorKind::Gone, "too old (410 Expired)"};
const Error kBusy{ErrorKind::Transient, "busy (503)"};

/// A machine and the time it is told; `random` is 0, so waits are exact.
struct Machine {
  ListWatchState state;
  SteadyTime now{std::chrono::hours(1)};

  Action tell(const Happening& what) { return state.step(what, now, 0.0); }
  Action after(Duration passed, const Happening& what) {
    now += passed;
    return tell(what);
  }
  /// Listed at `version` and watching.
  void watching(const std::string& version) {
    tell(happened::Begin{});
    tell(happened::PageRead{version, ""});
    tell(happened::WatchOpened{});
  }
};

TEST(ListWatchState, ListsConsistentlyAndThenWatchesFromThere) {
  Machine machine;
  EXPECT_EQ(machine.tell(happened::Begin{}), Action(ReadPage{}));
  EXPECT_EQ(machine.tell(happened::PageRead{"10", ""}), Action(OpenWatch{"10"}));
  EXPECT_EQ(machine.tell(happened::WatchOpened{}), Action(ReadWatch{}));
}

TEST(ListWatchState, ReadsEveryPageBeforeItWatches) {
  Machine machine;
  machine.tell(happened::Begin{});
  EXPECT_EQ(machine.tell(happened::PageRead{"10", "t1"}), Action(ReadPage{.continue_token = "t1"}));
  EXPECT_EQ(machine.tell(happened::PageRead{"10", "t2"}), Action(ReadPage{.continue_token = "t2"}));
  EXPECT_EQ(machine.tell(happened::PageRead{"10", ""}), Action(OpenWatch{"10"}));
}

TEST(ListWatchState, AWatchThatEndedInOrderIsResumedAtOnceFromTheLastVersion) {
  Machine machine;
  machine.watching("10");
  machine.tell(happened::WatchRead{"12", true});
  EXPECT_EQ(machine.after(seconds(290), happened::WatchEnded{}), Action(OpenWatch{"12"}));
}

// fault W7
TEST(ListWatchState, ABookmarkMovesTheVersion) {
  Machine machine;
  machine.watching("10");
  EXPECT_EQ(machine.tell(happened::WatchRead{"50", false}), Action(ReadWatch{}));
  EXPECT_EQ(machine.after(minutes(1), happened::WatchEnded{}), Action(OpenWatch{"50"}));
}

// fault W8
TEST(ListWatchState, WithoutBookmarksAQuietWatchIsResumedFromTheListsVersion) {
  Machine machine;
  machine.watching("10");
  EXPECT_EQ(machine.after(seconds(290), happened::WatchEnded{}), Action(OpenWatch{"10"}));
}

// fault W1
TEST(ListWatchState, Gone410InTheStreamListsNotOlderThanTheLastVersionSeen) {
  Machine machine;
  machine.watching("10");
  machine.tell(happened::WatchRead{"12", true});
  EXPECT_EQ(machine.tell(happened::WatchError{kGone}), Action(ReadPage{.resource_version = "12"}));
}

// fault W2
TEST(ListWatchState, Gone410WhenTheWatchStartsListsAgain) {
  Machine machine;
  machine.tell(happened::Begin{});
  machine.tell(happened::PageRead{"10", ""});
  EXPECT_EQ(machine.tell(happened::Failed{.error = kGone}), Action(ReadPage{.resource_version = "10"}));
}

// fault W1
TEST(ListWatchState, WhenThatVersionIsExpiredTooTheListIsConsistent) {
  Machine machine;
  machine.watching("10");
  machine.tell(happened::WatchError{kGone});
  EXPECT_EQ(machine.tell(happened::Failed{.error = kGone}), Action(ReadPage{}));
}

// fault W14
TEST(ListWatchState, AServerThatIsBehindIsAskedForAConsistentList) {
  Machine machine;
  machine.watching("10");
  machine.tell(happened::WatchError{kGone});
  const Error behind{ErrorKind::Transient, "Timeout: Too large resource version: 10, current: 7 (504 Timeout)"};
  EXPECT_EQ(machine.tell(happened::Failed{.error = behind}), Action(ReadPage{}));
}

// fault W14
TEST(ListWatchState, OnlyAConsistentListTellsThatTheServerWentBack) {
  Machine machine;
  machine.watching("10");
  EXPECT_TRUE(machine.state.has_gone_back(ReadPage{}, "9"));
  EXPECT_FALSE(machine.state.has_gone_back(ReadPage{}, "10"));
  EXPECT_FALSE(machine.state.has_gone_back(ReadPage{}, "100"));
  EXPECT_FALSE(machine.state.has_gone_back(ReadPage{}, "a9"));
  EXPECT_FALSE(machine.state.has_gone_back(ReadPage{.resource_version = "10"}, "9"));
  EXPECT_FALSE(machine.state.has_gone_back(ReadPage{.continue_token = "t"}, "9"));
}

// fault W14
TEST(ListWatchState, AServerThatWentBackIsListedAnewAndItsVersionsAreTaken) {
  Machine machine;
  machine.watching("10");
  EXPECT_EQ(machine.tell(happened::WentBack{}), Action(ReadPage{}));
  EXPECT_FALSE(machine.state.has_gone_back(ReadPage{}, "9"));
  EXPECT_EQ(machine.tell(happened::PageRead{"9", ""}), Action(OpenWatch{"9"}));
}

// fault W17
TEST(ListWatchState, AnExpiredContinueTokenStartsTheListAgain) {
  Machine machine;
  machine.tell(happened::Begin{});
  machine.tell(happened::PageRead{"10", "t1"});
  machine.tell(happened::PageRead{"10", "t2"});
  EXPECT_EQ(machine.tell(happened::Failed{.error = kGone}), Action(ReadPage{}));
}

TEST(ListWatchState, AServerThatAlwaysSaysGoneIsNotAskedInATightLoop) {
  Machine machine;
  machine.tell(happened::Begin{});
  EXPECT_TRUE(std::holds_alternative<Wait>(machine.tell(happened::Failed{.error = kGone})));
}

// fault W1
TEST(ListWatchState, ASecondRelistWithinTwoMinutesWaits) {
  Machine machine;
  machine.watching("10");
  EXPECT_EQ(machine.tell(happened::WatchError{kGone}), Action(ReadPage{.resource_version = "10"}));
  machine.tell(happened::PageRead{"11", ""});
  machine.tell(happened::WatchOpened{});
  EXPECT_EQ(machine.tell(happened::WatchError{kGone}), Action(Wait{milliseconds(800)}));
  EXPECT_EQ(machine.tell(happened::Waited{}), Action(ReadPage{.resource_version = "11"}));
}

// fault W6
TEST(ListWatchState, ALostEventIsMadeGoodByAList) {
  Machine machine;
  machine.watching("10");
  EXPECT_EQ(machine.tell(happened::EventLost{}), Action(ReadPage{.resource_version = "10"}));
}

TEST(ListWatchState, APageThatIsTooLargeIsAskedForInHalves) {
  Machine machine;
  machine.tell(happened::Begin{});
  const happened::Failed large{.error = {ErrorKind::Invalid, "too large"}, .too_large = true};
  EXPECT_EQ(machine.tell(large), Action(ReadPage{.limit = 250}));
  EXPECT_EQ(machine.tell(large), Action(ReadPage{.limit = 125}));
  EXPECT_EQ(machine.tell(happened::PageRead{"10", "t"}), Action(ReadPage{.continue_token = "t", .limit = 125}));
}

// fault W10
TEST(ListWatchState, WatchesClosedAtOnceWaitLongerAndLonger) {
  Machine machine;
  machine.watching("10");
  std::vector<Duration> waits;
  for (int i = 0; i < 8; ++i) {
    waits.push_back(std::get<Wait>(machine.after(milliseconds(10), happened::WatchEnded{})).length);
    machine.after(waits.back(), happened::Waited{});
    machine.tell(happened::WatchOpened{});
  }
  EXPECT_EQ(waits, (std::vector<Duration>{milliseconds(800), milliseconds(1600), milliseconds(3200), milliseconds(6400),
                                          milliseconds(12800), milliseconds(25600), seconds(30), seconds(30)}));
}

// fault W10
TEST(ListWatchState, TheBackOffIsForgottenAfterTwoMinutesOfCalm) {
  Machine machine;
  machine.watching("10");
  machine.tell(happened::WatchEnded{});
  machine.tell(happened::WatchOpened{});
  machine.tell(happened::WatchEnded{});
  machine.tell(happened::WatchOpened{});
  machine.after(minutes(2), happened::WatchEnded{});
  machine.tell(happened::WatchOpened{});
  EXPECT_EQ(machine.tell(happened::WatchEnded{}), Action(Wait{milliseconds(800)}));
}

// fault W10
TEST(ListWatchState, WaitsAreJittered) {
  Machine machine;
  machine.watching("10");
  EXPECT_EQ(machine.state.step(happened::WatchEnded{}, machine.now, 0.5), Action(Wait{milliseconds(1000)}));
}

// fault W4
TEST(ListWatchState, AWatchThatWasCutAfterAnEventIsResumedAtOnce) {
  Machine machine;
  machine.watching("10");
  machine.tell(happened::WatchRead{"11", true});
  EXPECT_EQ(machine.tell(happened::WatchEnded{}), Action(OpenWatch{"11"}));
}

TEST(ListWatchState, AnsweredErrorsBackOffAndThenTheSameIsAskedAgain) {
  Machine machine;
  machine.tell(happened::Begin{});
  machine.tell(happened::PageRead{"10", "t1"});
  EXPECT_EQ(machine.tell(happened::Failed{.error = kBusy}), Action(Wait{milliseconds(800)}));
  EXPECT_EQ(machine.tell(happened::Waited{}), Action(ReadPage{.continue_token = "t1"}));
  EXPECT_EQ(machine.tell(happened::Failed{.error = kBusy}), Action(Wait{milliseconds(1600)}));
}

TEST(ListWatchState, RetryAfterIsWaitedFor) {
  Machine machine;
  machine.tell(happened::Begin{});
  Error busy = kBusy;
  busy.retry_after = seconds(7);
  EXPECT_EQ(machine.tell(happened::Failed{.error = busy}), Action(Wait{seconds(7)}));
}

TEST(ListWatchState, ARefusedConnectionIsTriedEveryQuarterSecondAndLaterEverySecond) {
  Machine machine;
  machine.watching("10");
  machine.after(minutes(1), happened::WatchEnded{});
  const happened::Failed refused{.error = {ErrorKind::Transient, "refused"}, .unanswered = http::Phase::Connect};
  EXPECT_EQ(machine.tell(refused), Action(Wait{milliseconds(250)}));
  EXPECT_EQ(machine.after(seconds(29), refused), Action(Wait{milliseconds(250)}));
  EXPECT_EQ(machine.after(seconds(1), refused), Action(Wait{milliseconds(750)}));
  EXPECT_LE(std::get<Wait>(machine.state.step(refused, machine.now, 0.999)).length, seconds(1));
}

TEST(ListWatchState, AfterAnOutageTheWatchIsResumedWithoutAList) {
  Machine machine;
  machine.watching("10");
  machine.after(minutes(1), happened::WatchEnded{});
  const happened::Failed refused{.error = {ErrorKind::Transient, "refused"}, .unanswered = http::Phase::Connect};
  machine.tell(refused);
  EXPECT_EQ(machine.after(minutes(5), happened::Waited{}), Action(OpenWatch{"10"}));
}

TEST(ListWatchState, TheNextOutageBeginsAnew) {
  Machine machine;
  machine.watching("10");
  const happened::Failed refused{.error = {ErrorKind::Transient, "refused"}, .unanswered = http::Phase::Connect};
  machine.tell(refused);
  machine.after(minutes(5), refused);
  machine.tell(happened::WatchOpened{});
  machine.after(minutes(5), happened::WatchEnded{});
  EXPECT_EQ(machine.tell(refused), Action(Wait{milliseconds(250)}));
}

// fault A9
TEST(ListWatchState, ARefusedCertificateBacksOffAsAnAnswer) {
  Machine machine;
  machine.tell(happened::Begin{});
  const happened::Failed refused{.error = {ErrorKind::Transient, "expired"}, .unanswered = http::Phase::Handshake};
  EXPECT_EQ(machine.tell(refused), Action(Wait{milliseconds(800)}));
  EXPECT_EQ(machine.tell(refused), Action(Wait{milliseconds(1600)}));
}

// fault W18
TEST(ListWatchState, AResourceThatIsGoneIsListedAnewWhenItIsBack) {
  Machine machine;
  machine.watching("10");
  machine.after(minutes(1), happened::WatchEnded{});
  EXPECT_EQ(machine.tell(happened::Failed{.error = {ErrorKind::NotFound, "404"}}), Action(Wait{milliseconds(800)}));
  EXPECT_EQ(machine.tell(happened::Waited{}), Action(ReadPage{}));
}

// fault W19
TEST(ListWatchState, WithdrawnRightsAreWaitedOutAndTheWatchGoesOn) {
  Machine machine;
  machine.watching("10");
  machine.after(minutes(1), happened::WatchEnded{});
  EXPECT_EQ(machine.tell(happened::Failed{.error = {ErrorKind::Forbidden, "403"}}), Action(Wait{milliseconds(800)}));
  EXPECT_EQ(machine.tell(happened::Waited{}), Action(OpenWatch{"10"}));
}

}  // namespace
}  // namespace deployctl::kube
