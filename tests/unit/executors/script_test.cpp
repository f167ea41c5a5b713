#include "executors/script.hpp"

#include <gtest/gtest.h>

#include "support/process_results.hpp"

namespace deployctl::executors {
namespace {

Step a_step(std::string name) { return Step{.name = std::move(name), .work = process::Command{}}; }
StepResult ended(int code) { return StepResult{.process = support::exited(code)}; }
std::string step_name(const Next& next) { return std::get<Step>(next).name; }
std::string done_message(const Next& next) { return std::get<Done>(next).message; }

Script two_steps(ScriptContext& context) {
  const StepResult first = co_await a_step("first");
  if (!first.ok()) co_return Failed{fail(ErrorKind::StepFailed, "first failed")};
  context.remembered.pins["image"] = "sha256:1";
  co_await a_step("second");
  co_return Done{"both ran"};
}

Script with_pause(ScriptContext&) {
  co_await Pause{std::chrono::seconds(1), "not ready"};
  co_return Done{"ready"};
}

Script part(int& seen, int count) {
  for (int i = 0; i < count; ++i) {
    const StepResult result = co_await a_step("part " + std::to_string(i));
    seen += result.process.exit.code;
  }
  co_return Done{"part ended"};
}

Script with_parts(ScriptContext&) {
  int seen = 0;
  co_await a_step("before");
  const Next end = co_await part(seen, 2);
  const Next empty = co_await part(seen, 0);
  const StepResult after = co_await a_step("after");
  co_return Done{done_message(end) + ", " + done_message(empty) + ", " + std::to_string(seen) + ", " +
                 std::to_string(after.process.exit.code)};
}

Script throws_at_once(ScriptContext&) {
  throw std::runtime_error("broken");
  co_return Done{};
}

Script throws_in_a_part(ScriptContext& context) {
  co_await throws_at_once(context);
  co_return Done{};
}

TEST(Script, StepsComeOneByOneAndEachGetsItsResult) {
  const auto procedure = script(two_steps);
  EXPECT_EQ(step_name(procedure->next(nullptr)), "first");
  const StepResult good = ended(0);
  EXPECT_EQ(step_name(procedure->next(&good)), "second");
  EXPECT_EQ(done_message(procedure->next(&good)), "both ran");
}

TEST(Script, AFailedStepIsSeenByTheScript) {
  const auto procedure = script(two_steps);
  procedure->next(nullptr);
  const StepResult bad = ended(3);
  EXPECT_EQ(std::get<Failed>(procedure->next(&bad)).error.message, "first failed");
}

TEST(Script, WhatItRemembersIsReadableBetweenSteps) {
  const auto procedure = script(two_steps);
  procedure->next(nullptr);
  EXPECT_EQ(procedure->remembered(), Remembered{});
  const StepResult good = ended(0);
  procedure->next(&good);
  EXPECT_EQ(procedure->remembered().pins, (Json{{"image", "sha256:1"}}));
}

TEST(Script, AfterAPauseItGoesOnWithoutResult) {
  const auto procedure = script(with_pause);
  EXPECT_EQ(std::get<Pause>(procedure->next(nullptr)).why, "not ready");
  EXPECT_EQ(done_message(procedure->next(nullptr)), "ready");
}

TEST(Script, StepsOfAPartAreStepsOfTheWhole) {
  const auto procedure = script(with_parts);
  const StepResult good = ended(0);
  const StepResult seven = ended(7);
  const StepResult nine = ended(9);
  EXPECT_EQ(step_name(procedure->next(nullptr)), "before");
  EXPECT_EQ(step_name(procedure->next(&good)), "part 0");
  EXPECT_EQ(step_name(procedure->next(&seven)), "part 1");
  EXPECT_EQ(step_name(procedure->next(&seven)), "after");
  EXPECT_EQ(done_message(procedure->next(&nine)), "part ended, part ended, 14, 9");
}

TEST(Script, WhatItThrowsComesOutOfNext) {
  EXPECT_THROW(script(throws_at_once)->next(nullptr), std::runtime_error);
  EXPECT_THROW(script(throws_in_a_part)->next(nullptr), std::runtime_error);
}

TEST(Script, AskingAfterTheEndIsABrokenInvariant) {
  const auto procedure = script(with_pause);
  procedure->next(nullptr);
  procedure->next(nullptr);
  EXPECT_THROW(procedure->next(nullptr), std::logic_error);
}

TEST(Script, DestroyingItInTheMiddleFreesItsLocals) {
  auto alive = std::make_shared<int>(1);
  {
    const auto procedure = script([alive](ScriptContext& context) { return two_steps(context); });
    procedure->next(nullptr);
    EXPECT_EQ(alive.use_count(), 2);
  }
  EXPECT_EQ(alive.use_count(), 1);
}

}  // namespace
}  // namespace deployctl::executors
