// What an executor that keeps its source may rely on.

#include <gtest/gtest.h>

#include <filesystem>

#include "support/engine_bed.hpp"

namespace deployctl::engine {
namespace {

using support::EngineBed;

/// The source of the object is one file.
struct Keeping : EngineBed {
  Keeping() { executor->keeps = true; }
  void release(const std::string& version, const std::string& text) {
    deploy(version);
    edit([&](api::DeploymentSpec& spec) {
      spec.source = api::Source{.inline_files = api::InlineSource{.files = {{"a", text}}}};
      spec.history_limit = 1;
    });
    work();
  }
  [[nodiscard]] std::string directory() const { return executor->deployed.back().source_dir; }
};

TEST(KeptSource, OutlivesItsOperationAndIsTheSameForTheSameSource) {
  Keeping bed;
  bed.release("1", "one");
  ASSERT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
  const std::string first = bed.directory();
  EXPECT_TRUE(std::filesystem::exists(first + "/a"));
  EXPECT_EQ(bed.work_directories(), 1U) << "of kept sources; none of an operation";
  bed.release("2", "one");
  EXPECT_EQ(bed.directory(), first);
  bed.release("3", "two");
  EXPECT_NE(bed.directory(), first);
  EXPECT_TRUE(std::filesystem::exists(first + "/a")) << "kept revisions have it";
}

TEST(KeptSource, IsThereAfterARestartAndWhenItWasLost) {
  Keeping bed;
  bed.release("1", "one");
  bed.restart();
  bed.work();
  EXPECT_TRUE(std::filesystem::exists(bed.directory() + "/a"));
  std::filesystem::remove_all(bed.directory());
  bed.pass(std::chrono::minutes(30), std::chrono::seconds(30));
  EXPECT_TRUE(std::filesystem::exists(bed.directory() + "/a")) << "a look brings it back";
}

TEST(KeptSource, GoesWithTheObject) {
  Keeping bed;
  bed.release("1", "one");
  const std::string directory = bed.directory();
  bed.repository.request_deletion(bed.key);
  bed.work();
  EXPECT_FALSE(std::filesystem::exists(directory));
}

TEST(KeptSource, StaysWhenWhatWasDeployedIsOrphaned) {
  Keeping bed;
  bed.release("1", "one");
  bed.edit([](api::DeploymentSpec& spec) { spec.deletion_policy = api::DeletionPolicy::Orphan; });
  bed.work();
  bed.repository.request_deletion(bed.key);
  bed.work();
  EXPECT_TRUE(std::filesystem::exists(bed.directory()));
}

TEST(KeptSource, TheExecutorKnowsWhichRevisionsAreKept) {
  Keeping bed;
  bed.release("1", "one");
  EXPECT_TRUE(bed.executor->deployed.back().kept_revisions.empty());
  bed.release("2", "two");
  EXPECT_EQ(bed.executor->deployed.back().kept_revisions, std::vector<std::int64_t>{1});
}

TEST(Pins, ThatADeployFoundOutReachItsVerify) {
  EngineBed bed;
  bed.deploy("1");
  bed.work();
  EXPECT_TRUE(bed.executor->deployed.front().pins.empty());
  EXPECT_EQ(bed.executor->verified.front().pins, (Json{{"image", "sha256:1"}}));
}

}  // namespace
}  // namespace deployctl::engine
