#include "executor_contract.hpp"

#include <gmock/gmock.h>

#include <optional>

#include "ansible_world.hpp"
#include "compose_world.hpp"
#include "docker_world.hpp"
#include "kubectl_world.hpp"
#include "support/process_results.hpp"
#include "terraform_world.hpp"

namespace deployctl::contract {
namespace {

using executors::Done;
using executors::Effect;
using executors::Failed;
using executors::Inputs;
using executors::Next;
using executors::Pause;
using executors::Procedure;
using executors::Step;
using executors::StepResult;
using testing::HasSubstr;
using testing::Not;

constexpr int kMostTurns = 200;

/// What happens to one step instead of a good end. Before: the tool did nothing; after: it did its work first.
enum class Fault {
  None,
  FailBefore,
  CancelBefore,
  CancelAfter,
  TimeOutBefore,
  TimeOutAfter,
  KillBefore,
  KillAfter,
  Junk
};

constexpr Fault kAllFaults[] = {Fault::FailBefore,   Fault::CancelBefore, Fault::CancelAfter, Fault::TimeOutBefore,
                                Fault::TimeOutAfter, Fault::KillBefore,   Fault::KillAfter,   Fault::Junk};

struct Story {
  std::optional<Next> end;  ///< nothing: killed in the middle
  std::vector<Step> steps;
  [[nodiscard]] bool is_done() const { return end && std::holds_alternative<Done>(*end); }
  [[nodiscard]] std::string message() const {
    const auto* failed = end ? std::get_if<Failed>(&*end) : nullptr;
    return failed != nullptr ? failed->error.message : std::string();
  }
};

bool does_its_work(Fault fault) {
  return fault == Fault::None || fault == Fault::CancelAfter || fault == Fault::TimeOutAfter ||
         fault == Fault::KillAfter || fault == Fault::Junk;
}

StepResult result_of(Fault fault, StepResult good) {
  switch (fault) {
    case Fault::FailBefore: return {.process = support::exited(1, "", "it broke\n")};
    case Fault::CancelBefore:
    case Fault::CancelAfter: return {.process = support::cancelled()};
    case Fault::TimeOutBefore:
    case Fault::TimeOutAfter: return {.process = support::timed_out()};
    case Fault::Junk: return {.process = support::exited(0, std::string("\0\xff{[\x1b[31m\n", 9), "\xfe\xff\n")};
    default: return good;
  }
}

/// Drives a procedure to its end; the step of number `at` (from 0) meets `fault`. Pauses take no time.
Story drive(World& world, Procedure& procedure, int at = -1, Fault fault = Fault::None) {
  Story story;
  std::optional<StepResult> result;
  bool interrupted = false;
  for (int turn = 0; turn < kMostTurns; ++turn) {
    Next next = procedure.next(result ? &*result : nullptr);
    result.reset();
    if (std::holds_alternative<Pause>(next)) continue;
    const auto* step = std::get_if<Step>(&next);
    if (step == nullptr) {
      story.end = std::move(next);
      return story;
    }
    EXPECT_TRUE(!interrupted || step->cleanup) << step->name << " follows an interruption and is no cleanup";
    const bool hit = static_cast<int>(story.steps.size()) == at;
    const Fault now = hit ? fault : Fault::None;
    story.steps.push_back(*step);
    StepResult good{.process = support::exited(0)};
    if (does_its_work(now)) good = world.run(*step);
    if (now == Fault::KillBefore || now == Fault::KillAfter) return story;
    result = result_of(now, std::move(good));
    interrupted = interrupted || result->interrupted();
  }
  ADD_FAILURE() << "a procedure does not end";
  return story;
}

Story deploy(World& world, const Inputs& in, int at = -1, Fault fault = Fault::None) {
  return drive(world, *world.executor().deploy(in), at, fault);
}

/// A release from its first step to settled.
void release(World& world, const Inputs& in) {
  const Story deployed = deploy(world, in);
  ASSERT_TRUE(deployed.is_done()) << deployed.message();
  const Story verified = drive(world, *world.executor().verify(in, false));
  ASSERT_TRUE(verified.is_done()) << verified.message();
  if (const auto settle = world.executor().settle(in)) {
    const Story settled = drive(world, *settle);
    ASSERT_TRUE(settled.is_done()) << settled.message();
  }
}

class ExecutorContract : public testing::TestWithParam<Subject> {
 protected:
  [[nodiscard]] std::unique_ptr<World> a_world() const { return GetParam().world(); }
  [[nodiscard]] std::unique_ptr<World> a_world_with_release_1() const {
    auto world = a_world();
    release(*world, world->release(1, 0));
    return world;
  }
  /// What is there after release 2 came over release 1 without trouble, and how many steps that took.
  void SetUp() override {
    const auto world = a_world_with_release_1();
    deploy_steps_ = static_cast<int>(deploy(*world, world->release(2, 1)).steps.size());
    release(*world, world->release(2, 1));
    expected_ = world->state();
  }
  int deploy_steps_ = 0;
  std::string expected_;
};

TEST_P(ExecutorContract, DeployingTwiceEndsInTheSameState) {
  const auto world = a_world_with_release_1();
  release(*world, world->release(2, 1));
  release(*world, world->release(2, 1));
  EXPECT_EQ(world->state(), expected_);
}

TEST_P(ExecutorContract, DeployingTwiceBeforeTheGateEndsInTheSameState) {
  const auto world = a_world_with_release_1();
  EXPECT_TRUE(deploy(*world, world->release(2, 1)).is_done());
  const std::string on_trial = world->state();
  EXPECT_TRUE(deploy(*world, world->release(2, 1)).is_done());
  EXPECT_EQ(world->state(), on_trial);
}

TEST_P(ExecutorContract, DestroyingTwiceLeavesNothing) {
  const auto world = a_world();
  const std::string empty = world->state();
  release(*world, world->release(1, 0));
  for (int time = 0; time < 2; ++time) {
    const Story destroyed = drive(*world, *world->executor().destroy(world->release(1, 1)));
    EXPECT_TRUE(destroyed.is_done()) << destroyed.message();
    EXPECT_EQ(world->state(), empty);
  }
}

TEST_P(ExecutorContract, WhateverHappensToAStepTheNextRunEndsAsIfNothingHadHappened) {  // fault R1
  for (const Fault fault : kAllFaults)
    for (int at = 0; at < deploy_steps_; ++at) {
      const auto world = a_world_with_release_1();
      deploy(*world, world->release(2, 1), at, fault);
      release(*world, world->release(2, 1));
      EXPECT_EQ(world->state(), expected_) << "step " << at << ", fault " << static_cast<int>(fault);
    }
}

TEST_P(ExecutorContract, WhateverHappensToAStepAnotherReleaseEndsAsIfNothingHadHappened) {
  const auto clean = a_world_with_release_1();
  release(*clean, clean->release(3, 1));
  for (const Fault fault : kAllFaults)
    for (int at = 0; at < deploy_steps_; ++at) {
      const auto world = a_world_with_release_1();
      deploy(*world, world->release(2, 1), at, fault);
      release(*world, world->release(3, 1));
      EXPECT_EQ(world->state(), clean->state()) << "step " << at << ", fault " << static_cast<int>(fault);
    }
}

TEST_P(ExecutorContract, WhateverHappensToAStepDestroyLeavesNothing) {
  const std::string empty = a_world()->state();
  for (const Fault fault : kAllFaults)
    for (int at = 0; at < deploy_steps_; ++at) {
      const auto world = a_world_with_release_1();
      deploy(*world, world->release(2, 1), at, fault);
      Inputs in = world->release(1, 1);
      in.inventory = world->release(2, 1).inventory;  // the engine unites what serves with what was abandoned
      const Story destroyed = drive(*world, *world->executor().destroy(in));
      EXPECT_TRUE(destroyed.is_done()) << destroyed.message();
      EXPECT_EQ(world->state(), empty) << "step " << at << ", fault " << static_cast<int>(fault);
    }
}

TEST_P(ExecutorContract, ACancelledStepFailsAsCancelledAndATimedOutOneAsTimedOut) {
  for (int at = 0; at < deploy_steps_; ++at) {
    for (const Fault fault : {Fault::CancelAfter, Fault::TimeOutAfter}) {
      const auto world = a_world_with_release_1();
      const Story story = deploy(*world, world->release(2, 1), at, fault);
      const auto* failed = std::get_if<Failed>(&*story.end);
      ASSERT_NE(failed, nullptr) << "step " << at;
      EXPECT_EQ(failed->error.kind, fault == Fault::CancelAfter ? ErrorKind::Cancelled : ErrorKind::StepTimedOut);
    }
  }
}

TEST_P(ExecutorContract, AMissingToolIsSaidOnceAndNothingIsTried) {  // fault P5
  const auto world = a_world();
  const auto procedure = world->executor().deploy(world->release(1, 0));
  const Next first = procedure->next(nullptr);
  ASSERT_TRUE(std::holds_alternative<Step>(first));
  const StepResult missing{.process = support::could_not_start("program \"tool\" not found in /usr/bin")};
  const Next end = procedure->next(&missing);
  ASSERT_TRUE(std::holds_alternative<Failed>(end));
  EXPECT_EQ(std::get<Failed>(end).error.kind, ErrorKind::ExecutorUnavailable);
  EXPECT_THAT(std::get<Failed>(end).error.message, HasSubstr("not found in /usr/bin"));
}

TEST_P(ExecutorContract, SecretsAreInNoCommandLine) {  // fault X1
  const auto world = a_world_with_release_1();
  const Inputs in = world->release(2, 1);
  std::vector<Story> stories;
  stories.push_back(deploy(*world, in));
  stories.push_back(drive(*world, *world->executor().verify(in, true)));
  stories.push_back(drive(*world, *world->executor().destroy(in)));
  for (const Story& story : stories)
    for (const Step& step : story.steps)
      for (const std::string& word : std::get<process::Command>(step.work).argv)
        EXPECT_THAT(word, Not(HasSubstr(kCanary))) << step.name;
}

TEST_P(ExecutorContract, StepsWithoutEffectChangeNothing) {
  const auto world = a_world_with_release_1();
  const auto procedure = world->executor().deploy(world->release(2, 1));
  std::optional<StepResult> result;
  for (int turn = 0; turn < kMostTurns; ++turn) {
    const Next next = procedure->next(result ? &*result : nullptr);
    result.reset();
    if (std::holds_alternative<Pause>(next)) continue;
    const auto* step = std::get_if<Step>(&next);
    if (step == nullptr) return;
    const std::string before = world->state();
    result = world->run(*step);
    if (step->effect == Effect::None) EXPECT_EQ(world->state(), before) << step->name;
  }
}

TEST_P(ExecutorContract, WhatIsRememberedIsCompleteBeforeTheFirstEffect) {
  const auto world = a_world_with_release_1();
  const auto procedure = world->executor().deploy(world->release(2, 1));
  std::optional<StepResult> result;
  std::optional<executors::Remembered> at_first_effect;
  for (int turn = 0; turn < kMostTurns; ++turn) {
    const Next next = procedure->next(result ? &*result : nullptr);
    result.reset();
    if (std::holds_alternative<Pause>(next)) continue;
    const auto* step = std::get_if<Step>(&next);
    if (step == nullptr) break;
    if (step->effect != Effect::None && !at_first_effect) at_first_effect = procedure->remembered();
    result = world->run(*step);
  }
  ASSERT_TRUE(at_first_effect.has_value());
  EXPECT_EQ(procedure->remembered(), *at_first_effect);
  EXPECT_FALSE(at_first_effect->inventory.empty());
}

TEST_P(ExecutorContract, VerifyHasNoEffectAtAll) {
  const auto world = a_world_with_release_1();
  for (const bool drift : {false, true})
    for (const Step& step : drive(*world, *world->executor().verify(world->release(1, 1), drift)).steps)
      EXPECT_EQ(step.effect, Effect::None) << step.name;
}

TEST_P(ExecutorContract, StepNamesAreFitForAMetricLabel) {
  const auto world = a_world_with_release_1();
  for (const Step& step : deploy(*world, world->release(2, 1)).steps)
    EXPECT_THAT(step.name, testing::MatchesRegex("[a-z][a-z-]{1,30}"));
}

INSTANTIATE_TEST_SUITE_P(Tools, ExecutorContract,
                         testing::Values(docker_subject(), compose_subject(), kubectl_subject(), terraform_subject(),
                                         ansible_subject()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace deployctl::contract
