#include "support/fake_repository.hpp"

#include <algorithm>
#include <utility>

#include "api/constants.hpp"

namespace deployctl::support {

namespace {

bool has_finalizer(const api::Deployment& object) {
  return std::ranges::find(object.meta.finalizers, api::kFinalizer) != object.meta.finalizers.end();
}

/// What a JSON PATCH of /status tests before it writes.
bool still_ours(const api::Deployment& seen, const api::Deployment& now) {
  if (seen.meta.uid != now.meta.uid) return false;
  if (!seen.status.operation) return !now.status.operation;
  return now.status.operation && now.status.operation->id == seen.status.operation->id &&
         now.status.operation->holder.identity == seen.status.operation->holder.identity;
}

Error conflict(const ObjectKey& key) { return fail(ErrorKind::Conflict, key.str() + " has changed"); }

}  // namespace

void FakeRepository::put(api::Deployment object) {
  const ObjectKey key = object.meta.key;
  if (object.meta.uid.empty()) object.meta.uid = "uid-" + key.name;
  if (object.meta.generation == 0) object.meta.generation = 1;
  objects_[key] = std::move(object);
  changed(key);
}

void FakeRepository::edit(const ObjectKey& key, const std::function<void(api::DeploymentSpec&)>& change) {
  api::Deployment& object = objects_.at(key);
  const api::DeploymentSpec before = object.spec;
  change(object.spec);
  if (object.spec == before) return;
  ++object.meta.generation;
  changed(key);
}

void FakeRepository::annotate(const ObjectKey& key, const std::string& annotation, const std::string& value) {
  objects_.at(key).meta.annotations[annotation] = value;
  changed(key);
}

void FakeRepository::request_deletion(const ObjectKey& key) {
  api::Deployment& object = objects_.at(key);
  if (object.meta.finalizers.empty()) return erase(key);
  if (!object.meta.deleting) ++object.meta.generation;
  object.meta.deleting = true;
  changed(key);
}

void FakeRepository::erase(const ObjectKey& key) {
  objects_.erase(key);
  changed(key);
}

void FakeRepository::overwrite_status(const ObjectKey& key, api::DeploymentStatus status) {
  objects_.at(key).status = std::move(status);
  changed(key);
}

void FakeRepository::fail_write(std::size_t k, Error error, bool took_effect) {
  failure_ = Failure{sent_ + k, std::move(error), took_effect};
}

void FakeRepository::cache_is_behind(const ObjectKey& key) { behind_[key] = true; }

void FakeRepository::cache_caught_up(const ObjectKey& key) {
  behind_.erase(key);
  if (on_change) on_change(key);
}

std::size_t FakeRepository::status_writes() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      writes_, [](const Write& write) { return write.kind == Kind::Announce || write.kind == Kind::WriteStatus; }));
}

std::vector<std::int64_t> FakeRepository::revision_numbers(const ObjectKey& key) const {
  std::vector<std::int64_t> numbers;
  if (const auto found = revisions_.find(key); found != revisions_.end())
    for (const auto& [number, revision] : found->second) numbers.insert(numbers.begin(), number);
  return numbers;
}

const ports::KeptRevision& FakeRepository::revision(const ObjectKey& key, std::int64_t number) const {
  return revisions_.at(key).at(number);
}

void FakeRepository::lose_revision(const ObjectKey& key, std::int64_t number) { revisions_[key].erase(number); }

void FakeRepository::occupy_revision(const ObjectKey& key, std::int64_t number) { foreign_[key][number] = true; }

Result<std::optional<api::Deployment>> FakeRepository::find(const ObjectKey& key) {
  if (behind_.contains(key))
    return fail(ErrorKind::Conflict, "the cache of " + key.str() + " is older than our own write");
  const api::Deployment* object = lookup(key);
  if (object == nullptr) return std::optional<api::Deployment>{};
  return std::optional<api::Deployment>(*object);
}

Task<Result<void>> FakeRepository::announce(const api::Deployment& seen, api::DeploymentStatus next) {
  api::Deployment* object = lookup(seen.meta.key);
  if (object == nullptr) co_return fail(ErrorKind::NotFound, seen.meta.key.str() + " is gone");
  if (object->meta.resource_version != seen.meta.resource_version) co_return conflict(seen.meta.key);
  co_return store_status(Kind::Announce, *object, std::move(next));
}

Task<Result<void>> FakeRepository::write_status(const api::Deployment& seen, api::DeploymentStatus next) {
  api::Deployment* object = lookup(seen.meta.key);
  if (object == nullptr) co_return fail(ErrorKind::NotFound, seen.meta.key.str() + " is gone");
  if (!still_ours(seen, *object)) co_return conflict(seen.meta.key);
  co_return store_status(Kind::WriteStatus, *object, std::move(next));
}

Task<Result<void>> FakeRepository::add_finalizer(const api::Deployment& seen) {
  api::Deployment* object = lookup(seen.meta.key);
  if (object == nullptr || has_finalizer(*object)) co_return Result<void>();
  if (object->meta.uid != seen.meta.uid) co_return conflict(seen.meta.key);
  co_return send({.kind = Kind::AddFinalizer, .key = seen.meta.key}, [this, object] {
    object->meta.finalizers.emplace_back(api::kFinalizer);
    changed(object->meta.key);
  });
}

Task<Result<void>> FakeRepository::remove_finalizer(const api::Deployment& seen) {
  api::Deployment* object = lookup(seen.meta.key);
  if (object == nullptr || !has_finalizer(*object)) co_return Result<void>();
  if (object->meta.uid != seen.meta.uid) co_return conflict(seen.meta.key);
  co_return send({.kind = Kind::RemoveFinalizer, .key = seen.meta.key}, [this, object] {
    const ObjectKey key = object->meta.key;
    std::erase(object->meta.finalizers, api::kFinalizer);
    if (object->meta.deleting && object->meta.finalizers.empty()) objects_.erase(key);
    changed(key);
  });
}

Task<Result<void>> FakeRepository::save_revision(const api::Deployment& owner, ports::KeptRevision revision) {
  const ObjectKey key = owner.meta.key;
  if (foreign_[key].contains(revision.number))
    co_return fail(ErrorKind::Conflict, "secret of revision " + std::to_string(revision.number) + " is not ours");
  if (const auto there = revisions_[key].find(revision.number); there != revisions_[key].end()) {
    if (there->second.digest == revision.digest && there->second.payload == revision.payload) co_return Result<void>();
    co_return fail(ErrorKind::Conflict, "revision " + std::to_string(revision.number) + " differs");
  }
  const Write write{.kind = Kind::SaveRevision, .key = key, .revision = revision.number};
  co_return send(write, [this, &key, &revision] { revisions_[key][revision.number] = revision; });
}

Task<Result<ports::KeptRevision>> FakeRepository::load_revision(const api::Deployment& owner, std::int64_t number) {
  const auto& kept = revisions_[owner.meta.key];
  const auto found = kept.find(number);
  if (found == kept.end()) co_return fail(ErrorKind::NotFound, "revision " + std::to_string(number) + " is gone");
  co_return found->second;
}

Task<Result<std::vector<ports::KeptRevisionInfo>>> FakeRepository::list_revisions(const api::Deployment& owner) {
  if (list_refused) co_return *list_refused;
  std::vector<ports::KeptRevisionInfo> infos;
  for (const auto& [number, revision] : revisions_[owner.meta.key])
    infos.insert(infos.begin(), ports::KeptRevisionInfo{number, revision.digest, "2026-01-01T00:00:00Z"});
  co_return infos;
}

Task<Result<void>> FakeRepository::delete_revision(const api::Deployment& owner, std::int64_t number) {
  const ObjectKey key = owner.meta.key;
  if (!revisions_[key].contains(number)) co_return Result<void>();
  co_return send({.kind = Kind::DeleteRevision, .key = key, .revision = number},
                 [this, &key, number] { revisions_[key].erase(number); });
}

const ports::AttachedValues* FakeRepository::attachment(const ObjectKey& key, ports::Attachment what) const {
  const auto of_object = attachments_.find(key);
  if (of_object == attachments_.end()) return nullptr;
  const auto found = of_object->second.find(what);
  return found == of_object->second.end() ? nullptr : &found->second;
}

Task<Result<void>> FakeRepository::attach(const api::Deployment& owner, ports::Attachment what,
                                          ports::AttachedValues values) {
  const ObjectKey key = owner.meta.key;
  if (foreign_attachments_[key].contains(what))
    co_return fail(ErrorKind::AlreadyExists, "the secret exists and is not ours");
  if (const auto* there = attachment(key, what); there != nullptr && *there == values) co_return Result<void>();
  co_return send({.kind = Kind::Attach, .key = key}, [&] { attachments_[key][what] = std::move(values); });
}

Task<Result<std::optional<ports::AttachedValues>>> FakeRepository::attached(const api::Deployment& owner,
                                                                            ports::Attachment what) {
  if (attachments_unreadable) co_return *attachments_unreadable;
  const auto* there = attachment(owner.meta.key, what);
  co_return there == nullptr ? std::optional<ports::AttachedValues>() : std::optional(*there);
}

Task<Result<void>> FakeRepository::detach(const api::Deployment& owner, ports::Attachment what) {
  const ObjectKey key = owner.meta.key;
  if (attachment(key, what) == nullptr) co_return Result<void>();
  co_return send({.kind = Kind::Detach, .key = key}, [&] { attachments_[key].erase(what); });
}

Result<void> FakeRepository::send(Write write, const std::function<void()>& apply) {
  ++sent_;
  if (const auto refusal = refused.find({write.key, write.kind}); refusal != refused.end()) return refusal->second;
  const bool fails = failure_ && failure_->at == sent_;
  if (fails && !failure_->took_effect) return failure_->error;
  writes_.push_back(std::move(write));
  apply();
  if (fails) return failure_->error;
  return {};
}

Result<void> FakeRepository::store_status(Kind kind, api::Deployment& object, api::DeploymentStatus next) {
  if (object.status == next) return {};
  const ObjectKey key = object.meta.key;
  return send({.kind = kind, .key = key, .status = next}, [this, &object, &next, &key] {
    object.status = std::move(next);
    changed(key);
  });
}

void FakeRepository::changed(const ObjectKey& key) {
  if (api::Deployment* object = lookup(key)) object->meta.resource_version = std::to_string(++version_);
  if (on_change) on_change(key);
}

api::Deployment* FakeRepository::lookup(const ObjectKey& key) {
  const auto found = objects_.find(key);
  return found == objects_.end() ? nullptr : &found->second;
}

}  // namespace deployctl::support
