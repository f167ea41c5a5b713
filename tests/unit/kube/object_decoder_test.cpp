#include "kube/object_decoder.hpp"

#include <gtest/gtest.h>

#include "kube/list_page.hpp"

namespace deployctl::kube {
namespace {

const DecodeOptions kOurs{.kind = "Deployment"};

constexpr const char* kFull = R"({
  "apiVersion": "deployctl.io/v1alpha1", "kind": "Deployment",
  "metadata": {
    "name": "shop", "namespace": "prod", "uid": "u-1", "resourceVersion": "42", "generation": 3,
    "deletionTimestamp": "2026-11-23T20:00:00Z", "finalizers": ["deployctl.io/destroy", "x/y"],
    "annotations": {"deployctl.io/force-at": "t\u00e9st", "kubectl.kubernetes.io/last-applied-configuration": "{}"},
    "managedFields": [{"manager": "m", "fieldsV1": {"f:spec": {}}}], "labels": {"a": "b"}
  },
  "spec": {"type": "docker", "docker": {"image": "a:1"}} , "status": {"revision": 1}
})";

TEST(ObjectDecoder, KeepsTheEnvelopeAndTheRawBytesOfSpecAndStatus) {
  const auto object = decode_object(kFull, kOurs);
  ASSERT_TRUE(object) << object.error().message;
  EXPECT_EQ(object->key, (ObjectKey{"prod", "shop"}));
  EXPECT_EQ(object->uid, "u-1");
  EXPECT_EQ(object->resource_version, "42");
  EXPECT_EQ(object->generation, 3);
  EXPECT_TRUE(object->deleting());
  EXPECT_EQ(object->finalizers, (std::vector<std::string>{"deployctl.io/destroy", "x/y"}));
  EXPECT_EQ(object->spec, R"({"type": "docker", "docker": {"image": "a:1"}})");
  EXPECT_EQ(object->status, R"({"revision": 1})");
}

TEST(ObjectDecoder, DropsForeignAnnotations) {
  const auto object = decode_object(kFull, kOurs);
  EXPECT_EQ(object->annotations, (std::map<std::string, std::string>{{"deployctl.io/force-at", "t\xc3\xa9st"}}));
}

TEST(ObjectDecoder, TheOrderOfFieldsDoesNotMatter) {
  const auto object =
      decode_object(R"({"spec":{},"metadata":{"resourceVersion":"1","name":"a"},"kind":"Deployment"})", kOurs);
  ASSERT_TRUE(object) << object.error().message;
  EXPECT_EQ(object->key.name, "a");
}

TEST(ObjectDecoder, ASpecThatIsNoObjectIsStillBytes) {
  EXPECT_EQ(decode_object(R"({"metadata":{"name":"a"},"spec":"junk","status":null})")->spec, R"("junk")");
}

// fault W9
TEST(ObjectDecoder, AnotherKindIsSkipped) {
  EXPECT_EQ(decode_object(R"({"kind":"Table","metadata":{"name":"a"}})", kOurs).error().message,
            "object of kind Table instead of Deployment");
}

// fault W9
TEST(ObjectDecoder, AnObjectWithoutMetadataIsSkipped) {
  EXPECT_EQ(decode_object(R"({"kind":"Deployment","spec":{}})", kOurs).error().message, "object without metadata");
}

TEST(ObjectDecoder, BrokenBytesAreAnErrorAndNoCrash) {
  for (const char* text :
       {"", "{", "[]", "null", "7", "{\"metadata\":{\"name\":\"a\"", "{\"metadata\":7}", "\xff\xfe"}) {
    EXPECT_FALSE(decode_object(text, kOurs)) << text;
  }
}

// fault W20
TEST(ListPage, AnItemThatCannotBeReadIsToldAloneAndTheOthersAreServed) {
  std::vector<DecodedItem> items;
  const auto page = read_list_page(
      R"({"kind":"DeploymentList","metadata":{"resourceVersion":"9","continue":"next"},"items":[
          {"metadata":{"name":"a","namespace":"n","resourceVersion":"1"},"spec":{}},
          {"metadata":{"name":"b","namespace":"n","uid":"u-b","finalizers":"no list","resourceVersion":"2"},"spec":{}},
          {"metadata":{"name":"c","namespace":"n","resourceVersion":"3"},"spec":{}}]})",
      kOurs, [&](DecodedItem item) { items.push_back(std::move(item)); });
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->resource_version, "9");
  EXPECT_EQ(page->continue_token, "next");
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(std::get<ObjectEnvelope>(items[0]).key.name, "a");
  const auto& broken = std::get<Undecodable>(items[1]);
  EXPECT_EQ(broken.key, (ObjectKey{"n", "b"}));
  EXPECT_EQ(broken.uid, "u-b");
  EXPECT_EQ(broken.resource_version, "2");
  EXPECT_NE(broken.error.message.find("metadata.finalizers"), std::string::npos);
  EXPECT_EQ(std::get<ObjectEnvelope>(items[2]).key.name, "c");
}

// fault W20
TEST(ListPage, AnItemThatIsNoObjectDoesNotStopTheList) {
  std::vector<DecodedItem> items;
  const auto page =
      read_list_page(R"({"items":[7,null,"x",[{"a":1}],{"metadata":{"name":"a"}}],"metadata":{"resourceVersion":"9"}})",
                     {}, [&](DecodedItem item) { items.push_back(std::move(item)); });
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(items.size(), 5U);
  EXPECT_EQ(std::get<ObjectEnvelope>(items[4]).key.name, "a");
}

// fault W9
TEST(ListPage, ATableIsNoList) {
  EXPECT_FALSE(
      read_list_page(R"({"kind":"Table","metadata":{"resourceVersion":"9"},"rows":[]})", {}, [](DecodedItem) {}));
}

// fault A18
TEST(ListPage, ATruncatedPageIsAnError) {
  EXPECT_FALSE(
      read_list_page(R"({"metadata":{"resourceVersion":"9"},"items":[{"metadata":{"name":"a)", {}, [](DecodedItem) {}));
}

}  // namespace
}  // namespace deployctl::kube
