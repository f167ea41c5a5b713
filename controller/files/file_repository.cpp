#include "files/file_repository.hpp"

#include <algorithm>
#include <utility>

#include "api/constants.hpp"
#include "base/random.hpp"
#include "base/ulid.hpp"
#include "files/durable_file.hpp"
#include "files/kept_files.hpp"
#include "files/operation_end.hpp"

namespace deployctl::files {
namespace {

Error not_ours(const ObjectKey& key) {
  return fail(ErrorKind::Conflict, key.str() + " has changed although it is locked");
}

/// What the engine tests before it writes (ports/repository.hpp).
bool still_ours(const api::Deployment& seen, const api::Deployment& now) {
  if (seen.meta.uid != now.meta.uid) return false;
  if (!seen.status.operation) return !now.status.operation;
  return now.status.operation && now.status.operation->id == seen.status.operation->id;
}

bool is_known(const api::DeploymentStatus& status, std::int64_t revision) {
  return std::ranges::any_of(status.history, [&](const api::HistoryEntry& entry) {
    return entry.revision == revision && entry.result == api::HistoryResult::Succeeded;
  });
}

}  // namespace

FileRepository::FileRepository(const StateDirectory& state, Clock& clock, Options options)
    : state_(state), clock_(clock), options_(std::move(options)), history_(state) {}

Result<void> FileRepository::open_to_look(const ObjectKey& key) {
  auto loaded = load_object(state_, key);
  if (!loaded) return loaded.error();
  std::optional<StoredObject> stored = std::move(*loaded);
  if (!stored) stored.emplace().object.meta.key = key;
  stored_ = std::move(*stored);
  return {};
}

Result<void> FileRepository::open(const ObjectKey& key) {
  for (const auto& directory : {state_.objects(), state_.attachments(), state_.history()})
    remove_unfinished(directory, StateDirectory::stem(key));
  remove_unfinished(state_.revisions(key), "r");
  return open_to_look(key);
}

void FileRepository::ask(api::DeploymentSpec spec, Json config, std::map<std::string, std::string> secret_files) {
  api::ObjectMeta& meta = stored_.object.meta;
  if (meta.uid.empty()) meta.uid = make_ulid(clock_.wall(), random_bytes(10));
  if (meta.generation == 0 || stored_.object.undecodable || spec != stored_.object.spec) ++meta.generation;
  stored_.object.spec = std::move(spec);
  stored_.object.undecodable.reset();
  stored_.config = std::move(config);
  stored_.secret_files = std::move(secret_files);
  is_gone_ = false;
}

void FileRepository::request(std::string_view annotation, std::string value) {
  annotations_[std::string(annotation)] = std::move(value);
}

Result<void> FileRepository::ask_to_destroy() {
  api::ObjectMeta& meta = stored_.object.meta;
  meta.deleting = true;
  // A first write that was cut off may have left none; without one the engine lets go of it at once.
  if (std::ranges::find(meta.finalizers, api::kFinalizer) == meta.finalizers.end())
    meta.finalizers.emplace_back(api::kFinalizer);
  return save_object(state_, stored_);
}

Result<std::optional<api::Deployment>> FileRepository::find(const ObjectKey& key) {
  const bool there = !is_gone_ && stored_.object.meta.key == key && !stored_.object.meta.uid.empty();
  if (!there || (reached_ && reached_(stored_.object.status))) return std::optional<api::Deployment>{};
  api::Deployment found = stored_.object;
  found.meta.annotations = annotations_;
  if (only_requests_) found.spec.suspend = true;
  return std::optional(std::move(found));
}

Result<void> FileRepository::write(const api::Deployment& seen, api::DeploymentStatus next) {
  if (!still_ours(seen, stored_.object)) return not_ours(seen.meta.key);
  if (next == stored_.object.status) return {};
  const api::Deployment before = stored_.object;
  // The history first: a crash in between leaves the operation open, and it is told again when it has been recovered.
  if (auto told = tell_history(before.status, next); !told) return told;
  stored_.object.status = std::move(next);
  if (auto saved = save_object(state_, stored_); !saved) {
    stored_.object.status = before.status;
    return saved;
  }
  if (options_.changed) options_.changed(before, stored_.object.status);
  return {};
}

Result<void> FileRepository::tell_history(const api::DeploymentStatus& before, const api::DeploymentStatus& after) {
  const ObjectKey& key = stored_.object.meta.key;
  if (auto ended = ended_operation(key, before, after, clock_.wall()))
    if (auto kept = keep(std::move(*ended)); !kept) return kept;
  if (const auto undone = undone_revision(before, after))
    if (auto changed = history_.change_status(key, "Deploy", *undone, "RolledBack"); !changed) return changed;
  return {};
}

Json FileRepository::config_of(const HistoryRecord& record) const {
  if (record.restored_revision == 0) return stored_.config;
  const auto history = history_.read(record.key);
  if (!history) return nullptr;
  const auto restored = std::ranges::find(history->records, record.restored_revision, &HistoryRecord::revision);
  return restored == history->records.end() ? Json(nullptr) : restored->config;
}

Result<void> FileRepository::keep(HistoryRecord record) {
  record.config = config_of(record);
  if (options_.steps) record.steps = options_.steps();
  const auto asked = [this](std::string_view annotation) {
    const auto found = annotations_.find(std::string(annotation));
    return found == annotations_.end() ? std::string() : found->second;
  };
  // A cluster knows who deletes an object; its journal does not say.
  if (record.kind == "Destroy" && record.by.empty()) {
    record.by = asked(api::annotations::kRequestedBy);
    record.why = asked(api::annotations::kRequestReason);
  }
  if (auto written = history_.write(record); !written) return written;
  const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(stored_.object.spec.history_limit, 1));
  const auto pruned = history_.prune(record.key, limit, [this](const HistoryRecord& old) {
    return old.revision > 0 && is_known(stored_.object.status, old.revision);
  });
  if (!pruned && options_.warn) options_.warn(pruned.error().message);
  return {};
}

Task<Result<void>> FileRepository::announce(const api::Deployment& seen, api::DeploymentStatus next) {
  co_return write(seen, std::move(next));
}

Task<Result<void>> FileRepository::write_status(const api::Deployment& seen, api::DeploymentStatus next) {
  co_return write(seen, std::move(next));
}

Task<Result<void>> FileRepository::add_finalizer(const api::Deployment& seen) {
  if (stored_.object.meta.uid != seen.meta.uid) co_return Result<void>();
  auto& finalizers = stored_.object.meta.finalizers;
  if (std::ranges::find(finalizers, api::kFinalizer) != finalizers.end()) co_return Result<void>();
  finalizers.emplace_back(api::kFinalizer);
  auto saved = save_object(state_, stored_);
  if (!saved) finalizers.pop_back();
  co_return saved;
}

Task<Result<void>> FileRepository::remove_finalizer(const api::Deployment& seen) {
  if (stored_.object.meta.uid != seen.meta.uid) co_return Result<void>();
  const api::Deployment before = stored_.object;
  if (auto kept = keep(ended_destroy(before.meta.key, before.status, clock_.wall())); !kept) co_return kept;
  // Numbers only grow, so that a history never has two of one number.
  StoredObject rest;
  rest.object.meta.key = before.meta.key;
  rest.object.meta.uid = make_ulid(clock_.wall(), random_bytes(10));
  rest.object.spec = before.spec;
  rest.object.status.last_revision = before.status.last_revision;
  if (auto saved = save_object(state_, rest); !saved) co_return saved;
  stored_ = std::move(rest);
  is_gone_ = true;
  if (options_.changed) options_.changed(before, stored_.object.status);
  co_return Result<void>();
}

Task<Result<void>> FileRepository::save_revision(const api::Deployment& owner, ports::KeptRevision revision) {
  co_return files::save_revision(state_, owner.meta.key, revision, clock_.wall());
}

Task<Result<ports::KeptRevision>> FileRepository::load_revision(const api::Deployment& owner, std::int64_t number) {
  co_return files::load_revision(state_, owner.meta.key, number);
}

Task<Result<std::vector<ports::KeptRevisionInfo>>> FileRepository::list_revisions(const api::Deployment& owner) {
  co_return files::list_revisions(state_, owner.meta.key);
}

Task<Result<void>> FileRepository::delete_revision(const api::Deployment& owner, std::int64_t number) {
  co_return files::delete_revision(state_, owner.meta.key, number);
}

Task<Result<void>> FileRepository::attach(const api::Deployment& owner, ports::Attachment what,
                                          ports::AttachedValues values) {
  co_return files::attach(state_, owner.meta.key, what, values);
}

Task<Result<std::optional<ports::AttachedValues>>> FileRepository::attached(const api::Deployment& owner,
                                                                            ports::Attachment what) {
  co_return files::attached(state_, owner.meta.key, what);
}

Task<Result<void>> FileRepository::detach(const api::Deployment& owner, ports::Attachment what) {
  co_return files::detach(state_, owner.meta.key, what);
}

}  // namespace deployctl::files
