#include "kube/list_page.hpp"

#include <simdjson.h>

namespace deployctl::kube {

namespace {

using simdjson::ondemand::value;

Error not_a_list(simdjson::error_code error) {
  return fail(ErrorKind::Invalid, std::string("unreadable list: ") + simdjson::error_message(error));
}

simdjson::error_code read_metadata(value field, ListPage& page) {
  simdjson::ondemand::object metadata;
  if (const auto error = field.get_object().get(metadata)) return error;
  for (auto entry : metadata) {
    std::string_view name;
    std::string_view text;
    if (const auto error = entry.unescaped_key().get(name)) return error;
    if (name != "resourceVersion" && name != "continue") continue;
    if (const auto error = entry.value().get_string().get(text)) return error;
    (name == "continue" ? page.continue_token : page.resource_version) = text;
  }
  return simdjson::SUCCESS;
}

simdjson::error_code read_items(value field, ObjectDecoder& decoder, const std::function<void(DecodedItem)>& on_item) {
  if (field.is_null()) return simdjson::SUCCESS;
  simdjson::ondemand::array items;
  if (const auto error = field.get_array().get(items)) return error;
  for (auto entry : items) {
    value item;
    std::string_view raw;
    if (const auto error = entry.get(item)) return error;
    if (const auto error = simdjson::to_json_string(item).get(raw)) return error;
    on_item(decoder.decode_padded(raw));
  }
  return simdjson::SUCCESS;
}

}  // namespace

Result<ListPage> read_list_page(std::string body, const DecodeOptions& options,
                                const std::function<void(DecodedItem)>& on_item) {
  const std::size_t size = body.size();
  body.append(kParserPadding, ' ');
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  simdjson::ondemand::object root;
  const simdjson::padded_string_view input(body.data(), size, body.size());
  if (const auto error = parser.iterate(input).get(document)) return not_a_list(error);
  if (const auto error = document.get_object().get(root)) return not_a_list(error);
  ObjectDecoder decoder(options);
  ListPage page;
  bool has_items = false;
  for (auto entry : root) {
    std::string_view name;
    value field;
    if (const auto error = entry.unescaped_key().get(name)) return not_a_list(error);
    if (const auto error = entry.value().get(field)) return not_a_list(error);
    if (name == "metadata") {
      if (const auto error = read_metadata(field, page)) return not_a_list(error);
    } else if (name == "items") {
      has_items = true;
      if (const auto error = read_items(field, decoder, on_item)) return not_a_list(error);
    }
  }
  if (!has_items) return fail(ErrorKind::Invalid, "unreadable list: no items (a Table or another kind of answer)");
  if (page.resource_version.empty()) return fail(ErrorKind::Invalid, "unreadable list: no metadata.resourceVersion");
  return page;
}

}  // namespace deployctl::kube
