#include "files/durable_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>

#include "support/temporary_directory.hpp"

namespace deployctl::files {
namespace {

using support::TemporaryDirectory;
using testing::ElementsAre;
using testing::HasSubstr;

unsigned mode_of(const std::filesystem::path& file) {
  struct stat about{};
  EXPECT_EQ(::stat(file.c_str(), &about), 0);
  return about.st_mode & 0777U;
}

TEST(DurableFile, ReplacesWhatWasThereAndIsPrivate) {
  const TemporaryDirectory directory;
  const auto file = directory.write("a.json", "before, and longer");
  ASSERT_TRUE(write_durably(file, "now"));
  EXPECT_EQ(TemporaryDirectory::read(file), "now");
  EXPECT_EQ(mode_of(file), 0600U);
  EXPECT_THAT(*names_in(directory.path()), ElementsAre("a.json"));
}

// fault X6
TEST(DurableFile, WhatAWriteThatWasCutOffLeftIsNotSeenAndGoes) {
  const TemporaryDirectory directory;
  directory.write(".web_dev.json.Xy12ab.tmp", "{\"half");
  directory.write(".db_dev.json.Xy12ab.tmp", "another's");
  directory.write("web_dev.json", "whole");
  EXPECT_THAT(*names_in(directory.path()), ElementsAre("web_dev.json"));
  remove_unfinished(directory.path(), "web_dev");
  EXPECT_FALSE(std::filesystem::exists(directory.path() / ".web_dev.json.Xy12ab.tmp"));
  EXPECT_TRUE(std::filesystem::exists(directory.path() / ".db_dev.json.Xy12ab.tmp"));
  EXPECT_TRUE(std::filesystem::exists(directory.path() / "web_dev.json"));
}

TEST(DurableFile, AWriteThatFailsLeavesWhatWasThereAndNothingElse) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory.path() / "taken");  // a directory cannot be replaced by a file
  directory.write("taken/inside", "");
  const auto written = write_durably(directory.path() / "taken", "text");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::WorkspaceFailed);
  EXPECT_THAT(written.error().message, HasSubstr("cannot write " + (directory.path() / "taken").string()));
  std::size_t entries = 0;
  for (const auto& each : std::filesystem::directory_iterator(directory.path())) entries += each.exists() ? 1U : 0U;
  EXPECT_EQ(entries, 1U);
}

TEST(DurableFile, SaysWhatToDoAboutTheErrorsPeopleMeet) {
  EXPECT_EQ(disk_error("write", "/state/a", ENOSPC).message,
            "cannot write /state/a: No space left on device: make room, or name another place with --state-dir");
  EXPECT_EQ(disk_error("make", "/state", EROFS).message,
            "cannot make /state: Read-only file system: name a place that can be written with --state-dir");
  EXPECT_EQ(disk_error("open", "/state", EACCES).message,
            "cannot open /state: Permission denied: run as its owner, or name another place with --state-dir");
}

TEST(DurableFile, ReadsNothingWhereThereIsNothing) {
  const TemporaryDirectory directory;
  EXPECT_EQ(*read_whole(directory.path() / "missing", 10), std::nullopt);
  EXPECT_TRUE(remove_durably(directory.path() / "missing"));
  EXPECT_TRUE(names_in(directory.path() / "missing")->empty());
}

TEST(DurableFile, ReadsNeitherWhatIsTooLargeNorWhatIsNoFile) {
  const TemporaryDirectory directory;
  const auto file = directory.write("large", "12345");
  EXPECT_THAT(read_whole(file, 4).error().message, HasSubstr("larger than 4 bytes"));
  EXPECT_EQ(**read_whole(file, 5), "12345");
  const auto pipe = directory.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(read_whole(pipe, 4).error().message, HasSubstr("is no file"));  // and does not wait for a writer
}

}  // namespace
}  // namespace deployctl::files
