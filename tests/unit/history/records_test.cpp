#include "history/records.hpp"

#include <gtest/gtest.h>

#include "statuses.hpp"

namespace deployctl::history {
namespace {

using api::HistoryResult;
using test::entry;

TEST(Records, AnEntryHasWhatTheOperationSaidAndHowItEnded) {
  const api::Operation operation{.id = "01J",
                                 .kind = api::OperationKind::Rollback,
                                 .revision = 9,
                                 .restored_revision = 7,
                                 .digest = "v1:a",
                                 .attempt = 2,
                                 .started_at = WallTime(std::chrono::seconds(10)),
                                 .trigger = "Automatic",
                                 .by = "ann",
                                 .why = "smoke"};
  const auto made = entry_of(operation, {.result = HistoryResult::Succeeded,
                                         .reason = "RolledBack",
                                         .message = "back at 1.7",
                                         .version = "1.7",
                                         .gate = "v1:g",
                                         .restorable = api::Restorable::Exact,
                                         .at = WallTime(std::chrono::seconds(70))});
  const api::HistoryEntry expected{.revision = 9,
                                   .kind = api::OperationKind::Rollback,
                                   .version = "1.7",
                                   .digest = "v1:a",
                                   .gate = "v1:g",
                                   .result = HistoryResult::Succeeded,
                                   .restorable = api::Restorable::Exact,
                                   .restored_revision = 7,
                                   .trigger = "Automatic",
                                   .by = "ann",
                                   .why = "smoke",
                                   .started_at = WallTime(std::chrono::seconds(10)),
                                   .finished_at = WallTime(std::chrono::seconds(70)),
                                   .attempts = 2,
                                   .reason = "RolledBack",
                                   .message = "back at 1.7"};
  EXPECT_EQ(made, expected);
}

TEST(Records, AnOperationThatTookNoNumberCannotBeRestored) {
  const auto made = entry_of({.revision = 0}, {.restorable = api::Restorable::Exact});
  EXPECT_EQ(made.restorable, api::Restorable::No);
}

TEST(Records, ASucceededRollbackTurnsTheFailedDeployIntoRolledBack) {
  std::vector<api::HistoryEntry> history{entry(9, "a"), entry(8, "h", HistoryResult::Failed),
                                         entry(7, "h", HistoryResult::Failed)};
  EXPECT_TRUE(mark_rolled_back(history, "h"));
  EXPECT_EQ(history[1].result, HistoryResult::RolledBack);
  EXPECT_EQ(history[2].result, HistoryResult::Failed);
}

TEST(Records, ARollbackThatWasAskedForLeavesSucceededDeploysAsTheyAre) {
  std::vector<api::HistoryEntry> history{entry(9, "a"), entry(8, "h")};
  EXPECT_FALSE(mark_rolled_back(history, "h"));
  EXPECT_EQ(history[1].result, HistoryResult::Succeeded);
}

}  // namespace
}  // namespace deployctl::history
