#include "files/state_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/temporary_directory.hpp"

namespace deployctl::files {
namespace {

using support::TemporaryDirectory;
using testing::HasSubstr;

const ObjectKey kWeb{"dev", "web"};

TEST(StateDirectory, IsMadePrivateWithAllThatIsNeeded) {
  const TemporaryDirectory directory;
  const StateDirectory state(directory.path() / "deep" / "state");
  ASSERT_TRUE(state.prepare(kWeb));
  ASSERT_TRUE(state.prepare(kWeb));
  for (const auto& each : {state.root(), state.history(), state.objects(), state.revisions(kWeb), state.work(kWeb)}) {
    struct stat about{};
    ASSERT_EQ(::stat(each.c_str(), &about), 0) << each;
    EXPECT_EQ(about.st_mode & 0777U, 0700U) << each;
  }
}

TEST(StateDirectory, OneThatOthersMayReadIsClosed) {
  const TemporaryDirectory directory;
  ASSERT_EQ(::chmod(directory.path().c_str(), 0755), 0);
  ASSERT_TRUE(StateDirectory(directory.path()).prepare(kWeb));
  struct stat about{};
  ASSERT_EQ(::stat(directory.path().c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0700U);
}

TEST(StateDirectory, OfAnotherUserIsLeftAlone) {
  ASSERT_EQ(::geteuid(), 0U) << "only root can make a directory of another user";
  const TemporaryDirectory directory;
  ASSERT_EQ(::chown(directory.path().c_str(), 65534, 65534), 0);
  const auto prepared = StateDirectory(directory.path()).prepare(kWeb);
  ASSERT_FALSE(prepared);
  EXPECT_THAT(prepared.error().message, HasSubstr(directory.path().string() + " belongs to nobody: run as that user"));
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(StateDirectory, AFileInItsPlaceIsOneSentence) {
  const TemporaryDirectory directory;
  const auto prepared = StateDirectory(directory.write("state", "")).prepare(kWeb);
  ASSERT_FALSE(prepared);
  EXPECT_THAT(prepared.error().message, HasSubstr("Not a directory"));
}

TEST(StateDirectory, AStemIsReadBack) {
  EXPECT_EQ(StateDirectory::key_of(StateDirectory::stem(kWeb)), kWeb);
  for (const char* junk : {"", "web", "_dev", "web_", "a_b_c"}) EXPECT_EQ(StateDirectory::key_of(junk), std::nullopt);
}

}  // namespace
}  // namespace deployctl::files
