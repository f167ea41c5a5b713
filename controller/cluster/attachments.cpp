#include "cluster/attachments.hpp"

#include <utility>

#include "api/constants.hpp"
#include "base/sha256.hpp"
#include "cluster/own_secret.hpp"
#include "kube/json_patch.hpp"

namespace deployctl::cluster {

namespace {

constexpr std::string_view kNote = "deployctl.io/note";  ///< annotation: AttachedValues::note

/// Each with its length, so that no two contents read the same.
std::string hash_of(const ports::AttachedValues& values) {
  Sha256 hash;
  const auto add = [&](const std::string& text) {
    hash.update(std::to_string(text.size()) + "\n");
    hash.update(text);
  };
  add(values.note);
  for (const auto& [name, value] : values.values) {
    add(name);
    add(value);
  }
  return hash.finish_hex();
}

std::size_t bytes_of(const ports::AttachedValues& values) {
  std::size_t bytes = values.note.size();
  for (const auto& [name, value] : values.values) bytes += name.size() + value.size();
  return bytes;
}

}  // namespace

Json Attachments::draft(const ObjectKey& owner, const std::string& uid, ports::Attachment what,
                        const ports::AttachedValues& values) const {
  Json data = Json::object();
  for (const auto& [name, value] : values.values) data[name] = base64_encode(value);
  Json object = {{"apiVersion", "v1"}, {"kind", "Secret"}, {"type", "Opaque"}, {"data", std::move(data)}};
  object["metadata"] = {
      {"name", ports::attachment_name(owner.name, what)},
      {"namespace", owner.ns},
      {"labels", labels_of(owner, uid, installation_)},
      {"annotations", {{kOwner, owner.str()}, {kContent, hash_of(values)}, {kNote, values.note}}},
  };
  if (what == ports::Attachment::Outputs) object["metadata"]["finalizers"] = Json::array({api::kInUseFinalizer});
  return object;
}

Task<Result<void>> Attachments::save(ObjectKey owner, std::string uid, ports::Attachment what,
                                     ports::AttachedValues values) {
  const std::string secret = ports::attachment_name(owner.name, what);
  if (bytes_of(values) > api::limits::kRevisionSecretBytes)
    co_return fail(ErrorKind::Invalid, "what belongs into secret " + secret + " is larger than " +
                                           std::to_string(api::limits::kRevisionSecretBytes) + " bytes");
  Json wanted = draft(owner, uid, what, values);
  const auto made = co_await client_.send(kube::create(kube::kSecrets, owner.ns, wanted, api::kControllerName));
  if (made) co_return Result<void>();
  // Transient: the answer may be lost; the Secret itself says.
  if (made.error().kind != ErrorKind::AlreadyExists && made.error().kind != ErrorKind::Transient)
    co_return made.error();
  auto there = co_await client_.send_json(kube::get(kube::kSecrets, {owner.ns, secret}));
  if (!there) co_return there.error().kind == ErrorKind::NotFound ? made.error() : there.error();
  if (!belongs_to(*there, owner, installation_))
    co_return fail(ErrorKind::AlreadyExists, "secret " + secret + " exists and is not ours: rename or remove it");
  if (annotation(*there, kContent) == annotation(wanted, kContent)) co_return Result<void>();
  co_return co_await replace(std::move(owner), std::move(*there), std::move(wanted));
}

/// Everything of ours anew, in the very Secret that was looked at.
Task<Result<void>> Attachments::replace(ObjectKey owner, Json there, Json draft) {
  Json patch = Json::array();
  patch.push_back({{"op", "test"}, {"path", "/metadata/uid"}, {"value", meta_text(there, "uid")}});
  const auto set = [&](const char* path, const Json& value) {
    patch.push_back({{"op", "add"}, {"path", path}, {"value", value}});
  };
  const Json& metadata = draft.at("metadata");
  set("/data", draft.at("data"));
  set("/metadata/annotations", metadata.at("annotations"));
  set("/metadata/labels", metadata.at("labels"));
  const kube::PatchQuery query{.key = {owner.ns, meta_text(draft, "name")}, .field_manager = api::kControllerName};
  const auto patched = co_await client_.send(kube::json_patch(kube::kSecrets, query, patch));
  // Somebody took it away since it was looked at: it is made again.
  if (!patched && patched.error().kind == ErrorKind::NotFound)
    co_return fail(ErrorKind::Conflict, "secret " + query.key.name + " went while it was written");
  if (!patched) co_return patched.error();
  co_return Result<void>();
}

Task<Result<std::optional<ports::AttachedValues>>> Attachments::load(ObjectKey owner, ports::Attachment what) {
  const std::string secret = ports::attachment_name(owner.name, what);
  const auto found = co_await client_.send_json(kube::get(kube::kSecrets, {owner.ns, secret}));
  if (!found && found.error().kind == ErrorKind::NotFound) co_return std::optional<ports::AttachedValues>();
  if (!found) co_return found.error();
  if (!belongs_to(*found, owner, installation_)) co_return std::optional<ports::AttachedValues>();
  ports::AttachedValues values{.values = {}, .note = annotation(*found, kNote)};
  if (const Json* data = member(&*found, "data"); data != nullptr && data->is_object())
    for (const auto& [name, value] : data->items()) {
      auto bytes = value.is_string() ? base64_decode(value.get_ref<const std::string&>())
                                     : Result<std::string>(fail(ErrorKind::Invalid, "not text"));
      if (!bytes) co_return bytes.error().with_context("secret " + secret + ": " + name);
      values.values.emplace(name, std::move(*bytes));
    }
  // Somebody wrote into it: what it holds is not what was put there.
  if (hash_of(values) != annotation(*found, kContent)) co_return std::optional<ports::AttachedValues>();
  co_return std::optional(std::move(values));
}

Task<Result<void>> Attachments::remove(ObjectKey owner, ports::Attachment what) {
  const ObjectKey key{owner.ns, ports::attachment_name(owner.name, what)};
  const auto found = co_await client_.send_json(kube::get(kube::kSecrets, key));
  if (!found && found.error().kind == ErrorKind::NotFound) co_return Result<void>();
  if (!found) co_return found.error();
  if (!belongs_to(*found, owner, installation_)) co_return Result<void>();
  const std::string uid = meta_text(*found, "uid");
  const Json patch = kube::remove_finalizer_patch(uid, finalizers_of(*found), api::kInUseFinalizer);
  if (!patch.is_null()) {
    const kube::PatchQuery query{.key = key, .field_manager = api::kControllerName};
    const auto patched = co_await client_.send(kube::json_patch(kube::kSecrets, query, patch));
    if (!patched && patched.error().kind != ErrorKind::NotFound) co_return patched.error();
  }
  const auto removed = co_await client_.send(kube::remove(kube::kSecrets, key, uid));
  if (!removed && removed.error().kind != ErrorKind::NotFound) co_return removed.error();
  co_return Result<void>();
}

}  // namespace deployctl::cluster
