#include "kube/json_patch.hpp"

#include <gtest/gtest.h>

namespace deployctl::kube {
namespace {

Json json(const char* text) { return parse_json(text).value(); }

TEST(JsonPatch, AStatusWriteTestsBeforeItAdds) {
  EXPECT_EQ(status_patch({{"/metadata/uid", "u1"}, {"/status/operation/id", "op"}}, {{"revision", 2}}),
            json(R"([{"op":"test","path":"/metadata/uid","value":"u1"},
                     {"op":"test","path":"/status/operation/id","value":"op"},
                     {"op":"add","path":"/status","value":{"revision":2}}])"));
}

TEST(JsonPatch, TheFirstFinalizerMakesTheList) {
  EXPECT_EQ(add_finalizer_patch("u1", {}, "x/y"), json(R"([{"op":"test","path":"/metadata/uid","value":"u1"},
                     {"op":"test","path":"/metadata/finalizers","value":null},
                     {"op":"add","path":"/metadata/finalizers","value":["x/y"]}])"));
}

// fault F7
TEST(JsonPatch, AFinalizerIsAddedBesideTheOthers) {
  EXPECT_EQ(add_finalizer_patch("u1", {"other/z"}, "x/y"), json(R"([{"op":"test","path":"/metadata/uid","value":"u1"},
                     {"op":"test","path":"/metadata/finalizers","value":["other/z"]},
                     {"op":"add","path":"/metadata/finalizers/-","value":"x/y"}])"));
}

// fault F7
TEST(JsonPatch, OnlyOurFinalizerIsRemovedAndOnlyFromItsPlace) {
  EXPECT_EQ(remove_finalizer_patch("u1", {"other/z", "x/y"}, "x/y"),
            json(R"([{"op":"test","path":"/metadata/uid","value":"u1"},
                     {"op":"test","path":"/metadata/finalizers/1","value":"x/y"},
                     {"op":"remove","path":"/metadata/finalizers/1"}])"));
}

TEST(JsonPatch, AFinalizerThatIsNotThereNeedsNoPatch) {
  EXPECT_TRUE(remove_finalizer_patch("u1", {"other/z"}, "x/y").is_null());
}

}  // namespace
}  // namespace deployctl::kube
