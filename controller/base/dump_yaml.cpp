#include <string>

#include "base/strict_yaml.hpp"

namespace deployctl {
namespace {

// YAML gives up on a simple key after 1024 characters; a longer one is written with "? ".
constexpr std::size_t kLongestSimpleKey = 1000;

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

/// A JSON string, with what JSON allows inside one and YAML does not (or folds as a line break) escaped as well.
std::string quoted(const std::string& text) {
  std::string escaped = dump_json(Json(text));
  replace_all(escaped, "\x7F", "\\u007f");
  for (unsigned char byte = 0x80; byte <= 0x9F; ++byte) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const std::string from{'\xC2', static_cast<char>(byte)};
    replace_all(escaped, from, std::string("\\u00") + kDigits[byte >> 4U] + kDigits[byte & 15U]);
  }
  replace_all(escaped, "\xE2\x80\xA8", "\\u2028");
  replace_all(escaped, "\xE2\x80\xA9", "\\u2029");
  replace_all(escaped, "\xEF\xBB\xBF", "\\ufeff");
  replace_all(escaped, "\xEF\xBF\xBE", "\\ufffe");
  replace_all(escaped, "\xEF\xBF\xBF", "\\uffff");
  return escaped;
}

void write(std::string& out, const Json& value, std::size_t indent);

/// What stands after "key:" or "-": on the same line for scalars and empty containers, below it for others.
void write_below(std::string& out, const Json& value, std::size_t indent) {
  if (value.is_structured() && !value.empty()) {
    out += '\n';
    write(out, value, indent + 2);
  } else {
    out += ' ';
    write(out, value, 0);
  }
}

void write_map(std::string& out, const Json& value, std::size_t indent) {
  for (const auto& [key, member] : value.items()) {
    const std::string name = quoted(key);
    out.append(indent, ' ');
    if (name.size() <= kLongestSimpleKey) {
      out += name + ":";
    } else {
      out += "? " + name + "\n" + std::string(indent, ' ') + ":";
    }
    write_below(out, member, indent);
  }
}

void write(std::string& out, const Json& value, std::size_t indent) {
  if (value.is_object() && !value.empty()) return write_map(out, value, indent);
  if (value.is_array() && !value.empty()) {
    for (const Json& item : value) {
      out.append(indent, ' ');
      out += '-';
      write_below(out, item, indent);
    }
    return;
  }
  out += value.is_string() ? quoted(value.get_ref<const std::string&>()) : dump_json(value);
  out += '\n';
}

}  // namespace

std::string dump_yaml(const Json& value) {
  std::string out;
  write(out, value, 0);
  return out;
}

}  // namespace deployctl
