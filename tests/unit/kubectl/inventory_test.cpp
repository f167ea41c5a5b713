#include "kubectl/inventory.hpp"

#include <gtest/gtest.h>

namespace deployctl::kubectl {
namespace {

ObjectId config_map(const std::string& name) { return {"v1", "ConfigMap", "shop", name}; }

TEST(Inventory, IsReadBackAsItWasWritten) {
  const std::vector<InventoryItem> items = {{config_map("a"), 3, false}, {{"v1", "Namespace", "", "shop"}, 1, true}};
  EXPECT_EQ(read_inventory(write_inventory(items)), items);
}

TEST(Inventory, LeavesOutLinesThatCannotBeRead) {
  EXPECT_TRUE(read_inventory(Json::parse(R"([1, {"kind":"X"}, {"kind":7,"name":"a"}])")).empty());
  EXPECT_TRUE(read_inventory(Json("junk")).empty());
}

TEST(Inventory, KeepsTheHistoryOfKnownObjectsAndMarksThoseThatStoodThereBefore) {
  const std::vector<InventoryItem> before = {{config_map("old"), 2, false}};
  Json stood = {{"apiVersion", "v1"},
                {"kind", "ConfigMap"},
                {"metadata", {{"name", "theirs"}, {"namespace", "shop"}, {"resourceVersion", "9"}}}};
  const auto next = next_inventory(before, {config_map("old"), config_map("new"), config_map("theirs")}, {stood}, 5);
  EXPECT_EQ(next, (std::vector<InventoryItem>{
                      {config_map("old"), 2, false}, {config_map("new"), 5, false}, {config_map("theirs"), 5, true}}));
}

TEST(Inventory, AnObjectKeepsItsIdentityWhenItsVersionMoves) {
  EXPECT_TRUE(is_same_object({"batch/v1beta1", "CronJob", "n", "x"}, {"batch/v1", "CronJob", "n", "x"}));
  EXPECT_FALSE(is_same_object({"deployctl.io/v1alpha1", "Deployment", "n", "x"}, {"apps/v1", "Deployment", "n", "x"}));
}

TEST(Prune, RemovesWhatIsNoLongerDeclaredLastAppliedFirst) {
  const std::vector<InventoryItem> before = {
      {config_map("a"), 1, false}, {config_map("b"), 1, false}, {config_map("c"), 1, false}};
  const Prune prune = prune_of(before, {config_map("b")}, false, 0);
  EXPECT_EQ(prune.remove, (std::vector<ObjectId>{config_map("c"), config_map("a")}));
  EXPECT_TRUE(prune.left_alone.empty());
}

TEST(Prune, InARollbackRemovesOnlyWhatTheAbandonedRevisionCreated) {
  const ObjectId volume{"v1", "PersistentVolumeClaim", "shop", "data"};
  const std::vector<InventoryItem> before = {{config_map("older"), 1, false},
                                             {config_map("new"), 4, false},
                                             {config_map("adopted"), 4, true},
                                             {volume, 4, false}};
  const Prune prune = prune_of(before, {}, true, 3);
  EXPECT_EQ(prune.remove, std::vector<ObjectId>{config_map("new")});
  EXPECT_EQ(prune.left_alone.size(), 3U);
}

TEST(Destroy, GoesBackwardsAndLeavesAdoptedNamespaces) {
  const std::vector<InventoryItem> items = {
      {{"v1", "Namespace", "", "theirs"}, 1, true}, {config_map("a"), 1, true}, {config_map("b"), 1, false}};
  EXPECT_EQ(destroy_order(items, false), (std::vector<ObjectId>{config_map("b"), config_map("a")}));
}

// fault H3
TEST(Destroy, OfAReleaseThatNeverServedLeavesEverythingThatStoodThereBefore) {
  const std::vector<InventoryItem> items = {{config_map("theirs"), 1, true}, {config_map("made"), 1, false}};
  EXPECT_EQ(destroy_order(items, true), std::vector<ObjectId>{config_map("made")});
}

}  // namespace
}  // namespace deployctl::kubectl
