#include "terraform/hcl.hpp"

#include <gmock/gmock.h>

namespace deployctl::terraform {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<BackendBlock> found(std::string_view text) {
  const auto blocks = backend_blocks("main.tf", text);
  EXPECT_TRUE(blocks) << blocks.error().message;
  return blocks.value_or(std::vector<BackendBlock>{{"unreadable", ""}});
}

std::string refusal(std::string_view text) {
  const auto blocks = backend_blocks("main.tf", text);
  return blocks ? "" : blocks.error().message;
}

TEST(Hcl, ABackendIsFoundWithItsTypeAndPlace) {
  EXPECT_THAT(
      found("# the state\nterraform {\n  required_version = \">= 1.6\"\n  backend \"s3\" {\n    key = \"k\"\n  }\n}\n"),
      ElementsAre(BackendBlock{"s3", "main.tf:4"}));
  EXPECT_THAT(found("terraform { backend \"gcs\" {} }"), ElementsAre(BackendBlock{"gcs", "main.tf:1"}));
  EXPECT_THAT(found("terraform {\n  backend kubernetes {\n  }\n}"),
              ElementsAre(BackendBlock{"kubernetes", "main.tf:2"}));
}

TEST(Hcl, ACloudBlockIsABackend) {
  EXPECT_THAT(found("terraform {\n  cloud {\n    workspaces { name = \"x\" }\n  }\n}\n"),
              ElementsAre(BackendBlock{"cloud", "main.tf:2"}));
}

TEST(Hcl, TheNamespaceOfABackendIsReadWhereItIsAPlainText) {
  using Namespace = std::optional<std::string>;
  const auto of = [](const std::string& lines) {
    const auto blocks = found("terraform {\n  backend \"kubernetes\" {\n" + lines + "  }\n}\n");
    return blocks.size() == 1 ? blocks.front().ns : Namespace("none or many");
  };
  EXPECT_EQ(of("    namespace = \"shop\" # ours\n"), Namespace("shop"));
  EXPECT_EQ(of("    secret_suffix = \"namespace\"\n"), std::nullopt);
  EXPECT_EQ(of("    exec {\n      namespace = \"shop\"\n    }\n"), std::nullopt);
  EXPECT_EQ(found("terraform { backend \"kubernetes\" { namespace = \"shop\" } }").front().ns, Namespace("shop"));
  for (const char* value : {"var.where", "\"a${var.b}\"", "\"a\\u0062\"", "lower(\"SHOP\")", "(\n\"shop\"\n)",
                            "true ? \"shop\" : \"other\"", "<<EOT\nshop\nEOT"})
    EXPECT_EQ(of("    namespace = " + std::string(value) + "\n"), Namespace("")) << value;
}

TEST(Hcl, ABackendThatReachesItsClusterByItselfIsToldApart) {
  const auto of = [](const std::string& lines) {
    return found("terraform {\n  backend \"kubernetes\" {\n" + lines + "  }\n}\n").front().own_access;
  };
  EXPECT_FALSE(of("    secret_suffix = \"host\"\n"));
  for (const char* name : {"config_path", "config_paths", "host", "in_cluster_config"})
    EXPECT_TRUE(of("    " + std::string(name) + " = \"x\"\n")) << name;
  EXPECT_TRUE(of("    exec {\n      command = \"x\"\n    }\n"));
  EXPECT_FALSE(of("    labels = {\n      host = \"x\"\n    }\n"));
  const auto json = backend_blocks_in_json("a.tf.json", R"({"terraform":{"backend":{"kubernetes":{"host":"x"}}}})");
  EXPECT_TRUE(json.value().front().own_access);
}

TEST(Hcl, WordsInCommentsStringsAndHeredocsAreNoBlocks) {
  EXPECT_THAT(
      found("// terraform { backend \"a\" {} }\n/* terraform { backend \"b\" {}\n} */\n# terraform { cloud {} }\n"),
      IsEmpty());
  EXPECT_THAT(found("locals {\n  a = \"terraform { backend \\\"s3\\\" {\"\n}\n"), IsEmpty());
  EXPECT_THAT(found("locals {\n  a = <<-EOT\n    terraform {\n      backend \"s3\" {\n    \"${x}\n  EOT\n}\n"),
              IsEmpty());
}

TEST(Hcl, BlocksElsewhereAndValuesAreNoBackend) {
  EXPECT_THAT(found("resource \"x\" \"terraform\" {\n  backend \"s3\" {\n  }\n}\n"), IsEmpty());
  EXPECT_THAT(found("terraform {\n  required_providers {\n    backend = { source = \"a/b\" }\n  }\n}\n"), IsEmpty());
  EXPECT_THAT(found("terraform = {\n  backend = { s3 = {} }\n}\n"), IsEmpty());
}

TEST(Hcl, TemplatesMayHoldStringsAndBraces) {
  EXPECT_THAT(found("locals {\n  a = \"${join(\",\", [for k, v in { \"}\" = \"{\" } : \"${k}\"])}\"\n  b = \"$${not} "
                    "%%{one}\"\n}\n"
                    "terraform {\n  backend \"s3\" {}\n}\n"),
              ElementsAre(BackendBlock{"s3", "main.tf:6"}));
}

TEST(Hcl, WhatCannotBeReadIsRefusedWithFileAndLine) {
  EXPECT_THAT(refusal("locals {\n  a = \"open\n}\n"), HasSubstr("main.tf:2: cannot be read: a string does not end"));
  EXPECT_THAT(refusal("/* open"), HasSubstr("a comment does not end"));
  EXPECT_THAT(refusal("locals {\n  a = <<EOT\n"), HasSubstr("a heredoc does not end"));
  EXPECT_THAT(refusal("terraform {\n"), HasSubstr("a block does not end"));
  EXPECT_THAT(refusal("}\n"), HasSubstr("closes nothing"));
  EXPECT_THAT(refusal("a = [ }\n"), HasSubstr("closes nothing"));
  EXPECT_THAT(refusal("terraform {\n  backend {\n  }\n}\n"), HasSubstr("needs one label"));
  EXPECT_THAT(refusal("a = \"${" + std::string(2000, '"')), HasSubstr("main.tf:1"));
}

TEST(Hcl, NoEndOfAFileMakesItGoOn) {
  const std::string text =
      "terraform {\n  backend \"s3\" {\n    a = \"${b}\" /* c */\n    d = <<-EOT\n x\n EOT\n  }\n}\n";
  for (std::size_t length = 0; length <= text.size(); ++length)
    static_cast<void>(backend_blocks("main.tf", std::string_view(text).substr(0, length)));
}

TEST(HclInJson, BackendAndCloudAreFoundInObjectsAndLists) {
  EXPECT_THAT(*backend_blocks_in_json("a.tf.json", R"({"terraform": {"backend": {"s3": {}}}})"),
              ElementsAre(BackendBlock{"s3", "a.tf.json"}));
  EXPECT_THAT(*backend_blocks_in_json("a.tf.json", R"({"terraform": [{"backend": [{"gcs": {}}]}, {"cloud": {}}]})"),
              ElementsAre(BackendBlock{"gcs", "a.tf.json"}, BackendBlock{"cloud", "a.tf.json"}));
  EXPECT_THAT(*backend_blocks_in_json("a.tf.json", R"({"resource": {"backend": {}}})"), IsEmpty());
}

TEST(HclInJson, TheNamespaceIsReadToo) {
  const auto of = [](const std::string& settings) {
    return backend_blocks_in_json("a.tf.json", R"({"terraform": {"backend": {"kubernetes": )" + settings + "}}}")
        ->front()
        .ns;
  };
  EXPECT_EQ(of(R"({"namespace": "shop"})"), std::optional<std::string>("shop"));
  EXPECT_EQ(of(R"([{"namespace": "${var.x}"}])"), std::optional<std::string>(""));
  EXPECT_EQ(of("{}"), std::nullopt);
}

TEST(HclInJson, WhatCannotBeReadIsRefused) {
  EXPECT_THAT(backend_blocks_in_json("a.tf.json", "{").error().message, HasSubstr("a.tf.json"));
  EXPECT_EQ(backend_blocks_in_json("a.tf.json", R"({"terraform": {"backend": "s3"}})").error().kind,
            ErrorKind::Invalid);
}

}  // namespace
}  // namespace deployctl::terraform
