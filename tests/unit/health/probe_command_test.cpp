#include "health/probe_command.hpp"

#include <gtest/gtest.h>

#include "support/fake_process_runner.hpp"
#include "support/run_coroutine.hpp"

namespace deployctl::health {
namespace {

using process::Exit;

TEST(CommandProbe, PassesWhenTheCommandExitsWithZero) {
  EXPECT_EQ(judge_command({Exit::Kind::Exited, 0, {}}, {}),
            (Verdict{.passed = true, .message = "the command exited with 0"}));
}

TEST(CommandProbe, SaysHowTheCommandEnded) {
  const Duration timeout = std::chrono::seconds(5);
  EXPECT_EQ(judge_command({Exit::Kind::Exited, 3, {}}, timeout), (Verdict{.message = "the command exited with 3"}));
  EXPECT_EQ(judge_command({Exit::Kind::Signalled, 9, {}}, timeout),
            (Verdict{.message = "the command was ended by signal 9"}));
  EXPECT_EQ(judge_command({Exit::Kind::TimedOut, 0, {}}, timeout),
            (Verdict{.message = "the command did not end within 5s"}));
  EXPECT_EQ(judge_command({Exit::Kind::CouldNotStart, ENOENT, "no program \"x\""}, timeout),
            (Verdict{.message = "the command could not start: no program \"x\""}));
}

TEST(CommandProbe, OutputIsNeverShown) {  // fault S17
  support::FakeProcessRunner runner;
  runner.expect({"check"}, support::exited(1, "password=canary", "canary"));
  const auto verdict = support::run_coroutine(probe_command(runner, {.command = {.argv = {"check"}}}, {}));
  EXPECT_FALSE(verdict.passed);
  EXPECT_EQ(verdict.message, "the command exited with 1");
}

TEST(CommandProbe, RunsInTheGivenDirectoryWithTheGivenDeadline) {
  support::FakeProcessRunner runner;
  runner.expect({"check", "--deep"});
  process::RunContext context;
  context.operation = "01J";
  context.directory = "/somewhere";
  context.timeout = std::chrono::seconds(5);
  EXPECT_TRUE(
      support::run_coroutine(probe_command(runner, {.command = {.argv = {"check", "--deep"}}}, context)).passed);
  EXPECT_EQ(runner.ran().front().context.operation, "01J");
  EXPECT_EQ(runner.ran().front().context.directory, "/somewhere");
  EXPECT_EQ(runner.ran().front().context.timeout, std::chrono::seconds(5));
}

}  // namespace
}  // namespace deployctl::health
