#include "history/retention.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "statuses.hpp"

namespace deployctl::history {
namespace {

using api::HistoryResult;
using test::entry;
using test::status;
using Numbers = std::vector<std::int64_t>;

TEST(Retention, DeletesNothingWithinTheLimit) {
  const auto now = status(3, {entry(3, "c"), entry(2, "b"), entry(1, "a")});
  EXPECT_EQ(revisions_to_delete(now, {1, 2, 3}, 10), Numbers{});
}

TEST(Retention, DeletesTheOldestBeyondTheLimit) {
  const auto now = status(5, {entry(5, "e"), entry(4, "d"), entry(3, "c"), entry(2, "b"), entry(1, "a")});
  EXPECT_EQ(revisions_to_delete(now, {3, 1, 5, 2, 4}, 3), (Numbers{1, 2}));
}

TEST(Retention, NeverDeletesTheServingRevision) {
  const auto now = status(1, {entry(4, "d", HistoryResult::Failed), entry(3, "c", HistoryResult::Failed),
                              entry(2, "b", HistoryResult::Failed), entry(1, "a")});
  EXPECT_EQ(revisions_to_delete(now, {1, 2, 3, 4}, 1), (Numbers{2, 3}));
}

TEST(Retention, NeverDeletesTheRevisionThatTheServingOneRestores) {
  auto rollback = entry(5, "a");
  rollback.kind = api::OperationKind::Rollback;
  rollback.restored_revision = 1;
  const auto now = status(5, {rollback, entry(4, "d", HistoryResult::RolledBack), entry(1, "a")});
  EXPECT_EQ(revisions_to_delete(now, {1, 4, 5}, 1), (Numbers{4}));
}

TEST(Retention, KeepsTheTwoNewestOtherSucceededDigests) {
  const auto now =
      status(6, {entry(6, "f"), entry(5, "f"), entry(4, "d"), entry(3, "c"), entry(2, "b"), entry(1, "a")});
  EXPECT_EQ(revisions_to_delete(now, {1, 2, 3, 4, 5, 6}, 1), (Numbers{1, 2, 5}));
}

TEST(Retention, CountsDigestsAndNotRevisions) {
  const auto now = status(5, {entry(5, "e"), entry(4, "d"), entry(3, "d"), entry(2, "b"), entry(1, "a")});
  EXPECT_EQ(revisions_to_delete(now, {1, 2, 3, 4, 5}, 1), (Numbers{1, 3}));
}

TEST(Retention, NeverDeletesWhatAnOpenOperationUses) {
  auto now = status(6, {entry(6, "f"), entry(5, "e"), entry(4, "d"), entry(3, "c"), entry(2, "b")});
  now.operation = api::Operation{.kind = api::OperationKind::Rollback, .revision = 7, .restored_revision = 2};
  EXPECT_EQ(revisions_to_delete(now, {2, 3, 6, 7}, 1), (Numbers{3}));
}

TEST(Retention, NeverDeletesTheNewestNumberWhateverTheStatusSays) {
  EXPECT_EQ(revisions_to_delete(status(0, {}), {1, 2, 3}, 1), (Numbers{1, 2}));
  EXPECT_EQ(revisions_to_delete(status(0, {}), {3}, 0), Numbers{});
}

TEST(Retention, IsBoundedAfterTenThousandDeployments) {  // fault H6
  auto now = status(10'000, {entry(10'000, "x"), entry(9'999, "y"), entry(9'998, "z")});
  Numbers kept(10'000);
  std::iota(kept.begin(), kept.end(), 1);
  EXPECT_EQ(revisions_to_delete(now, kept, 10).size(), 9'990U);
}

TEST(Retention, PurgedRevisionsCannotBeRestored) {
  auto now = status(3, {entry(3, "c"), entry(2, "b"), entry(1, "a")});
  mark_purged(now, {1});
  EXPECT_EQ(now.history[2].restorable, api::Restorable::No);
  EXPECT_EQ(now.history[1].restorable, api::Restorable::Exact);
}

}  // namespace
}  // namespace deployctl::history
