#include "engine/slot_line.hpp"

#include <gtest/gtest.h>

namespace deployctl::engine {
namespace {

using enum Urgency;

/// The line as words, first to last.
std::string words(const SlotLine& line) {
  std::string all;
  for (const ObjectKey& key : line.first(100)) all += (all.empty() ? "" : " ") + key.str();
  return all;
}

TEST(SlotLine, PeopleStandBeforeRetriesAndThoseBeforeResyncs) {
  SlotLine line;
  line.stand({"a", "resync"}, Resync);
  line.stand({"a", "retry"}, Retry);
  line.stand({"a", "rollback"}, Person);
  EXPECT_EQ(words(line), "a/rollback a/retry a/resync");
}

TEST(SlotLine, NamespacesTakeTurns) {
  SlotLine line;
  for (const char* name : {"1", "2", "3"}) line.stand({"big", name}, Person);
  for (const char* name : {"1", "2"}) line.stand({"small", name}, Person);
  EXPECT_EQ(words(line), "big/1 small/1 big/2 small/2 big/3");
}

TEST(SlotLine, WhoComesLaterWaitsForTheTurnThatIsOnAndNotForAllBefore) {
  SlotLine line;
  for (const char* name : {"1", "2", "3", "4"}) line.stand({"big", name}, Person);
  line.leave({"big", "1"});
  line.leave({"big", "2"});
  line.stand({"small", "1"}, Person);
  EXPECT_EQ(words(line), "big/3 small/1 big/4");
}

TEST(SlotLine, ANamespaceGainsNothingByComingBackAtOnce) {
  SlotLine line;
  line.stand({"a", "1"}, Person);
  line.stand({"a", "2"}, Person);
  line.stand({"b", "1"}, Person);
  line.leave({"a", "1"});
  line.stand({"a", "1"}, Person);
  EXPECT_EQ(words(line), "b/1 a/2 a/1");
}

TEST(SlotLine, TurnsAreCountedForEachUrgencyByItself) {
  SlotLine line;
  line.stand({"a", "1"}, Person);
  line.stand({"a", "2"}, Person);
  line.stand({"a", "3"}, Retry);
  line.stand({"b", "1"}, Retry);
  EXPECT_EQ(words(line), "a/1 a/2 a/3 b/1");
}

TEST(SlotLine, AskingAgainKeepsThePlace) {
  SlotLine line;
  line.stand({"a", "1"}, Person);
  line.stand({"b", "1"}, Person);
  line.stand({"a", "1"}, Person);
  EXPECT_EQ(words(line), "a/1 b/1");
}

TEST(SlotLine, AnotherUrgencyIsAnotherPlace) {
  SlotLine line;
  line.stand({"a", "1"}, Retry);
  line.stand({"b", "1"}, Retry);
  line.stand({"b", "1"}, Person);
  EXPECT_EQ(words(line), "b/1 a/1");
}

TEST(SlotLine, AsManyMayGoAsThereAreSlots) {
  SlotLine line;
  line.stand({"a", "1"}, Person);
  line.stand({"b", "1"}, Person);
  line.stand({"c", "1"}, Person);
  EXPECT_FALSE(line.may_go({"a", "1"}, 0));
  EXPECT_TRUE(line.may_go({"a", "1"}, 1));
  EXPECT_FALSE(line.may_go({"b", "1"}, 1));
  EXPECT_TRUE(line.may_go({"b", "1"}, 2));
  EXPECT_EQ(line.first(2), (std::vector<ObjectKey>{{"a", "1"}, {"b", "1"}}));
}

TEST(SlotLine, WhoDoesNotStandInItGoesOnlyWhenASlotIsLeftOver) {
  SlotLine line;
  EXPECT_FALSE(line.may_go({"new", "1"}, 0));
  EXPECT_TRUE(line.may_go({"new", "1"}, 1));
  line.stand({"a", "1"}, Resync);
  EXPECT_FALSE(line.may_go({"new", "1"}, 1));
  EXPECT_TRUE(line.may_go({"new", "1"}, 2));
}

TEST(SlotLine, WhoLeavesMakesRoom) {
  SlotLine line;
  line.stand({"a", "1"}, Person);
  line.stand({"b", "1"}, Person);
  line.leave({"a", "1"});
  line.leave({"never", "there"});
  EXPECT_TRUE(line.may_go({"b", "1"}, 1));
  EXPECT_EQ(words(line), "b/1");
}

}  // namespace
}  // namespace deployctl::engine
