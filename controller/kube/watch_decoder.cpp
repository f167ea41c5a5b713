#include "kube/watch_decoder.hpp"

#include <simdjson.h>

#include <optional>

#include "base/text.hpp"
#include "kube/status_error.hpp"

namespace deployctl::kube {

namespace {

using simdjson::ondemand::value;

struct StatusFields {
  std::int64_t code = 0;
  std::string reason;
  std::string message;
};

struct Event {
  std::string type;
  std::string_view object;  ///< raw
  bool is_bare_status = false;
  StatusFields bare;
};

void read_status_field(std::string_view name, value field, StatusFields& into) {
  std::string_view text;
  if (name == "code") {
    if (field.get_int64().get(into.code)) into.code = 0;
  } else if (name == "reason" || name == "message") {
    if (!field.get_string().get(text)) (name == "reason" ? into.reason : into.message) = text;
  }
}

simdjson::error_code read_event(simdjson::ondemand::document& document, Event& event) {
  simdjson::ondemand::object root;
  if (const auto error = document.get_object().get(root)) return error;
  for (auto entry : root) {
    std::string_view name;
    value field;
    std::string_view text;
    if (const auto error = entry.unescaped_key().get(name)) return error;
    if (const auto error = entry.value().get(field)) return error;
    if (name == "type") {
      if (const auto error = field.get_string().get(text)) return error;
      event.type = text;
    } else if (name == "object") {
      if (const auto error = simdjson::to_json_string(field).get(event.object)) return error;
    } else if (name == "kind") {
      event.is_bare_status = !field.get_string().get(text) && text == "Status";
    } else {
      read_status_field(name, field, event.bare);
    }
  }
  return simdjson::SUCCESS;
}

Error error_from(const StatusFields& status) {
  return error_of_status(static_cast<int>(status.code), status.reason, status.message);
}

}  // namespace

struct WatchDecoder::Parser {
  simdjson::ondemand::parser events;
  simdjson::ondemand::parser statuses;

  /// A bookmark carries an object with nothing but its resourceVersion.
  std::string resource_version(std::string_view json) {
    simdjson::ondemand::document document;
    std::string_view text;
    const simdjson::padded_string_view input(json, json.size() + simdjson::SIMDJSON_PADDING);
    if (statuses.iterate(input).get(document)) return {};
    if (document["metadata"]["resourceVersion"].get_string().get(text)) return {};
    return std::string(text);
  }

  StatusFields status(std::string_view json) {
    StatusFields fields;
    simdjson::ondemand::document document;
    simdjson::ondemand::object root;
    const simdjson::padded_string_view input(json, json.size() + simdjson::SIMDJSON_PADDING);
    if (statuses.iterate(input).get(document) || document.get_object().get(root)) return fields;
    for (auto entry : root) {
      std::string_view name;
      value field;
      if (entry.unescaped_key().get(name) || entry.value().get(field)) break;
      read_status_field(name, field, fields);
    }
    return fields;
  }
};

WatchDecoder::WatchDecoder(DecodeOptions options, std::size_t max_event)
    : objects_(std::move(options)), parser_(std::make_unique<Parser>()), max_event_(max_event) {}
WatchDecoder::~WatchDecoder() = default;

std::vector<WatchItem> WatchDecoder::feed(std::string_view bytes) {
  std::vector<WatchItem> items;
  while (!bytes.empty() && !overflowed_) {
    const std::size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    if (buffer_.size() + part.size() > max_event_) {
      overflowed_ = true;
      buffer_ = {};
      items.emplace_back(TooLarge{});
      break;
    }
    buffer_ += part;
    if (end == std::string_view::npos) break;
    read_line(buffer_, items);
    buffer_.clear();
    bytes.remove_prefix(end + 1);
  }
  return items;
}

std::vector<WatchItem> WatchDecoder::finish() {
  std::vector<WatchItem> items;
  if (!overflowed_) read_line(buffer_, items);
  // A cut event is no event: only what is whole counts.
  std::erase_if(items, [](const WatchItem& item) {
    return std::holds_alternative<Skipped>(item) || std::holds_alternative<Undecodable>(item);
  });
  buffer_ = {};
  return items;
}

void WatchDecoder::read_line(std::string_view line, std::vector<WatchItem>& into) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
  line_.assign(line).append(kParserPadding, ' ');
  simdjson::ondemand::document document;
  Event event;
  const simdjson::padded_string_view input(line_.data(), line.size(), line_.size());
  auto error = parser_->events.iterate(input).get(document);
  if (!error) error = read_event(document, event);
  if (error) return void(into.emplace_back(Skipped{std::string("not an event: ") + simdjson::error_message(error)}));
  if (event.type.empty() && event.is_bare_status) return void(into.emplace_back(ErrorEvent{error_from(event.bare)}));
  if (event.type == "ERROR") return void(into.emplace_back(ErrorEvent{error_from(parser_->status(event.object))}));
  const bool removed = event.type == "DELETED";
  const bool bookmark = event.type == "BOOKMARK";
  if (!removed && !bookmark && event.type != "ADDED" && event.type != "MODIFIED") {
    return void(into.emplace_back(Skipped{"unknown event type \"" + cut(one_line(event.type), 32) + "\""}));
  }
  if (bookmark) {
    Bookmark mark{parser_->resource_version(event.object)};
    if (mark.resource_version.empty()) return void(into.emplace_back(Skipped{"bookmark without resourceVersion"}));
    return void(into.emplace_back(std::move(mark)));
  }
  DecodedItem item = objects_.decode_padded(event.object);
  if (auto* broken = std::get_if<Undecodable>(&item)) return void(into.emplace_back(std::move(*broken)));
  if (auto* skipped = std::get_if<Skipped>(&item)) return void(into.emplace_back(std::move(*skipped)));
  auto& object = std::get<ObjectEnvelope>(item);
  if (removed) return void(into.emplace_back(Removed{std::move(object)}));
  into.emplace_back(Applied{std::move(object)});
}

}  // namespace deployctl::kube
