#include "files/kept_files.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <string>
#include <utility>

#include "base/sha256.hpp"
#include "base/strict_json.hpp"
#include "files/durable_file.hpp"

namespace deployctl::files {
namespace {

/// A revision at its cap is 7.2 MiB (history/snapshot); its first line is small.
constexpr std::size_t kMostRevisionBytes = 16U * 1024 * 1024;
constexpr std::size_t kMostAttachmentBytes = 64U * 1024 * 1024;

std::filesystem::path file_of(const StateDirectory& state, const ObjectKey& key, std::int64_t number) {
  return state.revisions(key) / ("r" + std::to_string(number));
}

std::optional<std::int64_t> number_of(std::string_view name) {
  if (!name.starts_with('r')) return std::nullopt;
  std::int64_t number = 0;
  const char* const end = name.data() + name.size();
  const auto [stopped, error] = std::from_chars(name.data() + 1, end, number);
  if (error != std::errc() || stopped != end || number < 1) return std::nullopt;
  return number;
}

std::string text(const Json& in, const char* name) {
  const auto found = in.find(name);
  return found != in.end() && found->is_string() ? found->get<std::string>() : std::string();
}

struct Read {
  ports::KeptRevision revision;
  std::string created;
};

/// A line of JSON, then the payload as it is.
Result<Read> read_revision(const StateDirectory& state, const ObjectKey& key, std::int64_t number) {
  const auto file = file_of(state, key, number);
  auto whole = read_whole(file, kMostRevisionBytes);
  if (!whole) return whole.error();
  const std::optional<std::string> bytes = std::move(*whole);
  if (!bytes) return fail(ErrorKind::NotFound, "it is no longer kept (" + file.string() + ")");
  const auto damaged = [&](const std::string& why) {
    return fail(ErrorKind::Invalid, file.string() + " is damaged or was not written by deployctl: " + why);
  };
  const std::size_t line = bytes->find('\n');
  if (line == std::string::npos) return damaged("it has no first line");
  const auto header = parse_json(std::string_view(*bytes).substr(0, line));
  if (!header || !header->is_object()) return damaged("its first line is no JSON object");
  Read read{.revision = {.number = number, .digest = text(*header, "digest"), .payload = bytes->substr(line + 1)},
            .created = text(*header, "created")};
  if (text(*header, "sha256") != sha256_hex(read.revision.payload)) return damaged("its content does not match");
  return read;
}

}  // namespace

Result<void> save_revision(const StateDirectory& state, const ObjectKey& key, const ports::KeptRevision& revision,
                           WallTime now) {
  const auto there = read_revision(state, key, revision.number);
  if (there && there->revision.digest == revision.digest && there->revision.payload == revision.payload) return {};
  if (there || there.error().kind == ErrorKind::Invalid)
    return fail(ErrorKind::Conflict, "revision " + std::to_string(revision.number) + " is kept with other content");
  if (there.error().kind != ErrorKind::NotFound) return there.error();
  const Json header{{"app", key.name},
                    {"env", key.ns},
                    {"revision", revision.number},
                    {"digest", revision.digest},
                    {"created", format_rfc3339(now)},
                    {"sha256", sha256_hex(revision.payload)}};
  return write_durably(file_of(state, key, revision.number), dump_json(header) + "\n" + revision.payload);
}

Result<ports::KeptRevision> load_revision(const StateDirectory& state, const ObjectKey& key, std::int64_t number) {
  auto read = read_revision(state, key, number);
  if (!read) return read.error();
  return std::move(read->revision);
}

Result<std::vector<ports::KeptRevisionInfo>> list_revisions(const StateDirectory& state, const ObjectKey& key) {
  const auto names = names_in(state.revisions(key));
  if (!names) return names.error();
  std::vector<ports::KeptRevisionInfo> kept;
  for (const std::string& name : *names) {
    const auto number = number_of(name);
    if (!number) continue;
    auto read = read_revision(state, key, *number);
    if (!read && read.error().kind == ErrorKind::Invalid) continue;
    if (!read) return read.error();
    kept.push_back({.number = *number, .digest = read->revision.digest, .created = read->created});
  }
  std::ranges::sort(kept, std::greater(), &ports::KeptRevisionInfo::number);
  return kept;
}

Result<void> delete_revision(const StateDirectory& state, const ObjectKey& key, std::int64_t number) {
  return remove_durably(file_of(state, key, number));
}

Result<void> attach(const StateDirectory& state, const ObjectKey& key, ports::Attachment what,
                    const ports::AttachedValues& values) {
  Json encoded = Json::object();
  for (const auto& [name, value] : values.values) encoded[name] = base64_encode(value);
  return write_durably(state.attachment(key, what),
                       dump_json(Json{{"note", values.note}, {"values", std::move(encoded)}}) + "\n");
}

Result<std::optional<ports::AttachedValues>> attached(const StateDirectory& state, const ObjectKey& key,
                                                      ports::Attachment what) {
  const auto file = state.attachment(key, what);
  auto whole = read_whole(file, kMostAttachmentBytes);
  if (!whole) return whole.error();
  const std::optional<std::string> bytes = std::move(*whole);
  if (!bytes) return std::optional<ports::AttachedValues>{};
  const auto json = parse_json(*bytes, {.max_bytes = kMostAttachmentBytes});
  const auto damaged = fail(ErrorKind::Invalid, file.string() + " is damaged or was not written by deployctl");
  if (!json || !json->is_object() || !json->contains("values") || !json->at("values").is_object()) return damaged;
  ports::AttachedValues values{.values = {}, .note = text(*json, "note")};
  for (const auto& [name, value] : json->at("values").items()) {
    auto decoded = value.is_string() ? base64_decode(value.get<std::string>()) : Result<std::string>(damaged);
    if (!decoded) return damaged;
    values.values[name] = std::move(*decoded);
  }
  return std::optional(std::move(values));
}

Result<void> detach(const StateDirectory& state, const ObjectKey& key, ports::Attachment what) {
  return remove_durably(state.attachment(key, what));
}

}  // namespace deployctl::files
