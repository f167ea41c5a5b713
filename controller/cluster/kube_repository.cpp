#include "cluster/kube_repository.hpp"

#include <algorithm>
#include <utility>

#include "api/constants.hpp"
#include "api/readable.hpp"
#include "cluster/status_patch.hpp"
#include "kube/json_patch.hpp"

namespace deployctl::cluster {

namespace {

api::ObjectMeta meta_of(const kube::ObjectEnvelope& object) {
  return {.key = object.key,
          .uid = object.uid,
          .resource_version = object.resource_version,
          .generation = object.generation,
          .deleting = object.deleting(),
          .finalizers = object.finalizers,
          .annotations = object.annotations};
}

/// An object of this kind that is no JSON object is read as empty.
Result<Json> object_of(const std::string& raw) {
  if (raw.empty()) return Json::object();
  Result<Json> json = parse_json(raw);
  if (json && !json->is_object()) return fail(ErrorKind::Invalid, "expected an object");
  return json;
}

/// A spec that does not decode is kept as far as it can be read.
void read_spec(const std::string& raw, api::Deployment& into) {
  const Result<Json> json = object_of(raw).with_context("spec");
  auto spec = json ? api::decode_spec(*json) : Result<api::DeploymentSpec>(json.error());
  if (spec) {
    into.spec = std::move(*spec);
  } else {
    into.undecodable = std::move(spec.error());
    if (json) into.spec = api::readable_part(*json);
  }
}

/// Anybody with the right may have written junk there: what cannot be read counts as not written.
api::DeploymentStatus status_of(const std::string& raw) {
  const Result<Json> json = object_of(raw);
  return api::decode_status(json ? *json : Json::object());
}

/// Conditions that are there already count as success.
Result<void> unless_gone(Error error) {
  if (error.kind == ErrorKind::NotFound) return {};
  return error;
}

}  // namespace

KubeRepository::KubeRepository(kube::Client& client, Clock& clock, runtime::Store& store, std::string installation)
    : client_(client),
      clock_(clock),
      store_(store),
      revisions_(client, installation),
      attachments_(client, std::move(installation)) {}

Result<std::optional<api::Deployment>> KubeRepository::find(const ObjectKey& key) {
  const std::optional<runtime::Stored> stored = store_.find(key);
  if (!stored) return std::optional<api::Deployment>{};
  api::Deployment found;
  found.meta = meta_of(stored->object);
  if (stored->error) {
    found.undecodable = stored->error;
    return std::optional(std::move(found));
  }
  found.status = status_of(stored->object.status);
  read_spec(stored->object.spec, found);
  return std::optional(std::move(found));
}

Task<Result<void>> KubeRepository::announce(const api::Deployment& seen, api::DeploymentStatus next) {
  const Json before = status_before(seen);
  Json after = api::encode_status(next);
  if (before == after) co_return Result<void>();
  const kube::PatchQuery query{.key = seen.meta.key, .subresource = "status", .field_manager = api::kStatusManager};
  kube::Request request = kube::merge_patch(
      kDeployments, query, announce_patch(seen.meta, before.is_object() ? before : Json::object(), after));
  co_return co_await send_status(seen.meta.key, seen.meta.uid, std::move(request), std::move(after));
}

Task<Result<void>> KubeRepository::write_status(const api::Deployment& seen, api::DeploymentStatus next) {
  const Json before = status_before(seen);
  Json after = api::encode_status(next);
  if (before == after) co_return Result<void>();
  const kube::PatchQuery query{.key = seen.meta.key, .subresource = "status", .field_manager = api::kStatusManager};
  kube::Request request =
      kube::json_patch(kDeployments, query, guarded_status_patch(status_tests(seen), before, after));
  co_return co_await send_status(seen.meta.key, seen.meta.uid, std::move(request), std::move(after));
}

Task<Result<void>> KubeRepository::add_finalizer(const api::Deployment& seen) {
  const auto stored = store_.find(seen.meta.key);
  if (!stored || stored->object.uid != seen.meta.uid) co_return Result<void>();
  if (stored->error) co_return *stored->error;
  const auto& present = stored->object.finalizers;
  if (std::ranges::find(present, api::kFinalizer) != present.end()) co_return Result<void>();
  co_return co_await send_finalizer(seen.meta.key, kube::add_finalizer_patch(seen.meta.uid, present, api::kFinalizer));
}

Task<Result<void>> KubeRepository::remove_finalizer(const api::Deployment& seen) {
  const auto stored = store_.find(seen.meta.key);
  if (!stored || stored->object.uid != seen.meta.uid) co_return Result<void>();
  Json patch = kube::remove_finalizer_patch(seen.meta.uid, stored->object.finalizers, api::kFinalizer);
  if (patch.is_null()) co_return Result<void>();
  if (auto released = co_await revisions_.release(seen.meta.key); !released) co_return released.error();
  co_return co_await send_finalizer(seen.meta.key, std::move(patch));
}

Task<Result<void>> KubeRepository::save_revision(const api::Deployment& owner, ports::KeptRevision revision) {
  co_return co_await revisions_.save(owner.meta.key, owner.meta.uid, std::move(revision));
}

Task<Result<ports::KeptRevision>> KubeRepository::load_revision(const api::Deployment& owner, std::int64_t number) {
  co_return co_await revisions_.load(owner.meta.key, number);
}

Task<Result<std::vector<ports::KeptRevisionInfo>>> KubeRepository::list_revisions(const api::Deployment& owner) {
  co_return co_await revisions_.list(owner.meta.key);
}

Task<Result<void>> KubeRepository::delete_revision(const api::Deployment& owner, std::int64_t number) {
  co_return co_await revisions_.remove(owner.meta.key, number);
}

Task<Result<void>> KubeRepository::attach(const api::Deployment& owner, ports::Attachment what,
                                          ports::AttachedValues values) {
  co_return co_await attachments_.save(owner.meta.key, owner.meta.uid, what, std::move(values));
}

Task<Result<std::optional<ports::AttachedValues>>> KubeRepository::attached(const api::Deployment& owner,
                                                                            ports::Attachment what) {
  co_return co_await attachments_.load(owner.meta.key, what);
}

Task<Result<void>> KubeRepository::detach(const api::Deployment& owner, ports::Attachment what) {
  co_return co_await attachments_.remove(owner.meta.key, what);
}

/// The status as the server has it, so that junk in it is removed; null when there is none.
Json KubeRepository::status_before(const api::Deployment& seen) const {
  const auto stored = store_.find(seen.meta.key);
  if (!stored || stored->object.resource_version != seen.meta.resource_version) return api::encode_status(seen.status);
  if (stored->object.status.empty()) return nullptr;
  Result<Json> json = object_of(stored->object.status);
  return json ? std::move(*json) : Json(nullptr);
}

bool KubeRepository::shows(const ObjectKey& key, const std::string& uid, const Json& status) const {
  const auto stored = store_.find(key);
  if (!stored || stored->object.uid != uid) return false;
  const Result<Json> json = object_of(stored->object.status);
  return json && *json == status;
}

void KubeRepository::take_answer(const std::string& body) {
  Result<kube::ObjectEnvelope> object = kube::decode_object(body);
  if (object) store_.put({std::move(*object), std::nullopt});
}

Task<Result<void>> KubeRepository::send_status(ObjectKey key, std::string uid, kube::Request request, Json status) {
  // Sent twice, the second would fail the tests of the first.
  request.repeatable = false;
  const Result<std::string> answer = co_await client_.send(std::move(request));
  if (answer) {
    take_answer(*answer);
    co_return Result<void>();
  }
  if (answer.error().kind != ErrorKind::Transient) co_return answer.error();
  const SteadyTime deadline = clock_.steady() + kSettleLimit;
  while (!shows(key, uid, status)) {
    if (clock_.steady() >= deadline) co_return answer.error();
    co_await clock_.sleep_for(kSettleInterval);
  }
  co_return Result<void>();
}

Task<Result<void>> KubeRepository::send_finalizer(ObjectKey key, Json patch) {
  const kube::PatchQuery query{.key = key, .field_manager = api::kControllerName};
  const Result<std::string> answer = co_await client_.send(kube::json_patch(kDeployments, query, patch));
  if (!answer) co_return unless_gone(answer.error());
  take_answer(*answer);
  co_return Result<void>();
}

}  // namespace deployctl::cluster
