// What a removal reads that may be gone by then, and what people are told of it: of a Destroy, and of a move, which
// removes at the former target before it deploys at the new one.

#include <memory>
#include <utility>

#include "api/constants.hpp"
#include "base/random.hpp"
#include "base/ulid.hpp"
#include "engine/assemble.hpp"
#include "engine/engine_state.hpp"
#include "engine/status_parts.hpp"
#include "history/target.hpp"

namespace deployctl::engine {

/// People are told, for the copy may be older than what they deleted.
void Engine::State::tell_sealed_copy(const api::Deployment& object, const sources::SealedReferences& references,
                                     std::int64_t revision) const {
  if (references.used().empty()) return;
  std::string names;
  for (const std::string& each : references.used()) names += (names.empty() ? "" : ", ") + each;
  services.ports.log.about(LogLevel::Warning, object.meta.key, "Used the sealed copy of what is gone",
                           {{"revision", Json(revision)}, {"gone", Json(names)}});
  services.ports.events.publish(
      object.meta, {.type = ports::EventType::Warning,
                    .reason = std::string(api::reasons::kDependencyNotReady),
                    .action = "Destroy",
                    .note = "destroying with the copy sealed in revision " + std::to_string(revision) + ": " + names +
                            (references.used().size() == 1 ? " is gone" : " are gone")});
}

/// What it removes may not be what was made with them.
void Engine::State::tell_left_out(const api::Deployment& object, const std::vector<std::string>& left_out) const {
  if (left_out.empty()) return;
  const std::string words = parts::without_words(left_out);
  services.ports.log.about(LogLevel::Warning, object.meta.key, "Removes without what is gone",
                           {{"missing", Json(words)}});
  services.ports.events.publish(object.meta, {.type = ports::EventType::Warning,
                                              .reason = std::string(api::reasons::kDependencyNotReady),
                                              .action = "Destroy",
                                              .note = "destroying " + words});
}

/// The newest kept revision that lives there. The newest of all may be of a move that did not come through.
Task<Result<std::int64_t>> Engine::State::newest_at(api::Deployment object, api::Target target) {
  const auto kept = co_await services.ports.repository.list_revisions(object);
  if (!kept) co_return kept.error();
  for (const ports::KeptRevisionInfo& revision : *kept) {
    const auto snapshot = co_await kept_snapshot(object, revision.number);
    if (!snapshot) co_return snapshot.error();
    if (const auto& there = *snapshot; there && !history::target_move(target, there->target)) co_return revision.number;
  }
  co_return fail(ErrorKind::NotFound, "what was deployed at the former target is not known any more");
}

Task<Result<std::unique_ptr<executors::Procedure>>> Engine::State::removal_at_old_target(api::Deployment object,
                                                                                         ActiveOperation& operation) {
  const auto found = co_await newest_at(object, *object.status.target);
  if (!found) co_return found.error();
  const std::int64_t revision = *found;
  auto snapshot = co_await load(object, revision);
  if (!snapshot) co_return snapshot.error();
  sources::SealedReferences references(services.ports.references, snapshot->sealed);
  auto values = co_await values_of(services, references, object.meta.key, *snapshot, sources::Missing::LeaveOut);
  if (!values) co_return values.error();
  operation.left_out = values->left_out;
  const std::string id = make_ulid(services.ports.clock.wall(), random_bytes(10));
  operation.directories.push_back(id);
  auto inputs =
      co_await assemble_inputs(services, references, object, *snapshot, std::move(*values), id, &operation.left_out);
  if (!inputs) co_return inputs.error();
  tell_sealed_copy(object, references, revision);
  tell_left_out(object, operation.left_out);
  // Its steps run as steps of this operation: what they need is written there.
  inputs->work_dir = (services.options.work_dir / operation.journal.id).string();
  inputs->revision = revision;
  inputs->inventory = snapshot->remembered.inventory;
  co_return services.ports.executors.find(snapshot->spec.type)->destroy(std::move(*inputs));
}

/// Nothing: there is no other place to empty.
Task<Result<OperationPlan::Make>> Engine::State::plan_of_move(api::Deployment object, ActiveOperation& operation) {
  if (!operation.moves) co_return OperationPlan::Make{};
  auto removal = co_await removal_at_old_target(object, operation);
  if (!removal) co_return removal.error();
  auto shared = std::make_shared<std::unique_ptr<executors::Procedure>>(std::move(*removal));
  co_return OperationPlan::Make([shared] { return std::move(*shared); });
}

}  // namespace deployctl::engine
