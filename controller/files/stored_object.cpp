#include "files/stored_object.hpp"

#include <algorithm>
#include <utility>

#include "api/readable.hpp"
#include "base/text.hpp"
#include "files/durable_file.hpp"

namespace deployctl::files {
namespace {

constexpr std::size_t kMostBytes = 4U * 1024 * 1024;
constexpr std::string_view kEnding = ".json";

const Json& member(const Json& json, const char* name) {
  static const Json kNothing;
  const auto found = json.find(name);
  return found == json.end() ? kNothing : *found;
}

std::string text(const Json& json, const char* name) {
  const Json& found = member(json, name);
  return found.is_string() ? found.get<std::string>() : std::string();
}

/// A spec of another version of deployctl is kept as far as it can be read, as the controller does.
void read_spec(const Json& json, api::Deployment& into) {
  auto spec = api::decode_spec(json);
  if (spec) {
    into.spec = std::move(*spec);
  } else {
    into.undecodable = std::move(spec.error());
    into.spec = api::readable_part(json);
  }
}

Result<StoredObject> object_of(const Json& json, const ObjectKey& key) {
  if (!json.is_object()) return fail(ErrorKind::Invalid, "it is no JSON object");
  if (text(json, "app") != key.name || text(json, "env") != key.ns)
    return fail(ErrorKind::Invalid, "it tells of another app");
  StoredObject stored;
  api::ObjectMeta& meta = stored.object.meta;
  meta.key = key;
  meta.uid = text(json, "uid");
  if (meta.uid.empty()) return fail(ErrorKind::Invalid, "\"uid\" is missing");
  if (const Json& generation = member(json, "generation"); generation.is_number_integer())
    meta.generation = generation.get<std::int64_t>();
  meta.deleting = member(json, "destroying") == true;
  if (const Json& finalizers = member(json, "finalizers"); finalizers.is_array())
    for (const Json& each : finalizers)
      if (each.is_string()) meta.finalizers.push_back(each.get<std::string>());
  read_spec(member(json, "spec"), stored.object);
  stored.object.status = api::decode_status(member(json, "status"));
  stored.config = member(json, "config");
  if (const Json& paths = member(json, "secret_files"); paths.is_object())
    for (const auto& [name, path] : paths.items())
      if (path.is_string()) stored.secret_files[name] = path.get<std::string>();
  return stored;
}

Json json_of(const StoredObject& stored) {
  const api::ObjectMeta& meta = stored.object.meta;
  Json json{{"app", meta.key.name},
            {"env", meta.key.ns},
            {"uid", meta.uid},
            {"generation", meta.generation},
            {"finalizers", meta.finalizers},
            {"spec", api::encode_spec(stored.object.spec)},
            {"status", api::encode_status(stored.object.status)},
            {"config", stored.config},
            {"secret_files", stored.secret_files}};
  if (meta.deleting) json["destroying"] = true;
  return json;
}

Result<std::optional<StoredObject>> read(const std::filesystem::path& file, const ObjectKey& key) {
  auto whole = read_whole(file, kMostBytes);
  if (!whole) return whole.error();
  const std::optional<std::string> bytes = std::move(*whole);
  if (!bytes) return std::optional<StoredObject>{};
  const auto json = parse_json(*bytes, {.max_bytes = kMostBytes});
  auto stored = json ? object_of(*json, key) : Result<StoredObject>(json.error());
  if (!stored)
    return fail(ErrorKind::Invalid, cut(one_line(file.string()), 300) +
                                        " is damaged or was not written by deployctl (" + stored.error().message +
                                        "): move it away; what serves is then found again by its kept revisions");
  return std::optional(std::move(*stored));
}

}  // namespace

Result<std::optional<StoredObject>> load_object(const StateDirectory& state, const ObjectKey& key) {
  return read(state.object(key), key);
}

Result<void> save_object(const StateDirectory& state, const StoredObject& stored) {
  const std::string bytes = json_of(stored).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  return write_durably(state.object(stored.object.meta.key), bytes);
}

Result<StoredObjects> load_objects(const StateDirectory& state) {
  const auto names = names_in(state.objects());
  if (!names) return names.error();
  StoredObjects all;
  for (const std::string& name : *names) {
    const auto key = name.ends_with(kEnding)
                         ? StateDirectory::key_of(std::string_view(name).substr(0, name.size() - kEnding.size()))
                         : std::nullopt;
    auto stored = key ? load_object(state, *key)
                      : Result<std::optional<StoredObject>>(fail(
                            ErrorKind::Invalid,
                            cut(one_line((state.objects() / name).string()), 300) + ": deployctl gives no such name"));
    if (!stored) {
      all.warnings.push_back("left out: " + stored.error().message);
      continue;
    }
    std::optional<StoredObject> found = std::move(*stored);
    if (found) all.objects.push_back(std::move(*found));
  }
  std::ranges::sort(all.objects, {}, [](const StoredObject& each) { return each.object.meta.key; });
  return all;
}

}  // namespace deployctl::files
