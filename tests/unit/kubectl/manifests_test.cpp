#include "kubectl/manifests.hpp"

#include <gtest/gtest.h>

#include "kubectl/inventory.hpp"

namespace deployctl::kubectl {
namespace {

ports::SourceTree files(const std::string& name, const std::string& text) { return {{name, {.bytes = text}}}; }
constexpr auto kConfigMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

executors::Inputs inputs() {
  executors::Inputs in;
  in.key = {"shop", "web"};
  in.installation = "cluster-1";
  return in;
}

TEST(Manifests, AreReadFromYamlAndJsonFilesAndListsAreTakenApart) {
  ports::SourceTree tree = files("a.yaml", std::string(kConfigMap) + "---\n" + kConfigMap);
  tree["b.json"] = {
      .bytes =
          R"({"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"}}]})"};
  tree["README.md"] = {.bytes = "not a manifest"};
  const auto objects = read_files(tree);
  ASSERT_TRUE(objects) << objects.error().message;
  EXPECT_EQ(objects->size(), 3U);
}

TEST(Manifests, AFileThatIsNoManifestIsNamed) {
  const auto objects = read_files(files("x.yaml", "just: text\n"));
  ASSERT_FALSE(objects);
  EXPECT_EQ(objects.error().kind, ErrorKind::Invalid);
  EXPECT_NE(objects.error().message.find("x.yaml: every manifest needs apiVersion, kind and metadata.name"),
            std::string::npos);
}

// fault I12
TEST(Manifests, DuplicateKeysAreRefused) {
  const auto objects =
      read_files(files("x.yaml", "apiVersion: v1\nkind: ConfigMap\nkind: Secret\nmetadata: {name: a}\n"));
  ASSERT_FALSE(objects);
  EXPECT_NE(objects.error().message.find("x.yaml"), std::string::npos);
  EXPECT_NE(objects.error().message.find("kind"), std::string::npos);
}

// fault S11
TEST(Manifests, AnAliasBombIsRefused) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 9; ++j) bomb += (j ? ", " : "") + before;
    bomb += "]\n";
  }
  EXPECT_FALSE(read_files(files("bomb.yaml", bomb)));
}

TEST(Manifests, AnObjectDeclaredTwiceIsRefused) {
  const auto objects = read_files(files("a.yaml", std::string(kConfigMap) + "---\n" + kConfigMap));
  ASSERT_TRUE(objects);
  EXPECT_EQ(check(*objects, inputs()).error().message, "ConfigMap shop/a is declared twice");
}

TEST(Manifests, AForeignNamespaceNeedsTheSwitch) {
  const auto objects =
      read_files(files("a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: other}\n"));
  ASSERT_TRUE(objects);
  executors::Inputs in = inputs();
  const auto refused = check(*objects, in);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::AccessDenied);
  in.allow_cluster_scope = true;
  EXPECT_TRUE(check(*objects, in));
}

TEST(Manifests, AForeignNamespaceOfTheSpecNeedsTheSwitchToo) {
  const auto objects = read_files(files("a.yaml", kConfigMap));
  ASSERT_TRUE(objects);
  executors::Inputs in = inputs();
  in.spec.kubernetes.emplace().ns = "kube-system";
  const auto refused = check(*objects, in);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::AccessDenied);
  EXPECT_EQ(refused.error().message,
            "spec.kubernetes.namespace: \"kube-system\" is not namespace \"shop\" of this object: remove the field, or "
            "let the controller run with --allow-cluster-scope");
  in.allow_cluster_scope = true;
  EXPECT_TRUE(check(*objects, in));
  in.allow_cluster_scope = false;
  in.spec.kubernetes->ns = "shop";
  EXPECT_TRUE(check(*objects, in));
}

// fault S23
TEST(Substitute, IsOnePassAndLeavesEscapedText) {
  std::vector<Json> objects = {Json::parse(R"({"data":{"a":"x ${A} y","b":"$${A}","c":"${B}"}})")};
  ASSERT_TRUE(substitute(objects, {{"A", "${B}"}, {"B", "1: [injected]"}}));
  EXPECT_EQ(objects[0]["data"]["a"], "x ${B} y");
  EXPECT_EQ(objects[0]["data"]["b"], "${A}");
  EXPECT_EQ(objects[0]["data"]["c"], "1: [injected]");
}

TEST(Substitute, AnUndefinedVariableNamesObjectAndVariable) {
  std::vector<Json> objects = {
      Json::parse(R"({"kind":"ConfigMap","metadata":{"name":"a"},"data":{"a":"${MISSING}"}})")};
  const auto done = substitute(objects, {});
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("ConfigMap a: variable ${MISSING} is not defined"), std::string::npos);
}

TEST(Labels, MarkEveryObjectAndAreWhatTellsOurs) {
  std::vector<Json> objects = {Json::parse(R"({"kind":"ConfigMap","metadata":{"name":"a"}})")};
  EXPECT_FALSE(is_ours(objects[0], inputs()));
  label(objects, inputs());
  EXPECT_TRUE(is_ours(objects[0], inputs()));
  executors::Inputs other = inputs();
  other.key.name = "api";
  EXPECT_FALSE(is_ours(objects[0], other));
}

Json labelled(const std::string& installation, const std::string& ns, const std::string& name) {
  return Json{
      {"apiVersion", "v1"},
      {"kind", "ConfigMap"},
      {"metadata",
       {{"name", "page"},
        {"namespace", "shop"},
        {"labels",
         {{"deployctl.io/installation", installation}, {"deployctl.io/namespace", ns}, {"deployctl.io/name", name}}}}}};
}

TEST(Owner, AnObjectOfAnotherNameOrNamespaceBelongsToSomebodyElse) {
  for (const Json& live : {labelled("cluster-1", "shop", "other"), labelled("cluster-1", "store", "web")}) {
    const Error other = other_owner({labelled("cluster-1", "shop", "web"), live}, inputs()).value_or(Error{});
    EXPECT_EQ(other.kind, ErrorKind::Conflict);
    const auto& labels = live.at("metadata").at("labels");
    const std::string owner = labels.at("deployctl.io/namespace").get<std::string>() + "/" +
                              labels.at("deployctl.io/name").get<std::string>();
    EXPECT_NE(other.message.find("ConfigMap shop/page belongs to dctl " + owner), std::string::npos);
    EXPECT_NE(other.message.find("spec.kubernetes.force"), std::string::npos);
    EXPECT_NE(other.message.find("orphaned"), std::string::npos);
  }
}

TEST(Owner, WhatIsOursOrNobodysHasNoOtherOwner) {
  Json unlabelled = labelled("", "", "");
  unlabelled["metadata"].erase("labels");
  EXPECT_FALSE(other_owner({labelled("cluster-1", "shop", "web"), unlabelled}, inputs()));
}

TEST(Owner, AfterABackupWasRestoredIntoAnotherClusterOurObjectsAreStillOurs) {
  EXPECT_FALSE(other_owner({labelled("cluster-before", "shop", "web")}, inputs()));
}

TEST(Owner, ALongNameIsComparedAsTheLabelHoldsIt) {
  executors::Inputs in = inputs();
  in.key.name = std::string(100, 'w');
  std::vector<Json> objects = {Json::parse(R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"page"}})")};
  label(objects, in);
  EXPECT_FALSE(other_owner(objects, in));
  in.key.name = std::string(101, 'w');
  EXPECT_TRUE(other_owner(objects, in));
}

// fault K8
TEST(Order, DefinitionsComeFirstAndCustomResourcesDependOnThem) {
  std::vector<Json> objects = {
      Json::parse(R"({"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"}})"),
      Json::parse(R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","namespace":"fresh"}})"),
      Json::parse(
          R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"widgets.example.com"},
                      "spec":{"group":"example.com","names":{"kind":"Widget"}}})"),
      Json::parse(R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"fresh"}})")};
  sort_for_apply(objects);
  EXPECT_EQ(objects[0]["kind"], "Namespace");
  EXPECT_EQ(objects[1]["kind"], "CustomResourceDefinition");
  const std::vector<Json> stage_one = {objects[0], objects[1]};
  EXPECT_TRUE(is_stage_one(objects[1]));
  EXPECT_TRUE(depends_on(objects[2], stage_one));
  EXPECT_TRUE(depends_on(objects[3], stage_one));
  EXPECT_FALSE(depends_on(Json::parse(R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}})"), stage_one));
}

}  // namespace
}  // namespace deployctl::kubectl
