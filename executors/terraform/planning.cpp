#include "terraform/planning.hpp"

#include <filesystem>
#include <functional>

#include "ports/tool_cache.hpp"
#include "process/exit_status.hpp"
#include "terraform/diagnostics.hpp"
#include "terraform/errored.hpp"
#include "terraform/lock.hpp"
#include "terraform/outputs.hpp"
#include "terraform/programs.hpp"

namespace deployctl::terraform {
namespace {

using executors::Done;
using executors::Failed;
using executors::Inputs;
using executors::Next;
using executors::Script;
using executors::StepResult;

bool could_not_start(const StepResult& result) {
  return result.process.exit.kind == process::Exit::Kind::CouldNotStart;
}

std::string pin(const Inputs& in, const char* name) {
  if (!in.pins.is_object() || !in.pins.contains(name) || !in.pins.at(name).is_string()) return {};
  return in.pins.at(name).get<std::string>();
}

bool may_unlock(const Inputs& in, const LockInfo& lock) {
  return in.spec.terraform && in.spec.terraform->force_unlock == api::Terraform::ForceUnlock::OwnDead &&
         is_of_dead_attempt(lock, in);
}

std::string shared_data(const Inputs& in) {
  const std::filesystem::path work_dir = std::filesystem::path(in.work_dir).parent_path();
  return (ports::tool_cache(work_dir, in.key) / "data").string();
}

/// The plan is empty, and was made with a state that knows resources: what serves stays as it is, and nothing has to be
/// read of the plan or told again. Not where somebody asked for everything, or something may be half done.
bool is_as_it_serves(const Inputs& in, const StepResult& planned) {
  if (planned.process.exit.code != 0 || in.previous_revision == 0 || in.rollback || in.dead_attempt ||
      in.force_rebuild || !in.inventory.is_array() || in.inventory.empty())
    return false;
  return planned.process.out.find("\"refresh_complete\"") != std::string::npos;
}

PlanReport as_it_serves(const Json& inventory) {
  PlanReport report{.resources = {}, .outputs_change = false, .digest = {}, .as_it_serves = true};
  for (const Json& line : inventory)
    if (line.is_object() && line.contains("name") && line.at("name").is_string())
      report.resources.push_back({Change::Action::None, line.at("name").get<std::string>()});
  return report;
}

/// Resources were built for sure: something served, or an earlier plan met them.
bool had_resources(const Inputs& in) {
  if (!in.inventory.is_array() || in.inventory.empty()) return false;
  const bool seen = in.pins.is_object() && in.pins.value("stateSeen", false);
  return in.previous_revision > 0 || in.rollback || seen;
}

/// With what an earlier operation initialised, where that still fits: whatever the plan says against it, init says it
/// better.
Script first_plan(Inputs in, Bench* bench, PlanFor what, StepResult* result) {
  *result = co_await plan(in, *bench, what);
  if (result->ok() || result->interrupted() || bench->initialised || read_lock(*result)) co_return Done{};
  Next ready = co_await prepare(in, bench);
  if (has_failed(ready)) co_return ready;
  *result = co_await plan(in, *bench, what);
  co_return Done{};
}

/// Once more without a lock, after a lock that may be released, or the error.
Script plan_step(Inputs in, Bench* bench, PlanFor what, StepResult* result) {
  Next made = co_await first_plan(in, bench, what, result);
  if (has_failed(made)) co_return made;
  if (result->ok()) co_return Done{};
  if (what == PlanFor::Destroy && bench->lock && says_terminating(*result)) {
    bench->lock = false;
    *result = co_await plan(in, *bench, what);
    co_return Done{};
  }
  const auto lock = read_lock(*result);
  if (!lock) co_return Done{};
  if (!may_unlock(in, *lock)) co_return Failed{locked_error(*lock, in, bench->tool, bench->backend)};
  const StepResult unlocked = co_await unlock(in, *bench, lock->id);
  if (!unlocked.ok()) co_return Failed{error_of("release the lock of a dead attempt", unlocked, Stage::Before)};
  *result = co_await plan(in, *bench, what);
  const auto again = read_lock(*result);
  if (again) co_return Failed{locked_error(*again, in, bench->tool, bench->backend)};
  co_return Done{};
}

}  // namespace

bool has_failed(const Next& end) { return std::holds_alternative<Failed>(end); }

Result<Bench> bench_of(const Inputs& in, bool restricted) {
  Bench bench;
  bench.restricted = restricted;
  // Values of backendConfigSecretRef are written down by init, and the tool does not notice when they change. What a
  // dead attempt has done there nobody knows.
  bench.shares_data = in.backend_config.empty() && !in.dead_attempt;
  bench.data_dir = bench.shares_data ? shared_data(in) : in.work_dir + "/data";
  const std::string asked = in.spec.terraform && in.spec.terraform->binary ? *in.spec.terraform->binary : "";
  const std::string kept = pin(in, "binary");
  if ((asked.empty() ? kept : asked) == "terraform") bench.tool = Tool::Terraform;
  bench.may_switch = asked.empty() && kept.empty();
  auto backend = backend_of(in, bench.tool);
  if (!backend) return backend.error();
  bench.backend = std::move(*backend);
  return bench;
}

Script begin(Inputs in, Bench* bench, bool takes_up) {
  const bool kept_plan = in.approved && !in.approved->plan_file.empty();
  const bool may_be_ready = bench->shares_data && in.previous_revision > 0 && !kept_plan && !takes_up;
  if (may_be_ready && !bench->restricted) co_return Done{};
  if (may_be_ready) {
    Next allowed = co_await refuse_programs(in, *bench);
    co_return allowed;
  }
  Next ready = co_await prepare(in, bench);
  if (has_failed(ready) || !takes_up) co_return ready;
  Next written = co_await take_up_state(in, *bench);
  co_return written;
}

Script prepare(Inputs in, Bench* bench) {
  bench->initialised = true;
  if (in.at_rest && bench->shares_data) {  // an operation may begin meanwhile
    bench->shares_data = false;
    bench->data_dir = in.work_dir + "/data";
  }
  if (bench->shares_data) {
    const StepResult cleared = co_await clear_data(*bench);
    if (!cleared.ok()) co_return Failed{process::failure("empty " + bench->data_dir, cleared.process)};
  }
  StepResult done = co_await init(in, *bench);
  if (could_not_start(done) && bench->may_switch) {
    bench->tool = Tool::Terraform;
    bench->may_switch = false;
    auto backend = backend_of(in, bench->tool);
    if (!backend) co_return Failed{backend.error()};
    bench->backend = std::move(*backend);
    done = co_await init(in, *bench);
  }
  if (!done.ok()) co_return Failed{error_of("init", done, Stage::Before)};
  if (!bench->restricted) co_return Done{};
  Next allowed = co_await refuse_programs(in, *bench);
  co_return allowed;
}

Script read_saved(Inputs in, Bench bench, std::string kept, PlanReport* report) {
  const StepResult shown = co_await show(in, bench, kept);
  if (shown.process.out_overflow)
    co_return Failed{fail(ErrorKind::Invalid, "the plan is larger than 64 MiB: split the module")};
  if (!shown.ok()) co_return Failed{error_of("read the plan", shown, Stage::Before)};
  auto read = read_plan(shown.process.out, in.digest);
  if (!read) co_return Failed{read.error()};
  *report = std::move(*read);
  co_return Done{};
}

Script make_plan(Inputs in, Bench* bench, PlanFor what, PlanReport* report) {
  StepResult planned;
  Next made = co_await plan_step(in, bench, what, &planned);
  if (has_failed(made)) co_return made;
  if (!planned.ok()) co_return Failed{error_of("plan", planned, Stage::Before)};
  if (what == PlanFor::Deploy && is_as_it_serves(in, planned)) {
    *report = as_it_serves(in.inventory);
    co_return Done{};
  }
  Next read = co_await read_saved(in, *bench, {}, report);
  co_return read;
}

Script refuse_lost_state(Inputs in, Bench bench, PlanReport report) {
  if (report.knows_resources() || !had_resources(in)) co_return Done{};
  const StepResult pulled = co_await pull_state(in, bench);
  if (!pulled.ok()) co_return Failed{error_of("read the state", pulled, Stage::Before)};
  const auto state = read_state(pulled.process.out);
  if (!state) co_return Failed{state.error()};
  // Reading it made a new one where there was none: its first serial.
  if (state->serial > 1) co_return Done{};
  co_return Failed{fail(ErrorKind::StepFailed,
                        "the state is missing although " + std::to_string(in.inventory.size()) +
                            " resources were built: bring it back, or move it (init -migrate-state) when the module "
                            "names another backend; nothing is done without it")};
}

}  // namespace deployctl::terraform
