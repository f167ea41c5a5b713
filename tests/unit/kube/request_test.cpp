#include "kube/request.hpp"

#include <gtest/gtest.h>

namespace deployctl::kube {
namespace {

constexpr Resource kDeployments{"deployctl.io", "v1alpha1", "deployments", "Deployment"};

TEST(KubeRequest, PathsOfCoreAndGroupResources) {
  EXPECT_EQ(path_of(kSecrets, "ns", "a"), "/api/v1/namespaces/ns/secrets/a");
  EXPECT_EQ(path_of(kNamespaces, "", "kube-system"), "/api/v1/namespaces/kube-system");
  EXPECT_EQ(path_of(kDeployments, "", ""), "/apis/deployctl.io/v1alpha1/deployments");
  EXPECT_EQ(path_of(kDeployments, "ns", "a", "status"),
            "/apis/deployctl.io/v1alpha1/namespaces/ns/deployments/a/status");
}

// fault S16
TEST(KubeRequest, NamesAndQueriesArePercentEncoded) {
  EXPECT_EQ(path_of(kSecrets, "ns", "a/../b\r\nX: y?z"), "/api/v1/namespaces/ns/secrets/a%2F..%2Fb%0D%0AX%3A%20y%3Fz");
  EXPECT_EQ(list(kSecrets, {.ns = "ns", .label_selector = "a=b,c in (d)"}).target,
            "/api/v1/namespaces/ns/secrets?labelSelector=a%3Db%2Cc%20in%20%28d%29&limit=500");
}

TEST(KubeRequest, AListAtAVersionIsNotOlderThanIt) {
  EXPECT_EQ(list(kSecrets, {.resource_version = "7"}).target,
            "/api/v1/secrets?limit=500&resourceVersion=7&resourceVersionMatch=NotOlderThan");
}

TEST(KubeRequest, AContinuedListCarriesNoVersion) {
  EXPECT_EQ(list(kSecrets, {.continue_token = "t", .resource_version = "7"}).target,
            "/api/v1/secrets?limit=500&continue=t");
}

TEST(KubeRequest, AWatchAsksForBookmarksAndEndsByItself) {
  EXPECT_EQ(
      watch(kDeployments, {.ns = "ns", .resource_version = "7"}).target,
      "/apis/deployctl.io/v1alpha1/namespaces/ns/deployments?watch=true&allowWatchBookmarks=true&resourceVersion=7&"
      "timeoutSeconds=290");
}

TEST(KubeRequest, MetadataOnlyIsAskedByTheAcceptHeader) {
  EXPECT_EQ(list(kSecrets, {.metadata_only = true}).accept,
            "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1");
  EXPECT_EQ(watch(kSecrets, {.metadata_only = true}).accept,
            "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1");
}

TEST(KubeRequest, PatchesSayTheirKindAndWriter) {
  const PatchQuery query{.key = {"ns", "a"}, .subresource = "status", .field_manager = "m"};
  const Request merge = merge_patch(kDeployments, query, {{"status", {{"revision", 1}}}});
  EXPECT_EQ(merge.method, "PATCH");
  EXPECT_EQ(merge.target, "/apis/deployctl.io/v1alpha1/namespaces/ns/deployments/a/status?fieldManager=m");
  EXPECT_EQ(merge.content_type, "application/merge-patch+json");
  EXPECT_EQ(merge.body, R"({"status":{"revision":1}})");
  EXPECT_EQ(json_patch(kDeployments, query, Json::array()).content_type, "application/json-patch+json");
}

TEST(KubeRequest, OnlyACreateIsNotRepeatable) {
  EXPECT_FALSE(create(kSecrets, "ns", Json::object(), "m").repeatable);
  EXPECT_TRUE(remove(kSecrets, {"ns", "a"}).repeatable);
  EXPECT_TRUE(get(kSecrets, {"ns", "a"}).repeatable);
}

TEST(KubeRequest, ADeleteCanNameTheUid) {
  EXPECT_EQ(parse_json(remove(kSecrets, {"ns", "a"}, "u1").body)->at("preconditions"), Json({{"uid", "u1"}}));
  EXPECT_FALSE(parse_json(remove(kSecrets, {"ns", "a"}).body)->contains("preconditions"));
}

}  // namespace
}  // namespace deployctl::kube
