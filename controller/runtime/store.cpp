#include "runtime/store.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>

#include "kube/resource_version.hpp"

namespace deployctl::runtime {

namespace {

/// Fixed fields first, then two per annotation and one per finalizer.
enum Field : std::size_t { Ns, Name, Uid, Version, Deleted, Spec, Status, Message, Fixed };

struct Header {
  std::int64_t generation = 0;
  std::uint32_t finalizers = 0;
  std::uint32_t annotations = 0;
  std::uint8_t readable = 1;
  std::uint8_t error_kind = 0;
};

using Length = std::uint32_t;

std::vector<std::string_view> fields_of(const Stored& stored) {
  const kube::ObjectEnvelope& object = stored.object;
  std::vector<std::string_view> fields(Fixed);
  fields[Ns] = object.key.ns;
  fields[Name] = object.key.name;
  fields[Uid] = object.uid;
  fields[Version] = object.resource_version;
  fields[Deleted] = object.deletion_timestamp;
  fields[Spec] = object.spec;
  fields[Status] = object.status;
  if (stored.error) fields[Message] = stored.error->message;
  fields.insert(fields.end(), object.finalizers.begin(), object.finalizers.end());
  for (const auto& [name, value] : object.annotations) {
    fields.emplace_back(name);
    fields.emplace_back(value);
  }
  return fields;
}

Header header_of(const char* block) {
  Header header;
  std::memcpy(&header, block, sizeof(header));
  return header;
}

/// True when `next` says nothing newer than `kept` about the same object.
bool is_stale(const PackedObject& kept, const PackedObject& next) {
  if (kept.resource_version() == next.resource_version()) return kept.uid() == next.uid();
  return kube::is_older_version(next.resource_version(), kept.resource_version());
}

}  // namespace

PackedObject::PackedObject(const Stored& stored) {
  const std::vector<std::string_view> fields = fields_of(stored);
  Header header;
  header.generation = stored.object.generation;
  header.finalizers = static_cast<std::uint32_t>(stored.object.finalizers.size());
  header.annotations = static_cast<std::uint32_t>(stored.object.annotations.size());
  header.readable = stored.error ? 0 : 1;
  header.error_kind = stored.error ? static_cast<std::uint8_t>(stored.error->kind) : 0;

  std::size_t total = sizeof(Header) + fields.size() * sizeof(Length);
  for (const std::string_view field : fields) total += field.size();
  block_ = std::make_unique_for_overwrite<char[]>(total);
  std::memcpy(block_.get(), &header, sizeof(header));
  char* length_at = block_.get() + sizeof(Header);
  char* bytes_at = length_at + fields.size() * sizeof(Length);
  for (const std::string_view field : fields) {
    const auto length = static_cast<Length>(field.size());
    std::memcpy(length_at, &length, sizeof(length));
    std::ranges::copy(field, bytes_at);
    length_at += sizeof(Length);
    bytes_at += field.size();
  }
}

std::string_view PackedObject::field(std::size_t index) const {
  const Header header = header_of(block_.get());
  const std::size_t count = Fixed + header.finalizers + 2U * header.annotations;
  const char* lengths = block_.get() + sizeof(Header);
  std::size_t offset = sizeof(Header) + count * sizeof(Length);
  Length length = 0;
  for (std::size_t i = 0; i <= index; ++i) {
    offset += length;
    std::memcpy(&length, lengths + i * sizeof(Length), sizeof(length));
  }
  return {block_.get() + offset, length};
}

std::string_view PackedObject::ns() const { return field(Ns); }
std::string_view PackedObject::name() const { return field(Name); }
std::string_view PackedObject::uid() const { return field(Uid); }
std::string_view PackedObject::resource_version() const { return field(Version); }

Stored PackedObject::unpack() const {
  const Header header = header_of(block_.get());
  Stored stored;
  kube::ObjectEnvelope& object = stored.object;
  object.key = key();
  object.uid = uid();
  object.resource_version = resource_version();
  object.generation = header.generation;
  object.deletion_timestamp = field(Deleted);
  object.spec = field(Spec);
  object.status = field(Status);
  if (header.readable == 0)
    stored.error = Error{static_cast<ErrorKind>(header.error_kind), std::string(field(Message))};
  std::size_t at = Fixed;
  for (std::uint32_t i = 0; i < header.finalizers; ++i) object.finalizers.emplace_back(field(at++));
  for (std::uint32_t i = 0; i < header.annotations; ++i, at += 2) object.annotations.emplace(field(at), field(at + 1));
  return stored;
}

std::size_t Store::Hash::of(std::string_view ns, std::string_view name) {
  const std::size_t first = std::hash<std::string_view>{}(ns);
  return first ^ (std::hash<std::string_view>{}(name) + 0x9e3779b97f4a7c15U + (first << 6U) + (first >> 2U));
}

void Store::Batch::add(const Stored& stored) {
  seen_.insert(stored.object.key);
  const auto kept = store_->objects_.find(stored.object.key);
  if (kept != store_->objects_.end() && kept->resource_version() == stored.object.resource_version &&
      kept->uid() == stored.object.uid)
    return;
  objects_.emplace_back(stored);
}

std::optional<Stored> Store::find(const ObjectKey& key) const {
  const auto found = objects_.find(key);
  if (found == objects_.end()) return std::nullopt;
  return found->unpack();
}

std::vector<ObjectKey> Store::keys() const {
  std::vector<ObjectKey> keys;
  keys.reserve(objects_.size());
  for (const PackedObject& object : objects_) keys.push_back(object.key());
  return keys;
}

bool Store::put(const Stored& stored) { return put(PackedObject(stored)); }

bool Store::put(PackedObject object) {
  const auto found = objects_.find(object);
  if (found != objects_.end()) {
    if (is_stale(*found, object)) return false;
    objects_.erase(found);
  }
  objects_.insert(std::move(object));
  return true;
}

bool Store::remove(const ObjectKey& key, std::string_view uid) {
  const auto found = objects_.find(key);
  if (found == objects_.end() || (!uid.empty() && !found->uid().empty() && found->uid() != uid)) return false;
  objects_.erase(found);
  return true;
}

void Store::forget_versions(std::string_view ns) {
  std::vector<Stored> kept;
  for (const PackedObject& object : objects_)
    if (ns.empty() || object.ns() == ns) kept.push_back(object.unpack());
  for (Stored& stored : kept) {
    stored.object.resource_version.clear();
    objects_.erase(objects_.find(stored.object.key));
    objects_.emplace(stored);
  }
}

Store::Changes Store::replace(std::string_view ns, Batch batch) {
  Changes changes;
  for (const PackedObject& kept : objects_)
    if (ObjectKey key = kept.key(); (ns.empty() || key.ns == ns) && !batch.seen_.contains(key))
      changes.removed.push_back(std::move(key));
  for (const ObjectKey& key : changes.removed) objects_.erase(objects_.find(key));
  for (PackedObject& object : batch.objects_)
    if (ObjectKey key = object.key(); put(std::move(object))) changes.changed.push_back(std::move(key));
  return changes;
}

}  // namespace deployctl::runtime
