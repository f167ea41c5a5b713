#include "engine/changes.hpp"

#include <gtest/gtest.h>

namespace deployctl::engine {
namespace {

history::Snapshot a_snapshot() {
  history::Snapshot snapshot;
  snapshot.spec.type = api::Type::Docker;
  snapshot.spec.version = "1";
  snapshot.spec.docker = api::Docker{.image = "web:1"};
  snapshot.source = {{"a.conf", {.bytes = "one"}}, {"b.conf", {.bytes = "two"}}};
  snapshot.source_sha256 = "before";
  snapshot.pinned.variables = {{"A", "1"}, {"B", "2"}};
  return snapshot;
}

TEST(ChangedInputs, NamesWhatDiffersAndNoValue) {
  const history::Snapshot serving = a_snapshot();
  history::Snapshot wanted = serving;
  wanted.spec.version = "2";
  wanted.spec.docker->image = "web:2";
  wanted.spec.docker->network = "inner";
  wanted.source["a.conf"].bytes = "hidden";
  wanted.source["c.conf"].bytes = "new";
  wanted.source_sha256 = "after";
  wanted.pinned.variables = {{"A", "hidden"}, {"C", "3"}};
  wanted.pinned.env = {{"TOKEN", "hidden"}};
  EXPECT_EQ(changed_inputs(&serving, wanted),
            "version 1 -> 2; docker: image, network; source: 2 files changed; variables: A, B, C; env: TOKEN");
}

TEST(ChangedInputs, FirstDeploymentSaysSo) {
  EXPECT_EQ(changed_inputs(nullptr, a_snapshot()), "first deployment, version 1; source: 2 files; variables: A, B");
}

TEST(ChangedInputs, NothingChangedIsSaid) {
  const history::Snapshot serving = a_snapshot();
  EXPECT_EQ(changed_inputs(&serving, serving), "nothing changed: everything is deployed again");
}

TEST(ChangedInputs, SourceThatWasNotKeptIsOnlyCalledChanged) {
  history::Snapshot serving = a_snapshot();
  history::Snapshot wanted = serving;
  serving.source.clear();
  wanted.source_sha256 = "after";
  EXPECT_EQ(changed_inputs(&serving, wanted), "source: changed");
}

TEST(ChangedInputs, HealthHooksAndTargetAreNamed) {
  const history::Snapshot serving = a_snapshot();
  history::Snapshot wanted = serving;
  wanted.spec.health.stable_for = std::chrono::seconds(10);
  wanted.spec.timeout = std::chrono::minutes(1);
  wanted.spec.path = "inner";
  wanted.spec.interval = std::chrono::minutes(1);
  wanted.target.host = "elsewhere";
  EXPECT_EQ(changed_inputs(&serving, wanted), "health; path; timeout; target: moves");
}

TEST(ChangedInputs, LongListsAreCut) {
  const history::Snapshot serving = a_snapshot();
  history::Snapshot wanted = serving;
  for (int n = 10; n < 40; ++n) wanted.pinned.variables["V" + std::to_string(n)] = "x";
  const std::string text = changed_inputs(&serving, wanted);
  EXPECT_NE(text.find("and 20 more"), std::string::npos) << text;
}

}  // namespace
}  // namespace deployctl::engine
