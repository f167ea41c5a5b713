#include "compose/source_path.hpp"

#include <algorithm>
#include <vector>

namespace deployctl::compose {
namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string_view taken_name(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_name_character);
  const std::string_view name = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(name.size());
  return name;
}

/// What stands after a dollar sign; moves `text` past it.
Result<std::string> replaced(std::string_view& text, const std::map<std::string, std::string>& environment,
                             bool defaults) {
  const bool braced = text.starts_with('{');
  if (braced) text.remove_prefix(1);
  const std::string name(taken_name(text));
  const std::size_t end = braced ? text.find('}') : 0;
  if (name.empty() || end == std::string_view::npos)
    return fail(ErrorKind::Invalid, "has a \"$\" without a name: write $$ for a plain dollar sign");
  std::string_view more = text.substr(0, end);
  text.remove_prefix(braced ? end + 1 : 0);
  const bool or_when_empty = more.starts_with(':');
  const bool has_word = more.starts_with(":-") || more.starts_with('-');
  more.remove_prefix(has_word ? (or_when_empty ? 2 : 1) : 0);
  if ((!has_word && !more.empty()) || more.find_first_of("${") != std::string_view::npos)
    return fail(ErrorKind::Invalid,
                "uses more than ${" + name + "} and ${" + name + ":-word}, which is not supported here");
  const auto value = environment.find(name);
  if (value != environment.end() && !(has_word && or_when_empty && value->second.empty())) return value->second;
  if (has_word && (defaults || value != environment.end())) return std::string(more);
  return fail(ErrorKind::Invalid, "needs ${" + name + "}, which is not defined: declare it in spec.variables" +
                                      (defaults ? ", or give it a default: ${" + name + ":-word}" : ""));
}

}  // namespace

std::optional<std::string> below_source(const std::string& directory, std::string_view path) {
  if (path.starts_with('/') || path.starts_with('~')) return std::nullopt;
  std::vector<std::string> parts;
  const std::string whole = directory + "/" + std::string(path);
  for (std::size_t at = 0; at < whole.size();) {
    const std::size_t end = std::min(whole.find('/', at), whole.size());
    std::string part = whole.substr(at, end - at);
    at = end + 1;
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(std::move(part));
    } else if (parts.empty()) {
      return std::nullopt;
    } else {
      parts.pop_back();
    }
  }
  std::string joined;
  for (const std::string& part : parts) joined += (joined.empty() ? "" : "/") + part;
  return joined.empty() ? "." : joined;
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

Result<std::string> interpolated(std::string_view text, const std::map<std::string, std::string>& environment,
                                 bool defaults) {
  std::string out;
  while (!text.empty()) {
    const std::size_t dollar = text.find('$');
    out += text.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    text.remove_prefix(dollar + 1);
    if (text.starts_with('$')) {
      out += '$';
      text.remove_prefix(1);
      continue;
    }
    auto value = replaced(text, environment, defaults);
    if (!value) return value;
    out += *value;
  }
  return out;
}

}  // namespace deployctl::compose
