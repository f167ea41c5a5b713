#include "kube/object_decoder.hpp"

#include <simdjson.h>

#include <optional>

#include "base/text.hpp"

namespace deployctl::kube {

static_assert(kParserPadding >= simdjson::SIMDJSON_PADDING);

namespace {

using simdjson::ondemand::object;
using simdjson::ondemand::value;

/// Keeps the first thing that was wrong, and reads on: the key of a broken object must still be found (fault W20).
struct Reading {
  ObjectEnvelope object;
  std::string kind;
  bool has_metadata = false;
  std::optional<std::string> wrong;

  bool check(simdjson::error_code error, std::string_view field) {
    if (error == simdjson::SUCCESS) return true;
    if (!wrong) wrong = std::string(field) + ": " + simdjson::error_message(error);
    return false;
  }
};

void read_text(Reading& reading, value field, std::string_view name, std::string& into) {
  std::string_view text;
  if (field.is_null()) return;
  if (reading.check(field.get_string().get(text), name)) into = text;
}

void read_annotations(Reading& reading, value field, const std::string& prefix) {
  object annotations;
  if (field.is_null() || !reading.check(field.get_object().get(annotations), "metadata.annotations")) return;
  for (auto entry : annotations) {
    std::string_view name;
    if (!reading.check(entry.unescaped_key().get(name), "metadata.annotations")) return;
    if (!name.starts_with(prefix)) continue;
    std::string text;
    std::string key(name);
    read_text(reading, entry.value(), "metadata.annotations", text);
    reading.object.annotations.insert_or_assign(std::move(key), std::move(text));
  }
}

void read_finalizers(Reading& reading, value field) {
  simdjson::ondemand::array list;
  if (field.is_null() || !reading.check(field.get_array().get(list), "metadata.finalizers")) return;
  for (auto entry : list) {
    std::string_view text;
    if (!reading.check(entry.get_string().get(text), "metadata.finalizers")) return;
    reading.object.finalizers.emplace_back(text);
  }
}

void read_metadata_field(Reading& reading, std::string_view name, value field, const DecodeOptions& options) {
  ObjectEnvelope& into = reading.object;
  if (name == "name") return read_text(reading, field, "metadata.name", into.key.name);
  if (name == "namespace") return read_text(reading, field, "metadata.namespace", into.key.ns);
  if (name == "uid") return read_text(reading, field, "metadata.uid", into.uid);
  if (name == "resourceVersion") return read_text(reading, field, "metadata.resourceVersion", into.resource_version);
  if (name == "deletionTimestamp")
    return read_text(reading, field, "metadata.deletionTimestamp", into.deletion_timestamp);
  if (name == "generation")
    return static_cast<void>(reading.check(field.get_int64().get(into.generation), "metadata.generation"));
  if (name == "annotations") return read_annotations(reading, field, options.annotation_prefix);
  if (name == "finalizers") return read_finalizers(reading, field);
}

void read_metadata(Reading& reading, value field, const DecodeOptions& options) {
  object metadata;
  if (!reading.check(field.get_object().get(metadata), "metadata")) return;
  reading.has_metadata = true;
  for (auto entry : metadata) {
    std::string_view name;
    value content;
    if (!reading.check(entry.unescaped_key().get(name), "metadata")) return;
    if (!reading.check(entry.value().get(content), "metadata")) return;
    read_metadata_field(reading, name, content, options);
  }
}

/// The bytes between two structural characters end with the white space before the next one.
void read_raw(Reading& reading, value field, std::string_view name, std::string& into) {
  std::string_view raw;
  if (!reading.check(simdjson::to_json_string(field).get(raw), name)) return;
  into = raw.substr(0, raw.find_last_not_of(" \t\r\n") + 1);
}

Reading read_object(simdjson::ondemand::document& document, const DecodeOptions& options) {
  Reading reading;
  object root;
  if (!reading.check(document.get_object().get(root), "object")) return reading;
  for (auto entry : root) {
    std::string_view name;
    value field;
    if (!reading.check(entry.unescaped_key().get(name), "object")) break;
    if (!reading.check(entry.value().get(field), "object")) break;
    if (name == "kind") read_text(reading, field, "kind", reading.kind);
    if (name == "metadata") read_metadata(reading, field, options);
    if (name == "spec") read_raw(reading, field, "spec", reading.object.spec);
    if (name == "status") read_raw(reading, field, "status", reading.object.status);
  }
  return reading;
}

DecodedItem judge(Reading reading, const DecodeOptions& options) {
  if (!options.kind.empty() && !reading.kind.empty() && reading.kind != options.kind) {
    return Skipped{"object of kind " + cut(one_line(reading.kind), 64) + " instead of " + options.kind};
  }
  if (!reading.has_metadata) return Skipped{"object without metadata"};
  if (reading.object.key.name.empty() && !reading.wrong) return Skipped{"object without metadata.name"};
  if (!reading.wrong) return std::move(reading.object);
  return Undecodable{std::move(reading.object.key), std::move(reading.object.uid),
                     std::move(reading.object.resource_version),
                     fail(ErrorKind::Invalid, "object cannot be read: " + *reading.wrong)};
}

}  // namespace

struct ObjectDecoder::State {
  DecodeOptions options;
  simdjson::ondemand::parser parser;
};

ObjectDecoder::ObjectDecoder(DecodeOptions options) : state_(std::make_unique<State>()) {
  state_->options = std::move(options);
}
ObjectDecoder::~ObjectDecoder() = default;
ObjectDecoder::ObjectDecoder(ObjectDecoder&&) noexcept = default;

DecodedItem ObjectDecoder::decode_padded(std::string_view json) {
  simdjson::ondemand::document document;
  const simdjson::padded_string_view input(json, json.size() + simdjson::SIMDJSON_PADDING);
  if (const auto error = state_->parser.iterate(input).get(document); error != simdjson::SUCCESS) {
    return Skipped{std::string("not JSON: ") + simdjson::error_message(error)};
  }
  return judge(read_object(document, state_->options), state_->options);
}

Result<ObjectEnvelope> decode_object(std::string_view json, const DecodeOptions& options) {
  std::string padded(json);
  padded.append(kParserPadding, ' ');
  DecodedItem item = ObjectDecoder(options).decode_padded(std::string_view(padded).substr(0, json.size()));
  if (auto* object = std::get_if<ObjectEnvelope>(&item)) return std::move(*object);
  if (auto* broken = std::get_if<Undecodable>(&item)) return broken->error;
  return fail(ErrorKind::Invalid, std::get<Skipped>(item).why);
}

}  // namespace deployctl::kube
