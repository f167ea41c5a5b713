#include "sources/directory.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "support/temporary_directory.hpp"

namespace deployctl::sources {
namespace {

namespace fs = std::filesystem;

/// A source root with namespace "shop", its directory "web", and a secret outside of both.
class DirectorySource : public testing::Test {
 protected:
  DirectorySource() {
    root_.write("shop/web/app.yaml", "kind: X\n");
    root_.write("shop/other.txt", "another deployment of the namespace");
    root_.write("bank/token", kSecret);
    outside_.write("token", kSecret);
  }

  Result<ports::SourceTree> read(const std::string& path, const SourceLimits& limits = {},
                                 const std::string& ns = "shop") {
    auto directory = open_source_directory(root_.path(), ns, path);
    if (!directory) return directory.error();
    return read_tree(*directory, limits);
  }
  void link(const fs::path& to, const std::string& name) { fs::create_symlink(to, root_.path() / name); }
  static void expect_refused(const Result<ports::SourceTree>& tree) {
    ASSERT_FALSE(tree.has_value());
    EXPECT_EQ(tree.error().kind, ErrorKind::Invalid) << tree.error().message;
    EXPECT_TRUE(tree.error().message.starts_with("spec.source.directory")) << tree.error().message;
  }

  static constexpr std::string_view kSecret = "canary";
  support::TemporaryDirectory root_;
  support::TemporaryDirectory outside_;
};

TEST_F(DirectorySource, IsReadWholeWithModes) {
  const fs::path script = root_.write("shop/web/bin/run", "#!/bin/true\n");
  fs::permissions(script, fs::perms::owner_all);
  const ports::SourceTree expected{{"app.yaml", {.bytes = "kind: X\n", .executable = false}},
                                   {"bin/run", {.bytes = "#!/bin/true\n", .executable = true}}};
  EXPECT_EQ(read("web"), expected);
}

TEST_F(DirectorySource, LeavesGitOut) {
  root_.write("shop/web/.git/config", "x");
  EXPECT_EQ(read("web")->size(), 1U);
}

TEST_F(DirectorySource, MayBeTheWholeNamespaceDirectory) { EXPECT_EQ(read(".")->count("web/app.yaml"), 1U); }

TEST_F(DirectorySource, AboveTheNamespaceIsRefused) {  // fault S6
  expect_refused(read("../bank"));
  expect_refused(read("web/../../bank"));
  expect_refused(read((root_.path() / "bank").string()));
  expect_refused(read(std::string("web\0/../..", 10)));
}

TEST_F(DirectorySource, NamespaceCannotNameTheRootOrAbove) {
  expect_refused(read("bank", {}, "."));
  expect_refused(read("x", {}, ".."));
  expect_refused(read("x", {}, ""));
  expect_refused(read("x", {}, "shop/web"));
}

TEST_F(DirectorySource, ThatIsASymlinkOutIsRefused) {  // fault S6
  link(outside_.path(), "shop/stolen");
  link(root_.path() / "bank", "shop/absolute");
  link("../bank", "shop/relative");
  expect_refused(read("stolen"));
  expect_refused(read("absolute"));
  expect_refused(read("relative"));
}

TEST_F(DirectorySource, WithASymlinkToAFileOutsideIsRefused) {  // fault S7
  link(outside_.path() / "token", "shop/web/token");
  const auto tree = read("web");
  expect_refused(tree);
  EXPECT_EQ(tree.error().message,
            "spec.source.directory: \"token\" is a link that leads out of the source; put a copy inside");
}

TEST_F(DirectorySource, WithASymlinkToTheDirectoryBesideIsRefused) {  // fault S7
  link("../other.txt", "shop/web/other.txt");
  expect_refused(read("web"));
}

TEST_F(DirectorySource, WithASymlinkToADirectoryOutsideIsRefused) {  // fault S7
  link(outside_.path(), "shop/web/dir");
  expect_refused(read("web"));
}

TEST_F(DirectorySource, WithASymlinkThroughProcIsRefused) {  // fault S7
  link("/proc/self/root/etc/passwd", "shop/web/passwd");
  expect_refused(read("web"));
}

TEST_F(DirectorySource, FollowsSymlinksInside) {
  root_.write("shop/web/..2026/key", "value");
  link("..2026", "shop/web/..data");
  link("..data/key", "shop/web/key");
  EXPECT_EQ(read("web")->at("key").bytes, "value");
}

TEST_F(DirectorySource, WithASymlinkLoopEnds) {
  link(".", "shop/web/self");
  link("a", "shop/web/a");
  EXPECT_EQ(read("web").error().message,
            "spec.source.directory: \"a\" is a link that leads in a circle or into /proc; remove it");
  fs::remove(root_.path() / "shop/web/a");
  const auto tree = read("web");
  expect_refused(tree);
  EXPECT_NE(tree.error().message.find("nested deeper than 32"), std::string::npos) << tree.error().message;
}

TEST_F(DirectorySource, OfManyLoopsIsBoundedByTheCountOfEntries) {
  for (const char* name : {"x", "y", "z"}) link(".", std::string("shop/web/") + name);
  expect_refused(read("web", {.max_files = 200, .max_depth = 1000}));
}

TEST_F(DirectorySource, SwappedForASymlinkAfterItWasOpenedIsStillTheOldOne) {  // fault S8
  const auto directory = open_source_directory(root_.path(), "shop", "web");
  ASSERT_TRUE(directory.has_value());
  fs::rename(root_.path() / "shop/web", root_.path() / "shop/moved");
  link(outside_.path(), "shop/web");
  EXPECT_EQ(read_tree(*directory, {})->begin()->first, "app.yaml");
}

TEST_F(DirectorySource, WithAFileThatTurnsIntoASymlinkAllTheTimeNeverLeaks) {  // fault S8
  std::atomic<bool> stop = false;
  const fs::path victim = root_.path() / "shop/web/flip";
  const fs::path link_out = root_.path() / "shop/flip-link";
  std::thread swapper([&] {
    while (!stop) {
      std::error_code ignored;
      fs::create_symlink(outside_.path() / "token", link_out, ignored);
      fs::rename(link_out, victim, ignored);
      fs::remove(victim, ignored);
      root_.write("shop/web/flip", "harmless");
    }
  });
  int refused = 0;
  for (int i = 0; i < 300; ++i) {
    const auto tree = read("web");
    refused += tree ? 0 : 1;
    if (tree && tree->contains("flip")) EXPECT_NE(tree->at("flip").bytes, kSecret);
  }
  stop = true;
  swapper.join();
  RecordProperty("refused", refused);
}

TEST_F(DirectorySource, WithAPipeOrASocketIsRefusedAndDoesNotHang) {
  ASSERT_EQ(::mkfifo((root_.path() / "shop/web/pipe").c_str(), 0600), 0);
  const auto tree = read("web");
  expect_refused(tree);
  EXPECT_EQ(tree.error().message, "spec.source.directory: \"pipe\" is not a file or directory; remove it");
}

TEST_F(DirectorySource, LargerThanTheCapIsRefused) {  // fault S13
  root_.write("shop/web/big", std::string(1000, 'x'));
  EXPECT_TRUE(read("web", {.max_bytes = 1008}).has_value());
  expect_refused(read("web", {.max_bytes = 1007}));
}

TEST_F(DirectorySource, OfTenMebibytesIsTheDefaultCap) {  // fault S13
  root_.write("shop/web/big", "");
  fs::resize_file(root_.path() / "shop/web/big", 100U * 1024 * 1024);
  expect_refused(read("web"));
}

TEST_F(DirectorySource, WithTooManyFilesIsRefused) {
  for (int i = 0; i < 10; ++i) root_.write("shop/web/f" + std::to_string(i), "");
  EXPECT_TRUE(read("web", {.max_files = 11}).has_value());
  expect_refused(read("web", {.max_files = 10}));
}

TEST_F(DirectorySource, ThatIsMissingIsADependency) {
  EXPECT_EQ(read("nothing").error().kind, ErrorKind::DependencyNotReady);
  EXPECT_EQ(read("web", {}, "nobody").error().kind, ErrorKind::DependencyNotReady);
}

TEST_F(DirectorySource, ThatIsAFileIsRefused) { expect_refused(read("other.txt")); }

}  // namespace
}  // namespace deployctl::sources
