// What stands in crds/ and in the C++ types is the same: fields, types, limits, words, defaults, rules, names.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <fstream>
#include <iterator>
#include <random>
#include <set>

#include "api/constants.hpp"
#include "api/validation.hpp"
#include "api/variable_names.hpp"
#include "base/strict_yaml.hpp"
#include "schema_walk.hpp"

namespace deployctl::api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Json crd(const std::string& plural) {
  std::ifstream file(DEPLOYCTL_SOURCE_DIR "/crds/deployctl.io_" + plural + ".yaml");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto documents = parse_yaml(text);
  if (!documents || documents->size() != 1) throw std::runtime_error("crds/deployctl.io_" + plural + ".yaml");
  return documents->front();
}
Json version_of(const std::string& plural) { return crd(plural).at("spec").at("versions").at(0); }
Json schema_of(const std::string& plural) { return version_of(plural).at("schema").at("openAPIV3Schema"); }
Json part(const std::string& name) { return schema_of("deployments").at("properties").at(name); }

TEST(DeploymentSchema, SpecIsTheTableOfFields) {
  SchemaWalk walk(SchemaWalk::Of::Spec);
  walk.compare<DeploymentSpec>(part("spec"), "spec");
  EXPECT_THAT(walk.differences(), IsEmpty());
}

TEST(DeploymentSchema, StatusIsTheTableOfFields) {
  SchemaWalk walk(SchemaWalk::Of::Status);
  walk.compare<DeploymentStatus>(part("status"), "status");
  EXPECT_THAT(walk.differences(), IsEmpty());
}

TEST(DeploymentSchema, ANewObjectIsNeverCurrentByAccident) {
  EXPECT_EQ(part("status").at("default"), Json({{"observedGeneration", -1}}));
}

TEST(EnvironmentSchema, SharesTheBlocksItMayDefault) {
  const Json spec = schema_of("environments").at("properties").at("spec").at("properties");
  const Json mine = part("spec").at("properties");
  for (const char* name : {"variables", "variablesFrom", "env", "envFrom"}) {
    EXPECT_EQ(spec.at(name).at("items"), mine.at(name).at("items")) << name;
  }
  for (const char* name : {"health", "rollback", "retry", "timeout", "hooks"}) {
    EXPECT_EQ(spec.at("defaults").at("properties").at(name), mine.at(name)) << name;
  }
  EXPECT_EQ(spec.at("docker").at("properties").at("host"), mine.at("docker").at("properties").at("host"));
  EXPECT_EQ(spec.at("kubeConfig"), mine.at("kubernetes").at("properties").at("kubeConfig"));
}

/// Every schema below `schema` that is a field, with its path.
void visit(const Json& schema, const std::string& path,
           const std::function<void(const Json&, const std::string&)>& see) {
  for (const auto& [name, property] : schema.value("properties", Json::object()).items()) {
    see(property, path + "." + name);
    visit(property, path + "." + name, see);
  }
  for (const char* inner : {"items", "additionalProperties"}) {
    if (const auto found = schema.find(inner); found != schema.end()) visit(*found, path + "[]", see);
  }
}

TEST(Schemas, EveryFieldIsDescribedInASentence) {
  for (const char* plural : {"deployments", "environments"}) {
    visit(schema_of(plural), plural, [](const Json& schema, const std::string& path) {
      if (path.ends_with("s.metadata")) return;
      const std::string text = schema.value("description", "");
      EXPECT_TRUE(text.size() > 5 && text.ends_with('.')) << path << ": " << text;
    });
  }
}

TEST(Schemas, NothingIsWithoutABound) {
  for (const char* plural : {"deployments", "environments"}) {
    visit(schema_of(plural), plural, [](const Json& schema, const std::string& path) {
      const std::string type = schema.value("type", "");
      const bool fixed = schema.contains("enum") || schema.value("format", "") == "date-time";
      if (path.ends_with("s.metadata") || path.ends_with("s.kind") || path.ends_with("s.apiVersion")) return;
      if (type == "string") EXPECT_TRUE(fixed || schema.contains("maxLength")) << path;
      if (type == "array") EXPECT_TRUE(schema.contains("maxItems")) << path;
      if (type == "object") EXPECT_TRUE(schema.contains("properties") || schema.contains("maxProperties")) << path;
      EXPECT_FALSE(schema.contains("x-kubernetes-preserve-unknown-fields")) << path;
    });
  }
}

TEST(Names, AreThoseOfTheConstants) {
  const Json names = crd("deployments").at("spec").at("names");
  EXPECT_EQ(crd("deployments").at("spec").at("group"), kGroup);
  EXPECT_EQ(version_of("deployments").at("name"), kVersion);
  EXPECT_EQ(names.at("kind"), kKind);
  EXPECT_EQ(names.at("plural"), kPlural);
  EXPECT_EQ(names.at("shortNames"), Json({"dctl"}));
  EXPECT_EQ(names.at("categories"), Json({"deployctl"}));
  const Json others = crd("environments").at("spec").at("names");
  EXPECT_EQ(others.at("kind"), "Environment");
  EXPECT_EQ(others.at("shortNames"), Json({"dctlenv"}));
  EXPECT_EQ(others.at("categories"), Json({"deployctl"}));
}

TEST(PrinterColumns, AreTheOnesPeopleExpect) {
  std::vector<std::string> narrow;
  std::vector<std::string> wide;
  for (const Json& column : version_of("deployments").at("additionalPrinterColumns")) {
    (column.value("priority", 0) == 0 ? narrow : wide).push_back(column.at("name"));
  }
  EXPECT_THAT(narrow, ElementsAre("Ready", "Reason", "Version", "Revision", "Type", "Age"));
  EXPECT_THAT(wide, ElementsAre("Message", "Last-Success", "Target"));
}

// fault S3
TEST(VariableNames, TheSchemaRefusesTheNamesOfTheTable) {
  std::string prefixes;
  std::string names;
  for (const RefusedName& refused : kRefusedNames) {
    const std::string text(refused.text);
    if (refused.what == Refuses::Prefix) prefixes += (prefixes.empty() ? "" : "|") + text;
    if (refused.what == Refuses::Name) names += "|" + text;
    if (refused.what == Refuses::Suffix) names += "|.*" + text;
  }
  const std::string expected = "!self.name.matches('^((" + prefixes + ").*" + names + ")$')";
  for (const char* list : {"variables", "env"}) {
    const Json rules = part("spec").at("properties").at(list).at("items").at("x-kubernetes-validations");
    EXPECT_TRUE(std::ranges::any_of(rules, [&](const Json& rule) { return rule.at("rule") == expected; })) << expected;
  }
}

/// Texts made of what patterns care about.
std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> kPieces = {"a",
                                                   "z",
                                                   "Z",
                                                   "0",
                                                   "9",
                                                   "-",
                                                   "_",
                                                   ".",
                                                   ":",
                                                   "/",
                                                   ",",
                                                   " ",
                                                   "\n",
                                                   "$",
                                                   "${version}",
                                                   "é",
                                                   "\x7f",
                                                   "\x1f",
                                                   "http://",
                                                   "https://",
                                                   "ssh://",
                                                   "unix://",
                                                   "tcp://",
                                                   "200",
                                                   "-399",
                                                   "599",
                                                   "deadbeef",
                                                   "512",
                                                   "m",
                                                   "G",
                                                   "0.5",
                                                   "..",
                                                   "[",
                                                   "`",
                                                   "^",
                                                   "|",
                                                   "~",
                                                   "#",
                                                   std::string(1, '\0'),
                                                   std::string(64, 'f')};
  std::string text;
  const std::size_t pieces = random() % 5;
  for (std::size_t i = 0; i < pieces; ++i) text += kPieces[random() % kPieces.size()];
  return text;
}

TEST(Formats, DecideAsTheirPatternSays) {
  std::mt19937 random(1);  // NOLINT: the same texts in every run
  std::set<const Format*> accepted;
  for (const Format* format : kFormats) {
    const re2::RE2 pattern(re2::StringPiece(format->pattern.data(), format->pattern.size()), re2::RE2::Quiet);
    ASSERT_TRUE(pattern.ok()) << format->pattern;
    for (int i = 0; i < 20'000; ++i) {
      const std::string text = random_text(random);
      const bool matches = re2::RE2::PartialMatch(text, pattern);
      ASSERT_EQ(format->accepts(text), matches) << format->pattern << " and " << Json(text).dump();
      if (matches) accepted.insert(format);
    }
  }
  EXPECT_EQ(accepted.size(), kFormats.size()) << "every format accepted something";
}

/// A spec that sets everything of later issues, and its type.
DeploymentSpec ambitious(Type type) {
  DeploymentSpec spec;
  spec.type = type;
  spec.environment_ref = NameRef{"prod"};
  spec.service_account_name = "runner";
  spec.source = Source{.git = GitSource{}, .archive = ArchiveSource{}};
  spec.variables = {{.name = "A", .value_from = ValueFrom{.output_ref = OutputRef{}}}};
  spec.health.watch = HealthWatch{};
  spec.approval.required = true;
  spec.depends_on = {Dependency{}};
  spec.docker = Docker{.host = DockerHost{}};
  spec.docker_compose =
      DockerCompose{.host = DockerHost{.tls_secret_ref = NameRef{"tls"}, .ssh_secret_ref = NameRef{"ssh"}}};
  return spec;
}

TEST(Later, WhatIsDescribedAsNotActedOnYetIsRefused) {
  std::set<std::string> refused;
  for (const auto& [type, word] : Words<Type>::list) {
    for (const std::string& sentence : unsupported(ambitious(type)))
      refused.insert(sentence.substr(0, sentence.find(':')));
  }
  visit(part("spec"), "spec", [&](const Json& schema, const std::string& path) {
    if (!schema.value("description", "").ends_with(" Not acted on yet.")) return;
    std::string name = path;
    if (name.starts_with("spec.env[]")) name.replace(0, 8, "spec.variables");
    EXPECT_TRUE(refused.contains(name)) << path;
  });
}

}  // namespace
}  // namespace deployctl::api
