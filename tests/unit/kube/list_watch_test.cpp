#include "kube/list_watch.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include <boost/asio/io_context.hpp>

#include "async/task_group.hpp"
#include "kube/list_watch_state.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_transport.hpp"

namespace deployctl::kube {
namespace {

constexpr Resource kDeployments{"deployctl.io", "v1alpha1", "deployments", "Deployment"};
const std::string kPath = "/apis/deployctl.io/v1alpha1/namespaces/n/deployments";

std::string list_target(const std::string& rest = "") { return kPath + "?limit=500" + rest; }
std::string watch_target(const std::string& version) {
  return kPath + "?watch=true&allowWatchBookmarks=true&resourceVersion=" + version + "&timeoutSeconds=290";
}

std::string object(const std::string& name, const std::string& version) {
  return R"({"kind":"Deployment","metadata":{"name":")" + name + R"(","namespace":"n","resourceVersion":")" + version +
         R"("},"spec":{}})";
}
std::string event(const std::string& type, const std::string& name, const std::string& version) {
  return R"({"type":")" + type + R"(","object":)" + object(name, version) + "}\n";
}
std::string page(const std::string& version, const std::vector<std::string>& items, const std::string& token = "") {
  std::string list;
  for (const auto& item : items) list += (list.empty() ? "" : ",") + item;
  return R"({"metadata":{"resourceVersion":")" + version + R"(","continue":")" + token + R"("},"items":[)" + list +
         "]}";
}
const std::string kGoneEvent =
    R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"old"}})";

/// Writes down what it is told, as words.
class Diary final : public WatchSink {
 public:
  std::vector<std::string> words;
  void went_back() override { words.emplace_back("went back"); }
  void init() override { words.emplace_back("init"); }
  void init_apply(ObjectEnvelope object) override { words.push_back("has " + object.key.name); }
  void init_done() override { words.emplace_back("done"); }
  void apply(ObjectEnvelope object) override {
    words.push_back("apply " + object.key.name + "@" + object.resource_version);
  }
  void removed(ObjectEnvelope object) override { words.push_back("removed " + object.key.name); }
  void undecodable(Undecodable object) override { words.push_back("undecodable " + object.key.name); }
};
using Words = std::vector<std::string>;

struct Rig {
  asio::io_context loop{1};
  support::FakeClock clock;
  support::FakeTransport api{loop.get_executor()};
  std::vector<std::string> log;
  Logger logger{LogLevel::Info, LogEncoding::Json, nullptr, [this](std::string_view line) { log.emplace_back(line); }};
  Diary diary;
  std::vector<std::string> dropped;
  std::vector<Duration> waited;

  /// Runs a list-watch until the script is done and the last stream hangs; every wait passes at once.
  void run(WatchOptions options = {.resource = kDeployments, .ns = "n", .decode = {.kind = "Deployment"}}) {
    ListWatch list_watch(api, clock, logger, std::move(options), diary,
                         {.dropped = [this](std::string_view reason) { dropped.emplace_back(reason); }, .failed = {}});
    TaskGroup group(loop.get_executor());
    group.spawn("list-watch", list_watch.run());
    loop.poll();
    for (int waits = 0; waits < 50; ++waits) {
      const auto deadline = clock.next_deadline();
      if (!deadline) break;
      waited.push_back(std::chrono::duration_cast<Duration>(*deadline - clock.steady()));
      clock.advance(waited.back());
      loop.restart();
      loop.poll();
    }
    group.cancel_all();
    loop.restart();
    loop.run();
    EXPECT_TRUE(api.done());
  }
};

TEST(ListWatch, TellsTheListAndThenTheEvents) {
  Rig rig;
  rig.api.expect("GET", list_target()).reply(200, page("10", {object("a", "1")}, "t"));
  rig.api.expect("GET", list_target("&continue=t")).reply(200, page("10", {object("b", "2")}));
  rig.api.expect("GET", watch_target("10"))
      .stream({event("MODIFIED", "a", "11"), event("DELETED", "b", "12")})
      .then_hang();
  rig.run();
  EXPECT_EQ(rig.diary.words, (Words{"init", "has a", "has b", "done", "apply a@11", "removed b"}));
}

// fault W1
TEST(ListWatch, A410InTheStreamListsAgainNotOlderThanLastSeen) {
  Rig rig;
  rig.api.expect("GET", list_target()).reply(200, page("10", {}));
  rig.api.expect("GET", watch_target("10")).stream({event("ADDED", "a", "11") + kGoneEvent + "\n"});
  rig.api.expect("GET", list_target("&resourceVersion=11&resourceVersionMatch=NotOlderThan"))
      .reply(200, page("20", {object("a", "11")}));
  rig.api.expect("GET", watch_target("20")).then_hang();
  rig.run();
  EXPECT_EQ(rig.diary.words, (Words{"init", "done", "apply a@11", "init", "has a", "done"}));
}

// fault W1
TEST(ListWatch, WhenThatVersionIsGoneTooTheListIsConsistent) {
  Rig rig;
  rig.api.expect("GET", list_target()).reply(200, page("10", {}));
  rig.api.expect("GET", watch_target("10")).stream({kGoneEvent + "\n"});
  rig.api.expect("GET", list_target("&resourceVersion=10&resourceVersionMatch=NotOlderThan")).refuse(410, "Expired");
  rig.api.expect("GET", list_target()).reply(200, page("20", {}));
  rig.api.expect("GET", watch_target("20")).then_hang();
  rig.run();
  EXPECT_TRUE(rig.waited.empty());
}

// fault W14
TEST(ListWatch, ADatabaseRestoredFromABackupIsReadAnew) {
  Rig rig;
  rig.api.expect("GET", list_target()).reply(200, page("20", {object("a", "19")}));
  rig.api.expect("GET", watch_target("20")).refuse(504, "Timeout", "Too large resource version: 20, current: 12");
  rig.api.expect("GET", list_target()).reply(200, page("12", {object("a", "11")}));
  rig.api.expect("GET", list_target()).reply(200, page("13", {object("a", "11")}));
  rig.api.expect("GET", watch_target("13")).then_hang();
  rig.run();
  EXPECT_EQ(rig.diary.words, (Words{"init", "has a", "done", "init", "has a", "went back", "init", "has a", "done"}));
  EXPECT_EQ(std::ranges::count_if(rig.log, [](const auto& line) { return line.contains("went back in time"); }), 1);
}

// fault W2
TEST(ListWatch, A410AsTheAnswerToTheWatchListsAgain) {
  Rig rig;
  rig.api.expect("GET", list_target()).reply(200, page("10", {}));
  rig.api.expect("GET", watch_target("10")).refuse(410, "Gone", "too old resource version");
  rig.api.expect("GET", list_target("&resourceVersion=10&resourceVersionMatch=NotOlderThan"))
      .reply(200, page("20", {}));
  rig.api.expect("GET", watch_target("20")).then_hang();
  rig.run();
}

// fault W3
TEST(ListWatch, A410InAPlain200ListsAgain) {
  Rig rig;
  rig.api.expect("GET", list_target()).reply(200, page("10", {}));
  rig.api.expect("GET", watch_target("10")).stream({kGoneEvent});
  rig.api.expect("GET", list_target("&resourceVersion=10&resourceVersionMatch=NotOlderThan"))
      .reply(200, page("20", {}));
  rig.api.expect("GET", watch_target("20")).then_hang();
  rig.run();
}

// fault W4
TEST(ListWatch, AStreamCutInsideAnObjectResumesFromTheLastWholeOne) {
  Rig rig;
  rig.api.expect("GET", list_target()).reply(200, page("10", {}));
  rig.api.expect("GET", watch_target("10"))
      .stream({event("ADDED", "a", "11"), event("ADDED", "b", "12").substr(0, 40)})
      .then_cut();
  rig.api.expect("GET", watch_target("11")).stream({event("ADDED", "b", "12")}).then_hang();
  rig.run();
  EXPECT_EQ(rig.diary.words, (Words{"init", "done", "apply a@11", "apply b@12"}));
}

// fault W6
TEST(ListWatch, AnEventOverTheCapIsCountedAndMadeGoodByAList) {
  Rig rig;
  rig.api.expect("GET", list_target()).reply(200, page("10", {}));
  rig.api.expect("GET", watch_target("10")).stream({event("ADDED", "a", "11"), std::string(5000, 'x')}).then_hang();
  rig.api.expect("GET", list_target("&resourceVersion=11&resourceVersionMatch=NotOlderThan"))
      .reply(200, page("12", {object("a", "11")}));
  rig.api.expect("GET", watch_target("12")).then_hang();
  rig.run({.resource = kDeployments, .ns = "n", .decode = {.kind = "Deployment"}, .max_event = 4096});
  EXPECT_EQ(rig.dropped, Words{"too_large"});
}

// fault W7
TEST(ListWatch, ABookmarkTellsNothingAndMovesTheVersion) {
  Rig rig;
  rig.api.expect("GET", list_target()).reply(200, page("10", {}));
  rig.api.expect("GET", watch_target("10")).stream({event("BOOKMARK", "", "99")});
  rig.api.expect("GET", watch_target("99")).then_hang();
  rig.run();
  EXPECT_EQ(rig.diary.words, (Words{"init", "done"}));
}

// fault W9
TEST(ListWatch, UnknownItemsAreSkippedCountedAndLoggedOnce) {
  Rig rig;
  const std::string odd = "{\"type\":\"SURPRISE\",\"object\":{}}\n";
  rig.api.expect("GET", list_target()).reply(200, page("10", {}));
  rig.api.expect("GET", watch_target("10")).stream({odd, odd, event("ADDED", "a", "11")}).then_hang();
  rig.run();
  EXPECT_EQ(rig.diary.words, (Words{"init", "done", "apply a@11"}));
  EXPECT_EQ(rig.dropped, (Words{"skipped", "skipped"}));
  EXPECT_EQ(rig.log.size(), 1U);
}

// fault W10
TEST(ListWatch, WatchesClosedAtOnceAreOpenedMoreAndMoreSlowly) {
  Rig rig;
  rig.api.expect("GET", list_target()).reply(200, page("10", {}));
  for (int i = 0; i < 3; ++i) rig.api.expect("GET", watch_target("10")).stream({});
  rig.api.expect("GET", watch_target("10")).then_hang();
  rig.run();
  ASSERT_EQ(rig.waited.size(), 3U);
  EXPECT_GE(rig.waited[0], kBackoffFirst);
  EXPECT_GE(rig.waited[1], kBackoffFirst * 2);
  EXPECT_GE(rig.waited[2], kBackoffFirst * 4);
}

// fault W11
TEST(ListWatch, ASilentWatchIsOpenedAgain) {
  Rig rig;
  rig.api.expect("GET", list_target()).reply(200, page("10", {}));
  rig.api.expect("GET", watch_target("10")).stream({event("ADDED", "a", "11")}).then_silent();
  rig.api.expect("GET", watch_target("11")).then_hang();
  rig.run();
}

// fault W20
TEST(ListWatch, AnItemThatCannotBeReadIsReportedAloneAndTheOthersAreServed) {
  Rig rig;
  rig.api.expect("GET", list_target())
      .reply(200, page("10", {object("a", "1"), R"({"metadata":{"name":"bad","finalizers":7}})", object("c", "3")}));
  rig.api.expect("GET", watch_target("10")).then_hang();
  rig.run();
  EXPECT_EQ(rig.diary.words, (Words{"init", "has a", "undecodable bad", "has c", "done"}));
}

TEST(ListWatch, APageThatIsCutBecauseItIsTooLargeIsAskedForInHalves) {
  Rig rig;
  rig.api.expect("GET", list_target()).fail(http::Phase::Sent, ErrorKind::Invalid, "the answer is too large");
  rig.api.expect("GET", kPath + "?limit=250").fail(http::Phase::Sent, ErrorKind::Invalid, "the answer is too large");
  rig.api.expect("GET", kPath + "?limit=125").reply(200, page("10", {object("a", "1")}));
  rig.api.expect("GET", watch_target("10")).then_hang();
  rig.run();
  EXPECT_EQ(rig.diary.words, (Words{"init", "has a", "done"}));
  EXPECT_TRUE(rig.waited.empty());
}

TEST(ListWatch, AServerThatIsDownIsAskedUntilItAnswersAndLoggedOnce) {
  Rig rig;
  for (int i = 0; i < 4; ++i) rig.api.expect("GET", list_target()).fail(http::Phase::Connect);
  rig.api.expect("GET", list_target()).reply(200, page("10", {}));
  rig.api.expect("GET", watch_target("10")).then_hang();
  rig.run();
  EXPECT_EQ(rig.waited.size(), 4U);
  EXPECT_EQ(rig.log.size(), 2U);  // failed; works again
}

}  // namespace
}  // namespace deployctl::kube
