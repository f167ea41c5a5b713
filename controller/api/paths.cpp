#include "api/paths.hpp"

#include <algorithm>

#include "api/formats.hpp"
#include "base/text.hpp"

namespace deployctl::api {

bool stays_inside(std::string_view path) {
  if (path.starts_with('/')) return false;
  for (;;) {
    const std::size_t end = path.find('/');
    if (path.substr(0, end) == "..") return false;
    if (end == std::string_view::npos) return true;
    path.remove_prefix(end + 1);
  }
}

bool is_file_name(std::string_view path) {
  return !path.empty() && code_points(path) <= 253 && !path.starts_with('-') && kLine.accepts(path) &&
         stays_inside(path);
}

bool is_argument_path(std::string_view path) {
  return !path.empty() && path.front() != '-' && stays_inside(path) &&
         std::ranges::all_of(path, [](char c) { return c >= ' ' && c < '\x7f'; });
}

}  // namespace deployctl::api
