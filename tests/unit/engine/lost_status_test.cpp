// The status is lost (a restored backup, delete and apply) while what was deployed is still there.

#include <gtest/gtest.h>

#include "support/engine_bed.hpp"

namespace deployctl::engine {
namespace {

using api::HistoryResult;
using support::EngineBed;

/// Version 1 served and is found unhealthy beside an empty status.
struct FoundUnhealthy : EngineBed {
  explicit FoundUnhealthy(std::int64_t history_limit = 10) {
    deploy("1");
    edit([&](api::DeploymentSpec& spec) { spec.history_limit = history_limit; });
    work();
    world.sick = {"1", "2"};
    restart();
    repository.overwrite_status(key, api::DeploymentStatus{});
  }
};

TEST(LostStatus, WhatDoesNotServeIsRecordedAsFoundAndNotAsASuccess) {  // api.md: lost status
  FoundUnhealthy bed;
  bed.world.hanging = {"prepare"};
  bed.work();
  ASSERT_EQ(bed.status().history.size(), 1U);
  const api::HistoryEntry& found = bed.status().history.front();
  EXPECT_EQ(found.revision, 1);
  EXPECT_EQ(found.version, "1");
  EXPECT_EQ(found.result, HistoryResult::Interrupted);
  EXPECT_EQ(bed.status().last_revision, 1);
  EXPECT_EQ(bed.status().revision, 0);
}

TEST(LostStatus, WhatMayHaveServedIsNotRemovedWhenTheNextReleaseFails) {  // fault H3
  for (const std::int64_t limit : {10, 1})
    for (const char* version : {"1", "2"}) {
      SCOPED_TRACE("version " + std::string(version) + ", historyLimit " + std::to_string(limit));
      FoundUnhealthy bed(limit);
      bed.deploy(version);
      bed.pass(std::chrono::hours(1), std::chrono::seconds(30));
      EXPECT_EQ(bed.reason("Stalled"), "RetriesExhausted");
      EXPECT_EQ(bed.world.count("start"), 5U);
      EXPECT_EQ(bed.world.count("destroy"), 0U);
      EXPECT_EQ(bed.runs(), version);
    }
}

TEST(LostStatus, WhatWasFoundIsKeptBesideAnInterruptedReleaseOfTheSameVersion) {
  FoundUnhealthy bed;
  bed.world.hanging = {"start"};
  bed.work();
  bed.world.hanging.clear();
  bed.restart();
  bed.pass(std::chrono::hours(1), std::chrono::seconds(30));
  EXPECT_EQ(bed.status().history.back().message, "found beside an empty status, and does not serve");
  EXPECT_EQ(bed.world.count("destroy"), 0U);
}

TEST(LostStatus, WhatWasFoundIsForgottenWithTheHistoryOnceSomethingSucceeded) {
  FoundUnhealthy bed(1);
  bed.world.sick.clear();
  bed.deploy("2");
  bed.work();
  bed.deploy("3");
  bed.work();
  EXPECT_EQ(bed.ready(), "Succeeded");
  for (const api::HistoryEntry& entry : bed.status().history) EXPECT_EQ(entry.result, HistoryResult::Succeeded);
}

}  // namespace
}  // namespace deployctl::engine
