// What waits for a person: an operation that ends with a plan, and the approved plan that another one takes up.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "api/constants.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "engine/changes.hpp"
#include "engine/engine_state.hpp"

namespace deployctl::engine {

namespace {

constexpr std::size_t kPlanBytes = api::limits::kRevisionSecretBytes - 1024;
constexpr std::size_t kSummaryBytes = 4096;
constexpr const char* kPlanEntry = "plan";

/// Nothing when it is too large to keep, or cannot be read: then the approved operation plans again. What a module runs
/// could have put a link there, so none is followed.
std::optional<std::string> read_plan(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return std::nullopt;
  std::string bytes;
  struct stat about{};
  bool whole =
      ::fstat(file, &about) == 0 && S_ISREG(about.st_mode) && static_cast<std::size_t>(about.st_size) <= kPlanBytes;
  std::array<char, 65536> piece{};
  while (whole && bytes.size() <= kPlanBytes) {
    const ssize_t got = ::read(file, piece.data(), piece.size());
    if (got < 0) whole = false;
    if (got <= 0) break;
    bytes.append(piece.data(), static_cast<std::size_t>(got));
  }
  ::close(file);
  if (!whole || bytes.empty() || bytes.size() > kPlanBytes) return std::nullopt;
  return bytes;
}

/// Of an operation whose tool does not plan: the same inputs are the same plan.
std::string digest_of_inputs(const history::Snapshot& snapshot) {
  return sha256_hex(snapshot.digest + "\n" + snapshot.gate);
}

}  // namespace

/// The operation carries out status.plan: what was kept of it is read.
Task<Result<void>> Engine::State::take_approval(api::Deployment object, ActiveOperation& operation) {
  const api::Plan& plan = *object.status.plan;
  operation.approve_token = plan.id;
  operation.approved = executors::Inputs::Approved{.digest = plan.digest, .plan_file = {}};
  auto kept = co_await services.ports.repository.attached(object, ports::Attachment::Plan);
  if (!kept) co_return kept.error().with_context("the approved plan");
  if (*kept && (*kept)->note == plan.id)
    if (const auto bytes = (*kept)->values.find(kPlanEntry); bytes != (*kept)->values.end())
      operation.approved->plan_file = bytes->second;
  co_return Result<void>();
}

/// What the engine asks itself, for a tool that does not. A rollback needs no approval, nor does what was begun before.
Task<Result<std::optional<executors::Plan>>> Engine::State::question_of(api::Deployment object,
                                                                        ActiveOperation& operation) {
  const bool deploys = operation.journal.kind == api::OperationKind::Deploy;
  const std::string digest = digest_of_inputs(operation.snapshot);
  const bool approved = operation.approved && operation.approved->digest == digest;
  if (!deploys || operation.resumed || approved) co_return std::optional<executors::Plan>();
  std::optional<history::Snapshot> serving;
  if (object.status.revision > 0) {
    auto kept = co_await kept_snapshot(object, object.status.revision);
    if (!kept) co_return kept.error();
    serving = std::move(*kept);
  }
  co_return executors::Plan{
      .digest = digest, .summary = changed_inputs(serving ? &*serving : nullptr, operation.snapshot), .file = {}};
}

Task<Result<void>> Engine::State::keep_plan(api::Deployment object, std::string id, std::string path) {
  const std::function<std::optional<std::string>()> read = [path] { return read_plan(path); };
  auto bytes = co_await services.pool.run(read);
  if (!bytes) co_return co_await services.ports.repository.detach(object, ports::Attachment::Plan);
  co_return co_await services.ports.repository.attach(
      object, ports::Attachment::Plan, {.values = {{kPlanEntry, std::move(*bytes)}}, .note = std::move(id)});
}

/// The operation is over: no process, lock or slot waits. What waits is the plan in the status.
Task<Engine::State::Acted> Engine::State::await_approval(api::Deployment object, ObjectRun& run, Ended ended) {
  ActiveOperation& operation = *run.operation;
  const executors::Plan& made = *ended.plan;
  const WallTime now = services.ports.clock.wall();
  const bool rollback = operation.journal.kind == api::OperationKind::Rollback;
  const std::string already = ended.message.empty() ? "" : ended.message + "; ";
  AwaitedPlan awaited{.operation = operation.journal,
                      .plan = {.id = sha256_hex(made.digest + "\n" + operation.journal.id).substr(0, 16),
                               .kind = rollback ? api::PlanKind::Rollback : api::PlanKind::Deploy,
                               .digest = made.digest,
                               .add = made.add,
                               .change = made.change,
                               .destroy = made.destroy,
                               .summary = cut(already + one_line(made.summary), kSummaryBytes),
                               .created_at = now,
                               .expires_at = now + object.spec.approval.expires_after,
                               .inputs = operation.snapshot.digest,
                               .gate = operation.snapshot.gate,
                               .restored_revision = operation.journal.restored_revision},
                      .release_ran = ended.release_ran && operation.announced,
                      .generation = operation.generation,
                      .quarantine = operation.quarantine,
                      .reconcile_token = operation.reconcile_token,
                      .force_token = operation.force_token,
                      .rollback_token = operation.rollback_token,
                      .approve_token = operation.approve_token};
  if (awaited.quarantine) awaited.quarantine->since = now;
  if (!made.file.empty()) {
    const auto path = services.options.work_dir / operation.journal.id / made.file;
    if (const auto kept = co_await keep_plan(object, awaited.plan.id, path.string()); !kept) {
      if (kept.error().kind != ErrorKind::AlreadyExists) co_return after(kept.error());
      operation.pending.reset();
      co_return co_await close(object, run, {.error = kept.error(), .message = {}, .phase = ended.phase});
    }
  }
  const auto written = co_await recorder.write(object, awaiting(object, awaited, now));
  if (!written) co_return after(written.error());
  services.ports.log.about(LogLevel::Info, object.meta.key, "Made a plan that waits for approval",
                           {{"plan", Json(awaited.plan.id)},
                            {"operation", Json(std::string(api::to_string(operation.journal.kind)))},
                            {"summary", Json(services.ports.secrets.redact(awaited.plan.summary))}});
  co_await finish(object.meta.key, run);
  co_return std::nullopt;
}

}  // namespace deployctl::engine
