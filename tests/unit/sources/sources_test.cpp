#include "sources/sources.hpp"

#include <gtest/gtest.h>

#include "api/constants.hpp"
#include "ports/source_digest.hpp"
#include "support/fake_references.hpp"
#include "support/run_coroutine.hpp"
#include "support/temporary_directory.hpp"

namespace deployctl::sources {
namespace {

const ObjectKey kKey{"shop", "web"};

class SourcesTest : public testing::Test {
 protected:
  Result<FetchedSource> fetch(std::optional<api::Source> source, SourceOptions options = {}) {
    Sources sources(references_, pool_, std::move(options));
    api::DeploymentSpec spec;
    spec.source = std::move(source);
    return support::run_coroutine(loop_, sources.fetch(kKey, spec));
  }
  static api::Source of_inline(std::map<std::string, std::string> files) {
    return {.inline_files = api::InlineSource{.files = std::move(files)}};
  }

  asio::io_context loop_{1};
  support::FakeReferences references_;
  BlockingPool pool_;
};

TEST_F(SourcesTest, NoSourceIsAnEmptyOne) { EXPECT_EQ(fetch(std::nullopt), FetchedSource{}); }

TEST_F(SourcesTest, InlineFilesAreTheSource) {
  const auto fetched = fetch(of_inline({{"a.yaml", "a: 1"}, {"./sub//b.yaml", "b: 2"}}));
  ASSERT_TRUE(fetched.has_value());
  EXPECT_EQ(fetched->files, (ports::SourceTree{{"a.yaml", {.bytes = "a: 1"}}, {"sub/b.yaml", {.bytes = "b: 2"}}}));
  EXPECT_EQ(fetched->sha256, ports::source_sha256(fetched->files));
  EXPECT_TRUE(fetched->secret_values.empty());
}

TEST_F(SourcesTest, ContentIsOpaqueWhateverItSays) {  // fault S1
  const std::string content = "; touch canary $(touch canary) `touch canary`\n\" || kubectl api-versions {{ 1 }}";
  EXPECT_EQ(fetch(of_inline({{"$(touch canary)", content}}))->files.at("$(touch canary)").bytes, content);
}

TEST_F(SourcesTest, InlineNamesThatLeadOutAreRefused) {  // fault S6
  for (const std::string& name :
       {std::string("../x"), std::string("/etc/x"), std::string("a\0b", 3), std::string(".")}) {
    const auto fetched = fetch(of_inline({{name, ""}}));
    ASSERT_FALSE(fetched.has_value()) << name;
    EXPECT_EQ(fetched.error().kind, ErrorKind::Invalid);
    EXPECT_TRUE(fetched.error().message.starts_with("spec.source.inline.files: ")) << fetched.error().message;
  }
}

TEST_F(SourcesTest, TwoNamesOfOneFileAreRefused) {
  EXPECT_EQ(fetch(of_inline({{"a", "1"}, {"./a", "2"}})).error().message,
            "spec.source.inline.files: two names mean the file \"a\"");
}

TEST_F(SourcesTest, ANameThatIsFileAndDirectoryIsRefused) {
  EXPECT_EQ(fetch(of_inline({{"a", "1"}, {"a/b", "2"}, {"a-b", "3"}})).error().message,
            "spec.source.inline.files: \"a\" is a file and a directory at once");
}

TEST_F(SourcesTest, InlineOfTwoMebibytesIsRefusedNamingTheRemedy) {  // fault S13
  EXPECT_TRUE(fetch(of_inline({{"big", std::string(api::limits::kInlineBytes, 'x')}})).has_value());
  const auto fetched = fetch(of_inline({{"big", std::string(2U * 1024 * 1024, 'x')}}));
  ASSERT_FALSE(fetched.has_value());
  EXPECT_EQ(
      fetched.error().message,
      "spec.source.inline.files: larger than 524288 bytes in all; use a smaller source or another kind of source");
}

TEST_F(SourcesTest, AConfigMapIsOneFilePerKey) {
  references_.config_maps[{"shop", "files"}] = {{"app.conf", "x=1"}};
  const auto fetched = fetch(api::Source{.config_map_ref = api::NameRef{"files"}});
  EXPECT_EQ(fetched->files, (ports::SourceTree{{"app.conf", {.bytes = "x=1"}}}));
  EXPECT_TRUE(references_.reads.contains({kKey, "configmap/files"}));
}

TEST_F(SourcesTest, BinaryDataThatIsNotUtf8Works) {
  const std::string bytes("\xff\xfe\0\x80", 4);
  references_.config_maps[{"shop", "files"}] = {{"logo.png", bytes}};
  EXPECT_EQ(fetch(api::Source{.config_map_ref = api::NameRef{"files"}})->files.at("logo.png").bytes, bytes);
}

TEST_F(SourcesTest, ContentOfASecretIsHandedOverForRedaction) {  // fault X8
  references_.secrets[{"shop", "files"}] = {{"key.pem", "canary"}};
  const auto fetched = fetch(api::Source{.secret_ref = api::NameRef{"files"}});
  EXPECT_EQ(fetched->files.at("key.pem").bytes, "canary");
  EXPECT_EQ(fetched->secret_values, std::vector<std::string>{"canary"});
}

TEST_F(SourcesTest, AMissingConfigMapOrSecretIsADependency) {  // fault I13
  const auto map = fetch(api::Source{.config_map_ref = api::NameRef{"files"}});
  EXPECT_EQ(map.error().kind, ErrorKind::DependencyNotReady);
  EXPECT_EQ(map.error().message,
            "spec.source.configMapRef: ConfigMap \"files\" does not exist in namespace \"shop\"; create it");
  const auto secret = fetch(api::Source{.secret_ref = api::NameRef{"files"}});
  EXPECT_EQ(secret.error().kind, ErrorKind::DependencyNotReady);
}

TEST_F(SourcesTest, AReferenceOfAnotherNamespaceIsNotSeen) {
  references_.secrets[{"bank", "files"}] = {{"key", "x"}};
  EXPECT_EQ(fetch(api::Source{.secret_ref = api::NameRef{"files"}}).error().kind, ErrorKind::DependencyNotReady);
}

TEST_F(SourcesTest, WhatTheServerSaysKeepsItsKind) {
  references_.failure = fail(ErrorKind::Forbidden, "secrets is forbidden");
  const auto fetched = fetch(api::Source{.secret_ref = api::NameRef{"files"}});
  EXPECT_EQ(fetched.error(), (Error{ErrorKind::Forbidden, "spec.source.secretRef: secrets is forbidden"}));
}

TEST_F(SourcesTest, ADirectoryIsReadBelowTheNamespace) {
  const support::TemporaryDirectory root;
  root.write("shop/web/a", "1");
  const auto fetched =
      fetch(api::Source{.directory = api::DirectorySource{.path = "web"}}, {.source_root = root.path()});
  ASSERT_TRUE(fetched.has_value()) << fetched.error().message;
  EXPECT_EQ(fetched->files, (ports::SourceTree{{"a", {.bytes = "1"}}}));
}

TEST_F(SourcesTest, DirectoriesAreOffWithoutASourceRoot) {
  const auto fetched = fetch(api::Source{.directory = api::DirectorySource{.path = "web"}});
  EXPECT_EQ(fetched.error().kind, ErrorKind::Invalid);
  EXPECT_NE(fetched.error().message.find("--source-root"), std::string::npos);
}

TEST_F(SourcesTest, KindsOfLaterVersionsAreRefused) {
  EXPECT_EQ(fetch(api::Source{.git = api::GitSource{.url = "https://example.com/x"}}).error().kind, ErrorKind::Invalid);
}

TEST(SourceDigest, ChangesWithPathModeAndBytes) {
  const ports::SourceTree tree{{"ab", {.bytes = "c"}}, {"d", {.bytes = ""}}};
  const std::string digest = ports::source_sha256(tree);
  EXPECT_EQ(digest.size(), 64U);
  EXPECT_NE(digest, ports::source_sha256({{"a", {.bytes = "bc"}}, {"d", {.bytes = ""}}}));
  EXPECT_NE(digest, ports::source_sha256({{"ab", {.bytes = "c", .executable = true}}, {"d", {.bytes = ""}}}));
  EXPECT_NE(digest, ports::source_sha256({{"ab", {.bytes = "c"}}}));
  EXPECT_EQ(ports::source_sha256({}), "");
}

TEST(SourceKind, IsTheWordOfTheMetricLabel) {
  EXPECT_EQ(kind_of(std::nullopt), "none");
  EXPECT_EQ(kind_of(api::Source{.inline_files = api::InlineSource{}}), "inline");
  EXPECT_EQ(kind_of(api::Source{.config_map_ref = api::NameRef{}}), "configMap");
  EXPECT_EQ(kind_of(api::Source{.secret_ref = api::NameRef{}}), "secret");
  EXPECT_EQ(kind_of(api::Source{.directory = api::DirectorySource{}}), "directory");
}

}  // namespace
}  // namespace deployctl::sources
