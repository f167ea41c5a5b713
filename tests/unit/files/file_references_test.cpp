#include "files/file_references.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files/kept_files.hpp"
#include "support/run_coroutine.hpp"
#include "support/temporary_directory.hpp"

namespace deployctl::files {
namespace {

using support::run_coroutine;
using testing::HasSubstr;

const ObjectKey kWeb{"dev", "web"};

TEST(FileReferences, ValuesAndFilesOfOneNameAreOneSecret) {
  const support::TemporaryDirectory directory;
  const StateDirectory state(directory.path() / "state");
  const auto file = directory.write("password", "s3cret\n");
  FileReferences references(state, {{"config/a", "1"}, {"configure/b", "2"}}, {{"config/p", file.string()}});
  const auto found = run_coroutine(references.secret(kWeb, "config"));
  EXPECT_EQ(**found, (ports::KeyValues{{"a", "1"}, {"p", "s3cret"}}));
  EXPECT_EQ(*run_coroutine(references.secret(kWeb, "other")), std::nullopt);
  EXPECT_EQ(*run_coroutine(references.config_map(kWeb, "config")), std::nullopt);
}

TEST(FileReferences, AFileIsReadEachTime) {
  const support::TemporaryDirectory directory;
  const StateDirectory state(directory.path() / "state");
  const auto file = directory.write("password", "old");
  FileReferences references(state, {}, {{"files/p", file.string()}});
  EXPECT_EQ((*run_coroutine(references.secret(kWeb, "files")))->at("p"), "old");
  directory.write("password", "new");
  EXPECT_EQ((*run_coroutine(references.secret(kWeb, "files")))->at("p"), "new");
}

TEST(FileReferences, AMissingFileIsNamedAndItsValueNever) {
  const support::TemporaryDirectory directory;
  const StateDirectory state(directory.path() / "state");
  FileReferences references(state, {}, {{"files/p", (directory.path() / "gone").string()}});
  const auto found = run_coroutine(references.secret(kWeb, "files"));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::DependencyNotReady);
  EXPECT_THAT(found.error().message, HasSubstr((directory.path() / "gone").string() + " with a secret value"));
}

TEST(FileReferences, OutputsOfAnotherAppOfTheEnvironmentAreFound) {
  const support::TemporaryDirectory directory;
  const StateDirectory state(directory.path());
  const ObjectKey db{"dev", "db"};
  ASSERT_TRUE(state.prepare(db));
  ASSERT_TRUE(attach(state, db, ports::Attachment::Outputs, {.values = {{"host", "10.0.0.1"}}, .note = ""}));
  FileReferences references(state, {}, {});
  EXPECT_EQ((*run_coroutine(references.secret(kWeb, "db-outputs")))->at("host"), "10.0.0.1");
  EXPECT_EQ(*run_coroutine(references.secret({"prod", "web"}, "db-outputs")), std::nullopt);
}

}  // namespace
}  // namespace deployctl::files
