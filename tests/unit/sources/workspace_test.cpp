#include "sources/workspace.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sources/workspace_files.hpp"
#include "support/run_coroutine.hpp"
#include "support/temporary_directory.hpp"

namespace deployctl::sources {
namespace {

namespace fs = std::filesystem;
const std::string kId = "01JDCANARY0000000000000000";

unsigned mode_of(const fs::path& path) { return static_cast<unsigned>(fs::status(path).permissions()); }

class WorkspaceTest : public testing::Test {
 protected:
  WorkspaceTest() { EXPECT_TRUE(workspaces_.prepare().has_value()); }

  Result<Workspace> create(const ports::SourceTree& source, const std::string& path = ".") {
    return support::run_coroutine(loop_, workspaces_.create(kId, source, path));
  }
  Result<void> remove(const std::string& id = kId) { return support::run_coroutine(loop_, workspaces_.remove(id)); }

  asio::io_context loop_{1};
  support::TemporaryDirectory disk_;
  BlockingPool pool_;
  fs::path work_dir_ = disk_.path() / "work";
  Workspaces workspaces_{work_dir_, pool_};
};

TEST_F(WorkspaceTest, IsPrivateAndHoldsTheSourceWithTheModesOfACheckout) {  // fault X6
  ::umask(077);
  const auto made = create({{"a.yaml", {.bytes = "secret"}}, {"bin/run", {.bytes = "x", .executable = true}}});
  ::umask(022);
  ASSERT_TRUE(made.has_value()) << made.error().message;
  EXPECT_EQ(made->directory, (work_dir_ / kId).string());
  EXPECT_EQ(made->source_dir, (work_dir_ / kId / "src").string());
  EXPECT_EQ(support::TemporaryDirectory::read(made->source_dir + "/a.yaml"), "secret");
  EXPECT_EQ(mode_of(work_dir_), 0700U);
  EXPECT_EQ(mode_of(made->directory), 0700U);
  EXPECT_EQ(mode_of(made->source_dir), 0755U);
  EXPECT_EQ(mode_of(made->source_dir + "/bin"), 0755U);
  EXPECT_EQ(mode_of(made->source_dir + "/a.yaml"), 0644U);
  EXPECT_EQ(mode_of(made->source_dir + "/bin/run"), 0755U);
}

TEST_F(WorkspaceTest, WithoutSourceIsAnEmptyDirectory) {
  const auto made = create({});
  EXPECT_EQ(mode_of(made->directory), 0700U);
  EXPECT_TRUE(fs::is_empty(made->directory));
  EXPECT_EQ(made->source_dir, "");
}

TEST_F(WorkspaceTest, ResolvesThePathInsideTheSource) {
  EXPECT_EQ(create({{"deep/er/a", {}}}, "./deep//er/")->source_dir, (work_dir_ / kId / "src/deep/er").string());
}

TEST_F(WorkspaceTest, APathOutOfTheSourceIsRefused) {  // fault S6
  for (const char* path : {"..", "../..", "/etc", "a/../../.."}) {
    const auto made = create({{"a/b", {}}}, path);
    ASSERT_FALSE(made.has_value()) << path;
    EXPECT_EQ(made.error().kind, ErrorKind::Invalid);
    EXPECT_FALSE(fs::exists(work_dir_ / kId));
  }
}

TEST_F(WorkspaceTest, APathThatIsNotThereIsRefused) {
  EXPECT_EQ(create({{"a", {}}}, "b").error().message, "spec.path: \"b\" is not a directory of the source");
  EXPECT_EQ(create({{"a", {}}}, "a").error().message, "spec.path: \"a\" is not a directory of the source");
}

TEST_F(WorkspaceTest, ASymlinkInTheSourceDirectoryDoesNotLeadOut) {  // fault S7
  disk_.write("top/inside/x", "");
  fs::create_symlink("/etc", disk_.path() / "top/out");
  fs::create_symlink("inside", disk_.path() / "top/in");
  const std::string top = disk_.path() / "top";
  EXPECT_EQ(resolve_directory(top, "out").error().message, "spec.path: \"out\" leads out of the source");
  EXPECT_EQ(resolve_directory(top, "in"), top + "/inside");
}

TEST_F(WorkspaceTest, FilesThatWouldLeaveTheSourceAreNotWritten) {  // fault S6
  EXPECT_FALSE(create({{"../escape", {.bytes = "x"}}}).has_value());
  EXPECT_FALSE(fs::exists(work_dir_ / "escape"));
  EXPECT_FALSE(fs::exists(work_dir_ / kId / "escape"));
}

TEST_F(WorkspaceTest, OfAnOperationThatBeginsAgainIsEmptyFirst) {
  ASSERT_TRUE(create({{"old", {}}}).has_value());
  const auto made = create({{"new", {}}});
  EXPECT_FALSE(fs::exists(made->source_dir + "/old"));
  EXPECT_TRUE(fs::exists(made->source_dir + "/new"));
}

TEST_F(WorkspaceTest, IsGoneAfterRemove) {  // fault X6
  const auto made = create({{"a/b/c", {.bytes = "secret"}}});
  fs::create_symlink("/etc", made->directory + "/link");
  EXPECT_TRUE(remove().has_value());
  EXPECT_FALSE(fs::exists(made->directory));
  EXPECT_TRUE(fs::exists("/etc"));
  EXPECT_TRUE(remove().has_value());
}

TEST_F(WorkspaceTest, WithDirectoriesThatAToolClosedIsRemovedToo) {
  const auto made = create({{"a/b/c", {}}});
  const bool is_root = ::geteuid() == 0;
  constexpr uid_t kNobody = 65534;
  if (is_root) {  // root ignores modes, so this runs as somebody else
    fs::permissions(disk_.path(), fs::perms::all);
    for (const char* path : {"", "/src", "/src/a", "/src/a/b", "/src/a/b/c"}) {
      ASSERT_EQ(::lchown((made->directory + path).c_str(), kNobody, kNobody), 0);
    }
    ASSERT_EQ(::chown(work_dir_.c_str(), kNobody, kNobody), 0);
    ASSERT_EQ(::seteuid(kNobody), 0);
  }
  fs::permissions(made->source_dir + "/a/b", fs::perms::none);
  fs::permissions(made->source_dir + "/a", fs::perms::none);
  const auto removed = remove_workspace(work_dir_, kId);
  if (is_root) ASSERT_EQ(::seteuid(0), 0);
  EXPECT_TRUE(removed.has_value()) << removed.error().message;
  EXPECT_FALSE(fs::exists(made->directory));
}

TEST_F(WorkspaceTest, LeftoversAreListedByOperation) {  // fault X6
  ASSERT_TRUE(create({{"a", {}}}).has_value());
  fs::create_directory(work_dir_ / "lost+found");
  disk_.write("work/file", "x");
  EXPECT_EQ(support::run_coroutine(loop_, workspaces_.leftovers()), std::vector<std::string>{kId});
}

TEST_F(WorkspaceTest, AnIdThatIsAPathIsRefused) {
  for (const char* id : {"", "..", ".", "a/b", "../work", "-rf"}) {
    EXPECT_EQ(remove(id).error().kind, ErrorKind::Invalid) << id;
  }
  EXPECT_TRUE(fs::exists(work_dir_));
}

TEST_F(WorkspaceTest, AWorkDirectoryThatIsGoneIsAnErrorOfOurSurroundings) {
  fs::remove(work_dir_);
  disk_.write("work", "a file in its place");
  const auto made = create({{"a", {}}});
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().kind, ErrorKind::WorkspaceFailed);
}

TEST_F(WorkspaceTest, ThatCannotBeFilledLeavesNothingBehind) {
  const auto made =
      create_workspace(work_dir_, kId, {{"a", {}}, {"a/b", {}}}, ".");  // a file where a directory must be
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().kind, ErrorKind::WorkspaceFailed);
  EXPECT_FALSE(fs::exists(work_dir_ / kId));
}

TEST(BlockingPool, HandsOverWhatTheWorkThrows) {
  asio::io_context loop(1);
  BlockingPool pool;
  const std::function<int()> work = []() -> int { throw std::runtime_error("boom"); };
  EXPECT_THROW(support::run_coroutine(loop, pool.run(work)), std::runtime_error);
}

KeptSource kept_source(const std::string& digest, const std::string& sha256, const std::string& bytes) {
  return {
      .key = {"shop", "web"}, .digest = digest, .sha256 = sha256, .files = {{"a/b", {.bytes = bytes}}}, .path = "a"};
}

class KeptSourcesTest : public WorkspaceTest {
 protected:
  Result<std::string> keep(const KeptSource& source) { return support::run_coroutine(loop_, workspaces_.keep(source)); }
  Result<void> retain(const std::set<std::string>& digests, const ObjectKey& key = {"shop", "web"}) {
    return support::run_coroutine(loop_, workspaces_.retain(key, digests));
  }
};

TEST_F(KeptSourcesTest, OfTheSameSourceThereIsOneDirectoryAndItStaysAsItIs) {
  const auto first = keep(kept_source("v1:1", "aa", "one"));
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_EQ(support::TemporaryDirectory::read(*first + "/b"), "one");
  disk_.write(*first + "/b", "written by a container");
  EXPECT_EQ(*keep(kept_source("v1:2", "aa", "one")), *first);
  EXPECT_EQ(support::TemporaryDirectory::read(*first + "/b"), "written by a container");
  EXPECT_NE(*keep(kept_source("v1:3", "bb", "two")), *first);
}

TEST_F(KeptSourcesTest, LieWhereNobodyElseComesAndAreNoLeftovers) {  // fault X6
  const auto kept = keep(kept_source("v1:1", "aa", "one"));
  EXPECT_EQ(mode_of(work_dir_ / "kept-sources"), 0700U);
  EXPECT_EQ(mode_of(work_dir_ / "kept-sources" / "shop_web"), 0700U);
  EXPECT_EQ(mode_of(*kept), 0755U);
  EXPECT_TRUE(support::run_coroutine(loop_, workspaces_.leftovers())->empty());
}

TEST_F(KeptSourcesTest, GoWhenNoDigestHasThemAnyMore) {
  const std::string shared = *keep(kept_source("v1:1", "aa", "one"));
  EXPECT_EQ(*keep(kept_source("v1:2", "aa", "one")), shared);
  const std::string other = *keep(kept_source("v1:3", "bb", "two"));
  EXPECT_TRUE(retain({"v1:2", "v1:3"}).has_value());
  EXPECT_TRUE(fs::exists(shared));
  EXPECT_TRUE(fs::exists(other));
  EXPECT_TRUE(retain({"v1:3", "unknown"}).has_value());
  EXPECT_FALSE(fs::exists(shared));
  EXPECT_TRUE(fs::exists(other));
  EXPECT_TRUE(retain({"v1:9"}, {"shop", "another"}).has_value());
  EXPECT_TRUE(fs::exists(other));
  EXPECT_TRUE(retain({}).has_value());
  EXPECT_FALSE(fs::exists(work_dir_ / "kept-sources" / "shop_web"));
}

TEST_F(KeptSourcesTest, WriteThatWasCutOffIsBegunAnew) {
  fs::create_directories(work_dir_ / "kept-sources" / "shop_web" / "aa" / "src.partial" / "a");
  disk_.write("work/kept-sources/shop_web/aa/src.partial/a/b", "half");
  EXPECT_EQ(support::TemporaryDirectory::read(*keep(kept_source("v1:1", "aa", "one")) + "/b"), "one");
}

TEST_F(KeptSourcesTest, WithoutADigestOfTheSourceNothingIsKept) {
  EXPECT_FALSE(keep(kept_source("v1:1", "", "one")).has_value());
  EXPECT_FALSE(keep(kept_source("v1:1", "../x", "one")).has_value());
}

TEST_F(WorkspaceTest, AStateThatWasNotWrittenIsPutAsideWhenItsDirectoryGoes) {  // fault T5
  ASSERT_TRUE(create({{"infra/main.tf", {.bytes = "x"}}}).has_value());
  const std::string directory = "work/" + std::string(kId);
  disk_.write(directory + "/src/infra/errored.tfstate", "state");
  disk_.write(directory + "/state-owner", "shop-web-0123abcd");
  ASSERT_TRUE(remove());
  EXPECT_FALSE(fs::exists(work_dir_ / kId));
  const fs::path aside = work_dir_ / "left-states" / "shop-web-0123abcd";
  EXPECT_EQ(support::TemporaryDirectory::read(aside.string()), "state");
  EXPECT_EQ(mode_of(work_dir_ / "left-states"), 0700U);
  EXPECT_TRUE(support::run_coroutine(loop_, workspaces_.leftovers())->empty());
}

TEST_F(WorkspaceTest, AStateThatWasNotWrittenIsPutAsideWhenItsOperationBeginsAgain) {  // fault T5
  ASSERT_TRUE(create({{"main.tf", {.bytes = "x"}}}).has_value());
  disk_.write("work/" + std::string(kId) + "/src/errored.tfstate", "state");
  disk_.write("work/" + std::string(kId) + "/state-owner", "a");
  ASSERT_TRUE(create({{"main.tf", {.bytes = "x"}}}).has_value());
  EXPECT_EQ(support::TemporaryDirectory::read((work_dir_ / "left-states" / "a").string()), "state");
}

TEST_F(WorkspaceTest, WhatIsNoStateOfAnOperationIsNotPutAside) {
  for (const char* owner : {"../a", "", ".", "a b"}) {
    ASSERT_TRUE(create({{"main.tf", {.bytes = "x"}}}).has_value());
    disk_.write("work/" + std::string(kId) + "/src/errored.tfstate", "state");
    disk_.write("work/" + std::string(kId) + "/state-owner", owner);
    ASSERT_TRUE(remove());
    EXPECT_FALSE(fs::exists(work_dir_ / "left-states")) << owner;
  }
  ASSERT_TRUE(create({{"main.tf", {.bytes = "x"}}}).has_value());
  disk_.write("work/secret", "secret");
  disk_.write("work/" + std::string(kId) + "/state-owner", "a");
  fs::create_symlink(work_dir_ / "secret", work_dir_ / kId / "src" / "errored.tfstate");
  ASSERT_TRUE(remove());
  EXPECT_FALSE(fs::exists(work_dir_ / "left-states"));
}

}  // namespace
}  // namespace deployctl::sources
