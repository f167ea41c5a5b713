#include "terraform/scripts.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "process/exit_status.hpp"
#include "terraform/diagnostics.hpp"
#include "terraform/errored.hpp"
#include "terraform/lock.hpp"
#include "terraform/outputs.hpp"
#include "terraform/planning.hpp"
#include "terraform/programs.hpp"

namespace deployctl::terraform {
namespace {

using executors::Done;
using executors::Failed;
using executors::Inputs;
using executors::NeedsApproval;
using executors::Next;
using executors::Script;
using executors::ScriptContext;
using executors::StepResult;

constexpr const char* kCreates = "creates";
constexpr const char* kEmptyPlan = "emptyPlan";

/// What the failed operation that is rolled back has created, and those that rolled it back in vain.
std::set<std::string> created_before(const Inputs& in) {
  std::set<std::string> created;
  if (!in.rollback || !in.abandoned_pins.is_object() || !in.abandoned_pins.contains(kCreates)) return created;
  for (const Json& address : in.abandoned_pins.at(kCreates))
    if (address.is_string()) created.insert(address.get<std::string>());
  return created;
}

executors::Remembered remembered_of(const Inputs& in, const Bench& bench, const PlanReport& plan) {
  std::set<std::string> created = created_before(in);
  for (const std::string& address : addresses(plan, Change::Action::Create)) created.insert(address);
  executors::Remembered remembered;
  remembered.pins = Json{{"binary", std::string(program(bench.tool))}, {"stateSeen", plan.knows_resources()}};
  remembered.pins[kCreates] = Json(created);
  if (plan.as_it_serves) remembered.pins[kEmptyPlan] = true;
  remembered.inventory = inventory_of(plan, in.inventory);
  return remembered;
}

/// Not of a rollback of what failed: there a person decides about all that the failed operation did not create.
std::optional<Error> too_much(const Inputs& in, const PlanReport& plan) {
  const auto most = in.spec.terraform ? in.spec.terraform->max_destroy : std::nullopt;
  const std::int64_t destroyed = plan.to_destroy();
  const bool of_a_failure = in.rollback && !in.abandoned_pins.empty();
  if (!most || of_a_failure || destroyed <= *most) return std::nullopt;
  std::string message = "spec.terraform.maxDestroy: the plan would destroy " + std::to_string(destroyed) +
                        ", more than " + std::to_string(*most) + ": " + summary_of(plan);
  if (in.rollback)
    message += "; that is the limit of revision " + std::to_string(in.restored_revision) +
               ": to go back all the same, deploy its spec with a higher one";
  return fail(ErrorKind::Invalid, std::move(message));
}

bool is_approved(const Inputs& in, const PlanReport& plan) { return in.approved && in.approved->digest == plan.digest; }

bool needs_a_person(const Inputs& in, const PlanReport& plan) {
  if (!plan.changes_anything() || is_approved(in, plan)) return false;
  return in.approval_required || (in.rollback && !beyond_a_rollback(plan, created_before(in)).empty());
}

executors::Plan plan_for_approval(const PlanReport& plan) {
  return {.digest = plan.digest,
          .add = plan.to_add(),
          .change = plan.count(Change::Action::Update),
          .destroy = plan.to_destroy(),
          .summary = summary_of(plan),
          .file = std::string(kPlanFile)};
}

/// The plan a person approved, where its file was kept; else a new one. After a crash what was half done is planned
/// anew.
Script obtain_plan(Inputs in, Bench* bench, PlanReport* plan) {
  if (in.approved && !in.approved->plan_file.empty() && !in.dead_attempt) {
    Next read = co_await read_saved(in, *bench, in.approved->plan_file, plan);
    if (!has_failed(read) && is_approved(in, *plan)) co_return Done{};
  }
  Next made = co_await make_plan(in, bench, PlanFor::Deploy, plan);
  if (has_failed(made)) co_return made;
  Next there = co_await refuse_lost_state(in, *bench, *plan);
  co_return there;
}

Error apply_error(const Inputs& in, const Bench& bench, std::string_view what, const StepResult& result) {
  if (const auto lock = read_lock(result)) return locked_error(*lock, in, bench.tool, bench.backend);
  return error_of(what, result, Stage::During);
}

/// A state that could not be written is written before anything else is thought of.
Script after_failed_apply(Inputs in, Bench bench, std::string what, StepResult applied) {
  Error error = apply_error(in, bench, what, applied);
  if (!leaves_state(applied)) co_return Failed{std::move(error)};
  Next written = co_await write_left_state(in, bench, applied, error);
  if (has_failed(written) || failed_for_state_alone(applied)) co_return written;
  co_return Failed{std::move(error)};
}

/// Applies the saved plan. One that is refused as stale has done nothing: then there is a new plan, and only one that
/// would do the same, or that nobody has to approve, is applied.
Script apply_saved(Inputs in, Bench bench, PlanReport plan) {
  StepResult applied = co_await apply(in, bench, PlanFor::Deploy);
  if (!applied.ok() && says_stale(applied)) {
    const std::string before = plan.digest;
    Next made = co_await make_plan(in, &bench, PlanFor::Deploy, &plan);
    if (has_failed(made)) co_return made;
    if (auto refused = too_much(in, plan)) co_return Failed{*refused};
    if (plan.digest != before && (in.approved || needs_a_person(in, plan)))
      co_return NeedsApproval{plan_for_approval(plan)};
    applied = co_await apply(in, bench, PlanFor::Deploy);
  }
  if (applied.ok()) co_return Done{};
  Next end = co_await after_failed_apply(in, bench, "apply", applied);
  co_return end;
}

std::string words_of(const PlanReport& plan) {
  return std::to_string(plan.to_add()) + " added, " + std::to_string(plan.count(Change::Action::Update)) +
         " changed, " + std::to_string(plan.to_destroy()) + " destroyed";
}

/// Without init where an operation has done that already: this one, or where nothing runs, an earlier one of the
/// object.
Script look(Inputs in, Bench* bench, PlanFor what, StepResult* result) {
  if (what == PlanFor::LookAtState) {
    Next ready = !bench->shares_data ? co_await prepare(in, bench)
                 : bench->restricted ? co_await refuse_programs(in, *bench)
                                     : Next(Done{});
    if (has_failed(ready)) co_return ready;
  }
  *result = co_await plan(in, *bench, what);
  const bool missing = result->process.exit.kind == process::Exit::Kind::CouldNotStart && bench->may_switch;
  const bool unfit = bench->shares_data && in.at_rest && !result->interrupted();
  if (missing || (!result->ok() && (unfit || asks_for_init(*result)) && !bench->initialised)) {
    Next ready = co_await prepare(in, bench);
    if (has_failed(ready)) co_return ready;
    *result = co_await plan(in, *bench, what);
  }
  if (!result->ok()) co_return Failed{error_of("look", *result, Stage::Before)};
  co_return Done{};
}

/// The deploy's own plan was that look.
bool was_just_seen(const Inputs& in, bool drift) {
  const bool empty = in.pins.is_object() && in.pins.value(kEmptyPlan, false);
  return empty && !in.at_rest && !drift && in.spec.health.stable_for <= Duration::zero();
}

}  // namespace

Script deploy(Inputs in, bool restricted, ScriptContext& context) {
  auto bench = bench_of(in, restricted);
  if (!bench) co_return Failed{bench.error()};
  Next ready = co_await begin(in, &*bench, may_have_left_state(in));
  if (has_failed(ready)) co_return ready;
  PlanReport plan;
  Next planned = co_await obtain_plan(in, &*bench, &plan);
  if (has_failed(planned)) co_return planned;
  context.remembered = remembered_of(in, *bench, plan);
  if (auto refused = too_much(in, plan)) co_return Failed{*refused};
  if (needs_a_person(in, plan)) co_return NeedsApproval{plan_for_approval(plan)};
  if (plan.changes_anything()) {
    Next applied = co_await apply_saved(in, *bench, plan);
    if (!std::holds_alternative<Done>(applied)) co_return applied;
  }
  if (plan.as_it_serves) co_return Done{.message = words_of(plan)};
  const StepResult told = co_await output(in, *bench);
  if (!told.ok()) co_return Failed{error_of("read the outputs", told, Stage::Before)};
  auto outputs = read_outputs(told.process.out);
  if (!outputs) co_return Failed{outputs.error()};
  co_return Done{.message = words_of(plan), .outputs = std::move(*outputs)};
}

Script verify(Inputs in, bool restricted, bool drift) {
  auto bench = bench_of(in, restricted);
  if (!bench) co_return Failed{bench.error()};
  if (was_just_seen(in, drift)) co_return Done{"nothing to change"};
  StepResult seen;
  Next looked = co_await look(in, &*bench, in.at_rest && !drift ? PlanFor::LookAtState : PlanFor::Look, &seen);
  if (has_failed(looked)) co_return looked;
  if (seen.process.exit.code == 0) co_return Done{"nothing to change"};
  std::string told = changes_told(seen.process.out);
  if (told.empty()) told = "outputs";
  co_return Failed{fail(ErrorKind::HealthCheckFailed,
                        (drift ? "differs from what is declared: " : "the plan is not empty afterwards: ") + told)};
}

Script destroy(Inputs in, bool restricted) {
  auto bench = bench_of(in, restricted);
  if (!bench) co_return Failed{bench.error()};
  Next ready = co_await begin(in, &*bench, true);
  if (has_failed(ready)) co_return ready;
  PlanReport plan;
  Next planned = co_await make_plan(in, &*bench, PlanFor::Destroy, &plan);
  if (has_failed(planned)) co_return planned;
  Next there = co_await refuse_lost_state(in, *bench, plan);
  if (has_failed(there) && bench->backend.ours) {
    const StepResult lease = co_await find_lease(in);
    if (lease.ok() && is_owned(lease.process.out, in.uid)) there = Done{};
  }
  if (has_failed(there)) co_return there;
  if (const auto adopted = adopted_to_destroy(plan, in.inventory); in.spare_adopted && !adopted.empty())
    co_return Done{.message = "nothing destroyed",
                   .caveat = "nothing was destroyed: the state held " + std::to_string(adopted.size()) +
                             (adopted.size() == 1 ? " resource" : " resources") + " before, the first is " +
                             adopted.front()};
  std::string told = "nothing to destroy";
  if (plan.changes_anything()) {
    const StepResult destroyed = co_await apply(in, *bench, PlanFor::Destroy);
    if (!destroyed.ok()) {
      Next end = co_await after_failed_apply(in, *bench, "destroy", destroyed);
      if (has_failed(end)) co_return end;
    }
    told = std::to_string(plan.to_destroy()) + " destroyed";
  }
  // One that never served may be tried again: its state stays, or it would be missed.
  if (!bench->backend.ours || in.previous_revision == 0) co_return Done{told};
  StepResult forgotten = co_await own_lease(in);
  if (forgotten.ok()) forgotten = co_await forget(in);
  if (!forgotten.ok()) told += "; its empty state stays: " + process::failure("kubectl", forgotten.process).message;
  co_return Done{told};
}

}  // namespace deployctl::terraform
