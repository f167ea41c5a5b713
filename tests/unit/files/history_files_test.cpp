#include "files/history_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temporary_directory.hpp"

namespace deployctl::files {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const ObjectKey kWeb{"dev", "web"};
const WallTime kNow = *parse_rfc3339("2026-11-26T07:15:00.123Z");

HistoryRecord a_deploy(std::int64_t revision, WallTime started = kNow) {
  return {.key = kWeb,
          .operation = "01ARZ3NDEKTSV4RRFFQ69G5FAV",
          .started = started,
          .finished = started + 2500ms,
          .kind = "Deploy",
          .status = "Succeeded",
          .version = "1.4.2",
          .revision = revision,
          .reason = "Succeeded",
          .message = "revision 1 serves",
          .by = "alice",
          .why = "release",
          .config = {{"type", "docker"}},
          .steps = Json::array({{{"name", "start"}, {"result", "succeeded"}, {"duration_seconds", 0.5}}})};
}

class HistoryFilesTest : public testing::Test {
 protected:
  HistoryFilesTest() { EXPECT_TRUE(state_.prepare(kWeb)); }
  void write(const HistoryRecord& record) { ASSERT_TRUE(history_.write(record)); }
  [[nodiscard]] std::vector<std::int64_t> revisions() const {
    std::vector<std::int64_t> numbers;
    for (const HistoryRecord& each : history_.read(kWeb)->records) numbers.push_back(each.revision);
    return numbers;
  }
  support::TemporaryDirectory directory_;
  StateDirectory state_{directory_.path()};
  HistoryFiles history_{state_};
};

TEST_F(HistoryFilesTest, OneFileAnOperationNamedByItsStart) {
  write(a_deploy(1));
  const Json json =
      *parse_json(support::TemporaryDirectory::read(directory_.path() / "history/web_dev_20261126T071500.123Z.json"));
  for (const char* key : {"app", "env", "version", "timestamp", "status", "config", "revision", "kind",
                          "duration_seconds", "attempts", "message", "steps", "by", "why"})
    EXPECT_TRUE(json.contains(key)) << key;
  EXPECT_EQ(json.at("timestamp"), "20261126T071500.123Z");
  EXPECT_EQ(json.at("duration_seconds"), 2.5);
}

TEST_F(HistoryFilesTest, WhatIsWrittenIsReadBack) {
  write(a_deploy(1));
  EXPECT_THAT(history_.read(kWeb)->records, ElementsAre(a_deploy(1)));
}

TEST_F(HistoryFilesTest, TheNewestComesFirstAndOthersAreNotThere) {
  write(a_deploy(1));
  write(a_deploy(2, kNow + 1h));
  HistoryRecord other = a_deploy(9);
  other.key = {"prod", "web"};
  write(other);
  EXPECT_THAT(revisions(), ElementsAre(2, 1));
}

TEST_F(HistoryFilesTest, HalfWrittenAndForeignFilesAreLeftOutWithASentence) {
  write(a_deploy(1));
  const std::string whole = to_json(a_deploy(2, kNow + 1h)).dump();
  directory_.write("history/web_dev_20261126T081500.123Z.json", whole.substr(0, whole.size() / 2));
  directory_.write("history/web_dev_20261126T091500.123Z.json", whole);  // another operation's
  directory_.write("history/web_dev_20261126T101500.123Z.json", "[]");
  directory_.write("history/notes.txt", "mine");
  directory_.write("history/.web_dev_x.json.abc.tmp", "{");
  const auto history = history_.read(kWeb);
  EXPECT_THAT(revisions(), ElementsAre(1));
  EXPECT_THAT(history->warnings, ElementsAre(HasSubstr("20261126T101500.123Z.json: it is no JSON object"),
                                             HasSubstr("it tells of another operation"), HasSubstr("081500.123Z.json"),
                                             HasSubstr("notes.txt: deployctl gives no such name")));
}

TEST_F(HistoryFilesTest, TerminalEscapesOfAFileNameAreNotShown) {  // fault S22
  directory_.write("history/\x1b[31mred", "");
  EXPECT_THAT(history_.read(kWeb)->warnings, ElementsAre(testing::Not(HasSubstr("\x1b"))));
}

TEST_F(HistoryFilesTest, PruningKeepsTheNewestAndWhatIsNeeded) {  // fault H6
  for (int hour = 0; hour < 6; ++hour) write(a_deploy(hour + 1, kNow + std::chrono::hours(hour)));
  ASSERT_TRUE(history_.prune(kWeb, 2, [](const HistoryRecord& record) { return record.revision == 1; }));
  EXPECT_THAT(revisions(), ElementsAre(6, 5, 1));
}

TEST_F(HistoryFilesTest, PruningLeavesForeignFilesAlone) {
  for (int hour = 0; hour < 3; ++hour) write(a_deploy(hour + 1, kNow + std::chrono::hours(hour)));
  directory_.write("history/web_dev_20250101T000000.000Z.json", "{}");
  ASSERT_TRUE(history_.prune(kWeb, 1, [](const HistoryRecord&) { return false; }));
  EXPECT_THAT(revisions(), ElementsAre(3));
  EXPECT_TRUE(std::filesystem::exists(directory_.path() / "history/web_dev_20250101T000000.000Z.json"));
}

TEST_F(HistoryFilesTest, AnUndoneDeployIsToldAsRolledBack) {
  write(a_deploy(1));
  write(a_deploy(2, kNow + 1h));
  ASSERT_TRUE(history_.change_status(kWeb, "Deploy", 1, "RolledBack"));
  const auto records = history_.read(kWeb)->records;
  EXPECT_EQ(records[0].status, "Succeeded");
  EXPECT_EQ(records[1].status, "RolledBack");
}

TEST_F(HistoryFilesTest, NoDirectoryIsAnEmptyHistory) {
  const auto history = HistoryFiles(StateDirectory(directory_.path() / "nowhere")).read(kWeb);
  ASSERT_TRUE(history);
  EXPECT_THAT(history->records, IsEmpty());
}

}  // namespace
}  // namespace deployctl::files
