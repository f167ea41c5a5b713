#include "files/history_files.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/text.hpp"
#include "files/durable_file.hpp"

namespace deployctl::files {
namespace {

constexpr std::size_t kMostBytes = 4U * 1024 * 1024;
constexpr std::string_view kEnding = ".json";

/// "20261126T071500.123Z"
bool is_time(std::string_view text) {
  constexpr std::string_view kShape = "00000000T000000.000Z";
  return text.size() == kShape.size() && std::ranges::equal(text, kShape, [](char c, char shape) {
           return shape == '0' ? c >= '0' && c <= '9' : c == shape;
         });
}

std::string file_name(const HistoryRecord& record) {
  return StateDirectory::stem(record.key) + "_" + history_time(record.started) + std::string(kEnding);
}

/// Whose it is; nothing for a name we do not give.
std::optional<ObjectKey> key_of(std::string_view name) {
  if (!name.ends_with(kEnding)) return std::nullopt;
  name.remove_suffix(kEnding.size());
  const std::size_t last = name.rfind('_');
  if (last == std::string_view::npos || !is_time(name.substr(last + 1))) return std::nullopt;
  return StateDirectory::key_of(name.substr(0, last));
}

/// Milliseconds survive: RFC 3339 with a fraction.
std::optional<WallTime> time_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? parse_rfc3339(found->get<std::string>()) : std::nullopt;
}

std::string text(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::int64_t number(const Json& json, const char* name, std::int64_t otherwise) {
  const auto found = json.find(name);
  return found != json.end() && found->is_number_integer() ? found->get<std::int64_t>() : otherwise;
}

void put(Json& json, const char* name, const std::string& value) {
  if (!value.empty()) json[name] = valid_utf8(value);
}

}  // namespace

std::string history_time(WallTime time) {
  std::string text = format_rfc3339_micro(time);  // 2026-11-26T07:15:00.123000Z
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text.substr(0, text.find('.') + 4) + "Z";
}

Json to_json(const HistoryRecord& record) {
  Json json{{"app", record.key.name},
            {"env", record.key.ns},
            {"version", valid_utf8(record.version)},
            {"timestamp", history_time(record.started)},
            {"started", format_rfc3339_micro(record.started)},
            {"finished", format_rfc3339_micro(record.finished)},
            {"duration_seconds", static_cast<double>((record.finished - record.started).count()) / 1000},
            {"kind", record.kind},
            {"status", record.status},
            {"attempts", record.attempts},
            {"config", record.config},
            {"steps", record.steps}};
  if (record.revision > 0) json["revision"] = record.revision;
  if (record.restored_revision > 0) json["restored_revision"] = record.restored_revision;
  put(json, "operation", record.operation);
  put(json, "reason", record.reason);
  put(json, "message", record.message);
  put(json, "by", record.by);
  put(json, "why", record.why);
  return json;
}

Result<HistoryRecord> record_of(const Json& json) {
  if (!json.is_object()) return fail(ErrorKind::Invalid, "it is no JSON object");
  const auto started = time_of(json, "started");
  const auto finished = time_of(json, "finished");
  HistoryRecord record{.key = {text(json, "env"), text(json, "app")},
                       .operation = text(json, "operation"),
                       .kind = text(json, "kind"),
                       .status = text(json, "status"),
                       .version = text(json, "version"),
                       .revision = number(json, "revision", 0),
                       .restored_revision = number(json, "restored_revision", 0),
                       .attempts = number(json, "attempts", 1),
                       .reason = text(json, "reason"),
                       .message = text(json, "message"),
                       .by = text(json, "by"),
                       .why = text(json, "why"),
                       .config = json.contains("config") ? json.at("config") : Json(),
                       .steps = json.contains("steps") ? json.at("steps") : Json::array()};
  for (const char* name : {"app", "env", "kind", "status"})
    if (text(json, name).empty()) return fail(ErrorKind::Invalid, "\"" + std::string(name) + "\" is missing");
  if (!started || !finished) return fail(ErrorKind::Invalid, "\"started\" or \"finished\" is no time");
  record.started = *started;
  record.finished = *finished;
  return record;
}

Result<void> HistoryFiles::write(const HistoryRecord& record) const {
  const std::string bytes = to_json(record).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  return write_durably(directory_ / file_name(record), bytes);
}

Result<std::vector<std::string>> HistoryFiles::names_of(const ObjectKey& key) const {
  auto names = names_in(directory_);
  if (!names) return names.error();
  std::erase_if(*names, [&](const std::string& name) { return key_of(name) != key; });
  std::ranges::reverse(*names);
  return names;
}

Result<HistoryRecord> HistoryFiles::read_file(const std::string& name) const {
  auto read = read_whole(directory_ / name, kMostBytes);
  if (!read) return read.error();
  const std::optional<std::string> bytes = std::move(*read);
  if (!bytes) return fail(ErrorKind::NotFound, "it is gone");
  const auto json = parse_json(*bytes, {.max_bytes = kMostBytes});
  if (!json) return json.error();
  auto record = record_of(*json);
  if (record && file_name(*record) != name) return fail(ErrorKind::Invalid, "it tells of another operation");
  return record;
}

Result<History> HistoryFiles::read(const ObjectKey& key) const {
  const auto names = names_in(directory_);
  if (!names) return names.error();
  History history;
  const auto leave_out = [&](const std::string& name, const std::string& why) {
    history.warnings.push_back("left out " + cut(one_line((directory_ / name).string()), 300) + ": " +
                               cut(one_line(why), 200));
  };
  for (auto name = names->rbegin(); name != names->rend(); ++name) {
    const auto whose = key_of(*name);
    if (!whose) leave_out(*name, "deployctl gives no such name");
    if (whose != key) continue;
    auto record = read_file(*name);
    if (record) history.records.push_back(std::move(*record));
    if (!record) leave_out(*name, record.error().message);
  }
  return history;
}

Result<void> HistoryFiles::prune(const ObjectKey& key, std::size_t limit,
                                 const std::function<bool(const HistoryRecord&)>& needed) const {
  const auto names = names_of(key);
  if (!names) return names.error();
  for (std::size_t i = limit; i < names->size(); ++i) {
    const auto record = read_file((*names)[i]);
    if (!record || needed(*record)) continue;  // what is foreign is not ours to remove
    if (auto removed = remove_durably(directory_ / (*names)[i]); !removed) return removed;
  }
  return {};
}

Result<void> HistoryFiles::change_status(const ObjectKey& key, std::string_view kind, std::int64_t revision,
                                         const std::string& status) const {
  const auto names = names_of(key);
  if (!names) return names.error();
  for (const std::string& name : *names) {
    auto record = read_file(name);
    if (!record || record->kind != kind || record->revision != revision) continue;
    if (record->status == status) return {};
    record->status = status;
    return write(*record);
  }
  return {};
}

}  // namespace deployctl::files
