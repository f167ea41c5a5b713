#include <gmock/gmock.h>

#include "process/base_environment.hpp"
#include "process/exit_status.hpp"
#include "process/output_capture.hpp"
#include "process/run_mark.hpp"

namespace deployctl::process {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(OutputTail, KeepsEverythingThatFits) {
  OutputTail tail(100);
  tail.add_line("one");
  tail.add_line("two");
  EXPECT_EQ(tail.str(), "one\ntwo\n");
}

TEST(OutputTail, KeepsFirstAndLastLinesAndCountsTheRest) {
  OutputTail tail(20);
  for (int i = 0; i < 10; ++i) tail.add_line("line" + std::to_string(i));
  EXPECT_EQ(tail.str(), "line0\n[... 8 lines, 48 bytes left out ...]\nline9\n");
}

TEST(OutputTail, OneLineLongerThanItsHalfIsCut) {
  OutputTail tail(20);
  tail.add_line(std::string(100, 'x'));
  EXPECT_LE(tail.str().size(), 20U);
}

std::vector<std::string> lines_of(std::vector<std::string> pieces, const SecretSet& secrets) {
  std::vector<std::string> lines;
  OutputCapture capture(tail(), secrets, [&](std::string_view line) { lines.emplace_back(line); });
  for (const std::string& piece : pieces) capture.feed(piece);
  capture.finish();
  return lines;
}

TEST(OutputCapture, LinesAreTheSameHoweverTheBytesCome) {
  const SecretSet secrets;
  const std::vector<std::string> expected = {"one", "", "two", "three"};
  EXPECT_EQ(lines_of({"one\n\ntwo\nthree"}, secrets), expected);
  EXPECT_EQ(lines_of({"o", "ne", "\n", "\nt", "wo\nth", "ree"}, secrets), expected);
}

TEST(OutputCapture, ProgressBarLeavesItsLastState) {
  EXPECT_THAT(lines_of({"10%\r50%\r100%\r\ndone\n"}, SecretSet()), ElementsAre("100%", "done"));
}

TEST(OutputCapture, SecretCutInTwoReadsIsHidden) {  // fault X3
  SecretSet secrets;
  secrets.replace({"ns", "name"}, {"hunter2hunter2"});
  EXPECT_THAT(lines_of({"password hunter2", "hunter2 ok\n"}, secrets), ElementsAre("password [redacted] ok"));
}

TEST(OutputCapture, SecretOfSeveralLinesIsHidden) {  // fault X8
  SecretSet secrets;
  secrets.replace({"ns", "name"}, {"first line of it\nsecond line of it"});
  for (const std::string& line : lines_of({"first line", " of it\nsecond ", "line of it\n"}, secrets))
    EXPECT_EQ(line.find("line of it"), std::string::npos) << line;
}

TEST(OutputCapture, SecretAtTheCutOfALongLineIsHidden) {  // fault X3
  SecretSet secrets;
  secrets.replace({"ns", "name"}, {"hunter2hunter2"});
  const auto lines = lines_of({std::string(kLongestLine - 8, 'x') + "hunter2hunter2" + std::string(100, 'y')}, secrets);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_LE(lines[0].size(), kLongestLine);
  EXPECT_EQ(lines[0].find("hunter"), std::string::npos);
}

TEST(ExitStatus, LastFilledLineIsPartOfTheFailure) {
  const ProcessResult result{.exit = {Exit::Kind::Exited, 1, {}}, .out = "out\n", .err = "first\nno such image\n \n"};
  EXPECT_EQ(failure("pull", result), fail(ErrorKind::StepFailed, "pull: exit code 1: no such image"));
}

TEST(ExitStatus, FullDiskIsNotAMissingTool) {
  EXPECT_EQ(failure("x", {.exit = {Exit::Kind::CouldNotStart, ENOSPC, "cannot write f"}}).kind,
            ErrorKind::WorkspaceFailed);
  EXPECT_EQ(failure("x", {.exit = {Exit::Kind::CouldNotStart, ENOENT, "no docker"}}).kind,
            ErrorKind::ExecutorUnavailable);
  EXPECT_EQ(failure("x", {.exit = {Exit::Kind::CouldNotStart, EAGAIN, ""}}).kind, ErrorKind::Transient);
}

TEST(BaseEnvironment, OnlyTheOperatorsProxiesZoneAndTrustAreHandedOn) {
  const char* const ours[] = {"PATH=/evil",    "LD_PRELOAD=x",   "HTTPS_PROXY=http://proxy:3128", "no_proxy=a,b",
                              "KUBECONFIG=/x", "TZ=Europe/Rome", "DOCKER_HOST=tcp://x",           nullptr};
  EXPECT_THAT(BaseEnvironment::from(ours).inherited,
              ElementsAre(testing::Pair("HTTPS_PROXY", "http://proxy:3128"), testing::Pair("TZ", "Europe/Rome"),
                          testing::Pair("no_proxy", "a,b")));
}

TEST(BaseEnvironment, PathAndMarksCannotBeOverridden) {  // fault S3
  const Command command{.env = {{"PATH", "/evil"}, {"DEPLOYCTL_OPERATION", "x"}, {"DEPLOYCTL_RUN", "x"}, {"A", "1"}}};
  EXPECT_THAT(environment({}, {.path = "/bin", .home = "/h", .tmp = "/t", .operation = "op", .mark = "m"}, command),
              ElementsAre("A=1", "DEPLOYCTL_OPERATION=op", "DEPLOYCTL_RUN=m", "HOME=/h", "LANG=C.UTF-8", "PATH=/bin",
                          "TMPDIR=/t"));
}

TEST(RunMark, ReadsBackWhatItWrote) {
  const RunMark mark = RunMark::make();
  EXPECT_EQ(RunMark::parse(mark.str()), mark);
  EXPECT_TRUE(mark.holder_lives());
}

TEST(RunMark, TellsHowTheRunIsStoppedAndUntilWhenItIsLetFinish) {
  const Stop stop{.signal = SIGINT, .grace = std::chrono::minutes(5), .finishes = true};
  const RunMark mark = RunMark::make(stop, WallTime(std::chrono::milliseconds(1'800'000'000'001)));
  const auto read = RunMark::parse(mark.str());
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->stop, stop);
  EXPECT_EQ(read->deadline, WallTime(std::chrono::seconds(1'800'000'001)));
}

TEST(RunMark, StopThatWeWouldNotGiveIsReplacedByTheUsualOne) {
  for (const char* stop : {"", ".", ".9.10.1.5", ".2.-1.1.5", ".2.99999.1.5", ".2.10.1", ".x.10.1.5"}) {
    const auto mark = RunMark::parse(std::string("1.2.3.abc") + stop);
    ASSERT_TRUE(mark.has_value()) << stop;
    EXPECT_EQ(mark->random, "abc");
    EXPECT_EQ(mark->stop, Stop{}) << stop;
  }
}

TEST(RunMark, ProcessOfTheSameNumberThatStartedLaterIsNotTheHolder) {
  RunMark mark = RunMark::make();
  mark.holder_start += 1;
  EXPECT_FALSE(mark.holder_lives());
}

TEST(RunMark, JunkIsNoMark) {
  for (const char* text : {"", "1", "1.2", "1.2.3", "1.2.3.", "a.2.3.x", "1.2.c.x"})
    EXPECT_FALSE(RunMark::parse(text).has_value()) << text;
}

}  // namespace
}  // namespace deployctl::process
