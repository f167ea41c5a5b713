#include "compose/reads.hpp"

#include <gmock/gmock.h>

#include "compose/source_path.hpp"
#include "compose_fixture.hpp"

namespace deployctl::compose {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

using Files = std::map<std::string, std::string>;

/// What is said of a source of these files, whose compose.yaml is rendered with MODE=prod and EMPTY="".
std::string said(const Files& files, const std::vector<std::string>& given = {"compose.yaml"}) {
  executors::Inputs in = inputs_of(1);
  ports::SourceTree tree;
  for (const auto& [path, text] : files) tree[path] = {.bytes = text};
  in.files = std::make_shared<const ports::SourceTree>(std::move(tree));
  in.variables = {{"MODE", "prod"}, {"EMPTY", ""}};
  const auto refused = outside_read(in, given, in.variables);
  if (!refused) return "";
  EXPECT_EQ(refused->kind, ErrorKind::Invalid);
  return refused->message;
}

std::string said(const std::string& text) { return said(Files{{"compose.yaml", text}}); }

TEST(ComposeReads, APathOutOfTheSourceIsRefusedByFileAndField) {  // fault S6
  EXPECT_EQ(said("services: {web: {env_file: /etc/shadow}}"),
            "compose.yaml: services.web.env_file: \"/etc/shadow\" lies outside the source: name a file of the source, "
            "by a path relative to it");
  const std::vector<std::pair<std::string, std::string>> table = {
      {"services: {web: {env_file: [a.env, ../b.env]}}", "services.web.env_file[1]: \"../b.env\""},
      {"services: {web: {env_file: [{path: x/../../b.env, required: false}]}}", "services.web.env_file[0].path"},
      {"services: {web: {env_file: ~/b.env}}", "services.web.env_file: \"~/b.env\""},
      {"services: {web: {label_file: [/etc/labels]}}", "services.web.label_file[0]"},
      {"services: {web: {extends: {service: a, file: /srv/a.yaml}}}", "services.web.extends.file"},
      {"include: [/srv/a.yaml]", "include[0]: \"/srv/a.yaml\""},
      {"include: [{path: [/srv/a.yaml]}]", "include[0]: \"/srv/a.yaml\""},
      {"include: [{path: compose.yaml, project_directory: /srv}]", "include[0].project_directory"},
      {"include: [{path: compose.yaml, env_file: ../x}]", "include[0].env_file: \"../x\""},
      {"include: [{path: compose.yaml, env_file: [/dev/null, ../x]}]", "include[0].env_file[1]"},
  };
  for (const auto& [text, field] : table)
    EXPECT_THAT(said(text), AllOf(StartsWith("compose.yaml: " + field), HasSubstr("lies outside the source"))) << text;
}

TEST(ComposeReads, NoWayOfWritingItHidesAPath) {  // fault S6
  const std::vector<std::string> hidden = {
      "x-a: &a {env_file: /etc/shadow}\nservices: {web: {<<: *a}}",
      "x-a: &a {env_file: /etc/shadow}\nservices: {web: {<<: [*a], env_file: !reset null}}",
      "services: {web: {env_file: !override [/etc/shadow]}}",
      "services: {web: {environment: &a {env_file: /etc/shadow}}, b: {<<: *a}}",
      "x-k: &k env_file\nservices: {web: {*k : /etc/shadow}}",
      "x-p: &p /etc/shadow\nservices: {web: {env_file: *p}}",
      "services: {web: {\"env\\x5ffile\": \"\\x2fetc/shadow\"}}",
      "services: {web: {profiles: [never], env_file: /etc/shadow}}",
      "services: {}\n---\nservices: {web: {env_file: /etc/shadow}}",
      "x-a: &a {include: [/etc/shadow]}\n<<: *a\ninclude: !reset null",
      "x-a: &a {include: [/etc/shadow]}\nx-b: &b {<<: *a}\n<<: [*b]",
      "services: {web: {env_file: \"${MODE}/../../shadow\"}}",
      "services: {web: {env_file: \"${EMPTY:-/etc}/shadow\"}}",
      "services: {web: {env_file: \"${UNSET-/etc}/shadow\"}}",
      "services: {web: {env_file: \"$MODE/../../shadow\"}}"};
  for (const std::string& text : hidden) EXPECT_THAT(said(text), HasSubstr("lies outside the source")) << text;
  EXPECT_THAT(said("services: {web: {!!merge <<: {env_file: /etc/shadow}}}"), HasSubstr("invalid YAML: line 1"));
}

TEST(ComposeReads, WhatIsIncludedOrExtendedIsJudgedFromWhereItLies) {  // fault S6
  const Files good = {{"deploy/compose.yaml",
                       "include: [{path: parts/db.yaml, env_file: vars.env}]\n"
                       "services: {web: {env_file: [../web.env, \"${MODE:-dev}.env\"],\n"
                       "  extends: {service: base, file: ../base/base.yaml}}}"},
                      {"deploy/parts/db.yaml", "services: {db: {env_file: ../../db.env, label_file: labels}}"},
                      {"base/base.yaml", "services: {base: {env_file: ../base.env}}"}};
  EXPECT_EQ(said(good, {"deploy/compose.yaml"}), "");
  const auto with = [&](const std::string& file, const std::string& text) {
    Files files = good;
    files[file] = text;
    return said(files, {"deploy/compose.yaml"});
  };
  EXPECT_EQ(
      with("deploy/parts/db.yaml", "services: {db: {env_file: ../../../db.env}}"),
      "deploy/parts/db.yaml: services.db.env_file: \"../../../db.env\" lies outside the source: name a file of the "
      "source, by a path relative to its deploy/parts");
  EXPECT_THAT(with("base/base.yaml", "services: {base: {extends: {service: x, file: ../../x.yaml}}}"),
              StartsWith("base/base.yaml: services.base.extends.file: \"../../x.yaml\" lies outside"));
  EXPECT_EQ(with("base/base.yaml", "include: [/srv/never.yaml]\nservices: {base: {}}"), "")
      << "a file that is extended includes nothing";
  EXPECT_THAT(with("deploy/parts/db.yaml", "services: {db: {image: \"x:${HOME}\"}}"),
              StartsWith("deploy/parts/db.yaml: ${HOME} would be the controller's own"));
}

TEST(ComposeReads, AnIncludedFileIsRelativeToItsProjectDirectory) {
  Files files = {{"compose.yaml", "include: [{path: [a/one.yaml, b/two.yaml], project_directory: a/b}]"},
                 {"a/one.yaml", "services: {}"},
                 {"b/two.yaml", "services: {web: {env_file: ../../x.env}}"}};
  EXPECT_EQ(said(files), "");
  files["compose.yaml"] = "include: [{path: [a/one.yaml, b/two.yaml]}]";
  EXPECT_THAT(said(files), StartsWith("b/two.yaml: services.web.env_file: \"../../x.env\" lies outside"));
}

TEST(ComposeReads, AFileThatIsFetchedFromElsewhereIsNotInTheSource) {  // fault S4
  for (const char* far : {"oci://registry.example/shop:1", "https://git.example/shop.git#main:compose.yaml",
                          "git@git.example:shop.git", "missing.yaml"}) {
    EXPECT_EQ(said("include: [\"" + std::string(far) + "\"]"),
              "compose.yaml: include[0]: \"" + std::string(far) + "\" is not in the source");
    EXPECT_EQ(said("services: {a: {extends: {service: b, file: \"" + std::string(far) + "\"}}}"),
              "compose.yaml: services.a.extends.file: \"" + std::string(far) + "\" is not in the source");
  }
}

TEST(ComposeReads, APathWhoseVariableIsNotKnownIsRefusedBeforeItIsRead) {
  EXPECT_EQ(said("services: {web: {env_file: \"${WHICH}.env\"}}"),
            "compose.yaml: services.web.env_file: \"${WHICH}.env\" needs ${WHICH}, which is not defined: declare it in "
            "spec.variables, or give it a default: ${WHICH:-word}");
  EXPECT_THAT(said("services: {web: {env_file: \"${MODE:+x}\"}}"), HasSubstr("uses more than ${MODE}"));
  EXPECT_THAT(said("services: {web: {env_file: \"${MODE\"}}"), HasSubstr("\"$\" without a name"));
  // An included project's own .env may define it.
  EXPECT_THAT(said(Files{{"compose.yaml", "include: [a/a.yaml]"},
                         {"a/a.yaml", "services: {web: {env_file: \"${WHICH:-dev}.env\"}}"},
                         {"a/.env", "WHICH=/etc/x"}}),
              HasSubstr("needs ${WHICH}, which is not defined"));
}

TEST(ComposeReads, WhatGoesRoundInCirclesOrHasNoEndIsBounded) {  // fault S10
  EXPECT_EQ(said(Files{{"compose.yaml", "include: [a.yaml]"}, {"a.yaml", "include: [compose.yaml]"}}), "")
      << "compose itself says that";
  Files many = {{"compose.yaml", "include: [f1.yaml]"}};
  for (int n = 1; n <= 200; ++n)
    many["f" + std::to_string(n) + ".yaml"] = "include: [f" + std::to_string(n + 1) + ".yaml]";
  EXPECT_EQ(said(many), "f100.yaml: one compose file too many: at most 100, of 2 MiB in all");
  EXPECT_THAT(said("x: \"" + std::string(3U * 1024 * 1024, 'x') + "\""), HasSubstr("at most 100, of 2 MiB in all"));
}

TEST(ComposeReads, NothingIsRenderedBeforeTheFilesWereJudged) {
  Tool tool;
  const Ran ran = tool.deploy(inputs_of(1, R"({"services": {"web": {"image": "x", "env_file": "/etc/shadow"}}})"));
  EXPECT_EQ(ran.error().kind, ErrorKind::Invalid);
  EXPECT_THAT(ran.names(), testing::ElementsAre("look"));
}

TEST(ComposePaths, LeadBelowTheSourceOrNowhere) {
  EXPECT_EQ(below_source(".", "./a//b/"), "a/b");
  EXPECT_EQ(below_source("x/y", "../a"), "x/a");
  EXPECT_EQ(below_source("x", ".."), ".");
  for (const char* out : {"..", "a/../..", "/a", "~", "~root/a"})
    EXPECT_EQ(below_source(".", out), std::nullopt) << out;
}

TEST(ComposePaths, AreInterpolatedAsComposeDoes) {
  const std::map<std::string, std::string> known = {{"A", "1"}, {"E", ""}};
  const std::vector<std::pair<std::string, std::string>> table = {
      {"a$$b", "a$b"},        {"$A-${A}", "1-1"},    {"${E:-x}", "x"},  {"${E-x}", ""},
      {"${U:-x/y}z", "x/yz"}, {"${A:-x}${U-}", "1"}, {"plain", "plain"}};
  for (const auto& [text, expected] : table)
    EXPECT_EQ(interpolated(text, known, true).value_or("(refused)"), expected) << text;
  for (const char* refused : {"${U}", "$", "${}", "${A:?no}", "${A+x}", "${U:-${A}}", "${A"})
    EXPECT_FALSE(interpolated(refused, known, true).has_value()) << refused;
  EXPECT_FALSE(interpolated("${U:-x}", known, false).has_value());
}

}  // namespace
}  // namespace deployctl::compose
