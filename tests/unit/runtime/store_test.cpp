#include "runtime/store.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace deployctl::runtime {
namespace {

Stored an_object(std::string name, std::string version, std::string spec = R"({"type":"docker"})") {
  Stored stored;
  stored.object.key = {"shop", std::move(name)};
  stored.object.uid = "uid-" + stored.object.key.name;
  stored.object.resource_version = std::move(version);
  stored.object.generation = 3;
  stored.object.spec = std::move(spec);
  return stored;
}

TEST(Store, GivesBackWhatWasPutIn) {
  Stored stored = an_object("web", "7");
  stored.object.deletion_timestamp = "2026-11-23T20:45:17Z";
  stored.object.finalizers = {"deployctl.io/destroy", "other.io/x"};
  stored.object.annotations = {{"deployctl.io/force-at", "t1"}, {"deployctl.io/requested-by", ""}};
  stored.object.status = R"({"observedGeneration":3})";
  Store store;
  EXPECT_TRUE(store.put(stored));
  EXPECT_EQ(store.find({"shop", "web"}), stored);
}

TEST(Store, TheSameStateAgainChangesNothing) {
  Store store;
  store.put(an_object("web", "7"));
  EXPECT_FALSE(store.put(an_object("web", "7")));
}

// fault R8
TEST(Store, AnEventOlderThanOurOwnWriteDoesNotHideIt) {
  Store store;
  store.put(an_object("web", "7"));
  store.put(an_object("web", "100", "ours"));
  EXPECT_FALSE(store.put(an_object("web", "99", "late")));
  EXPECT_EQ(store.find({"shop", "web"})->object.spec, "ours");
}

// fault R8
TEST(Store, AListOlderThanOurOwnWriteDoesNotHideIt) {
  Store store;
  store.put(an_object("web", "100", "ours"));
  Store::Batch batch(store);
  batch.add(an_object("web", "99", "late"));
  const Store::Changes changes = store.replace("", std::move(batch));
  EXPECT_TRUE(changes.changed.empty());
  EXPECT_EQ(store.find({"shop", "web"})->object.spec, "ours");
}

// fault W14
TEST(Store, AfterAServerWentBackWhatItHasIsTaken) {
  Store store;
  store.put(an_object("web", "100", "lost"));
  store.put(an_object("api", "99", "same number"));
  store.forget_versions("shop");
  EXPECT_EQ(store.find({"shop", "web"})->object.spec, "lost") << "until it is told anew";
  Store::Batch batch(store);
  batch.add(an_object("web", "12", "restored"));
  batch.add(an_object("api", "99", "another"));
  EXPECT_EQ(store.replace("", std::move(batch)).changed.size(), 2U);
  EXPECT_EQ(store.find({"shop", "web"})->object.spec, "restored");
  EXPECT_EQ(store.find({"shop", "api"})->object.spec, "another");
}

// fault R7
TEST(Store, ADeleteOfAnEarlierObjectOfTheSameNameRemovesNothing) {
  Store store;
  Stored anew = an_object("web", "9");
  anew.object.uid = "uid-new";
  store.put(anew);
  EXPECT_FALSE(store.remove({"shop", "web"}, "uid-web"));
  EXPECT_TRUE(store.remove({"shop", "web"}, "uid-new"));
  EXPECT_EQ(store.size(), 0U);
}

TEST(Store, AfterARelistOnlyWhatChangedIsNamed) {
  Store store;
  for (const char* name : {"same", "changed", "gone"}) store.put(an_object(name, "5"));
  Store::Batch batch(store);
  batch.add(an_object("same", "5"));
  batch.add(an_object("changed", "6"));
  batch.add(an_object("new", "7"));
  Store::Changes changes = store.replace("", std::move(batch));
  std::ranges::sort(changes.changed);
  EXPECT_EQ(changes.changed, (std::vector<ObjectKey>{{"shop", "changed"}, {"shop", "new"}}));
  EXPECT_EQ(changes.removed, (std::vector<ObjectKey>{{"shop", "gone"}}));
  EXPECT_EQ(store.size(), 3U);
}

TEST(Store, ARelistOfOneNamespaceLeavesTheOthers) {
  Store store;
  store.put(an_object("web", "5"));
  Stored other = an_object("web", "5");
  other.object.key.ns = "bank";
  store.put(other);
  const Store::Changes changes = store.replace("shop", Store::Batch(store));
  EXPECT_EQ(changes.removed, (std::vector<ObjectKey>{{"shop", "web"}}));
  EXPECT_TRUE(store.find({"bank", "web"}));
}

// fault W20
TEST(Store, AnUnreadableObjectIsKeptAloneUntilItCanBeRead) {
  Store store;
  store.put(an_object("good", "5"));
  Stored bad = an_object("bad", "6");
  bad.error = Error{ErrorKind::Invalid, "metadata.generation: expected a number"};
  store.put(bad);
  EXPECT_EQ(store.find({"shop", "bad"}), bad);
  EXPECT_TRUE(store.find({"shop", "good"}));
  store.put(an_object("bad", "7"));
  EXPECT_FALSE(store.find({"shop", "bad"})->error);
}

TEST(Store, VersionsThatAreNoNumbersAreTakenAsTheyCome) {
  Store store;
  store.put(an_object("web", "b"));
  EXPECT_TRUE(store.put(an_object("web", "a", "next")));
  EXPECT_EQ(store.find({"shop", "web"})->object.spec, "next");
}

}  // namespace
}  // namespace deployctl::runtime
