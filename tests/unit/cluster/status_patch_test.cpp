#include "cluster/status_patch.hpp"

#include <gtest/gtest.h>

namespace deployctl::cluster {
namespace {

const Json kBefore = Json::parse(
    R"({"observedGeneration":1,"revision":3,"health":{"state":"Healthy","since":"x"},"operation":{"id":"A"}})");
const Json kAfter = Json::parse(R"({"observedGeneration":1,"revision":4,"health":{"state":"Unhealthy","since":"x"}})");

TEST(StatusPatch, AMergePatchHoldsOnlyWhatChanged) {
  EXPECT_EQ(merge_difference(kBefore, kAfter),
            Json::parse(R"({"revision":4,"health":{"state":"Unhealthy"},"operation":null})"));
}

TEST(StatusPatch, AMergePatchTurnsTheOneIntoTheOther) {
  Json patched = kBefore;
  patched.merge_patch(merge_difference(kBefore, kAfter));
  EXPECT_EQ(patched, kAfter);
}

TEST(StatusPatch, EqualStatusNeedsNothing) { EXPECT_EQ(merge_difference(kAfter, kAfter), Json::object()); }

TEST(StatusPatch, TheAnnounceCarriesTheVersionItWasDecidedOn) {
  const Json patch = announce_patch({.resource_version = "42"}, kBefore, kAfter);
  EXPECT_EQ(patch.at("metadata").at("resourceVersion"), "42");
  EXPECT_EQ(patch.at("status"), merge_difference(kBefore, kAfter));
}

TEST(StatusPatch, ALaterWriteTestsOperationAndHolder) {
  api::Deployment seen{.meta = {.uid = "uid-1"}};
  seen.status.operation = api::Operation{.id = "01ARZ", .holder = {.identity = "me"}};
  EXPECT_EQ(status_tests(seen), (kube::PatchTests{{"/metadata/uid", "uid-1"},
                                                  {"/status/operation/id", "01ARZ"},
                                                  {"/status/operation/holder/identity", "me"}}));
}

TEST(StatusPatch, WithoutAnOperationAWriteTestsThatThereIsNone) {
  const api::Deployment seen{.meta = {.uid = "uid-1"}};
  EXPECT_EQ(status_tests(seen), (kube::PatchTests{{"/metadata/uid", "uid-1"}, {"/status/operation", nullptr}}));
}

TEST(StatusPatch, AJsonPatchHoldsTheTestsAndOnlyWhatChanged) {
  EXPECT_EQ(guarded_status_patch({{"/metadata/uid", "uid-1"}}, kBefore, kAfter), Json::parse(R"([
    {"op": "test", "path": "/metadata/uid", "value": "uid-1"},
    {"op": "add", "path": "/status/health", "value": {"state": "Unhealthy", "since": "x"}},
    {"op": "add", "path": "/status/revision", "value": 4},
    {"op": "remove", "path": "/status/operation"}])"));
}

TEST(StatusPatch, AnObjectWithoutStatusGetsAWholeOne) {
  EXPECT_EQ(guarded_status_patch({}, nullptr, kAfter),
            Json::array({{{"op", "add"}, {"path", "/status"}, {"value", kAfter}}}));
}

}  // namespace
}  // namespace deployctl::cluster
