#include "sources/relative_path.hpp"

#include <climits>

#include "base/text.hpp"

namespace deployctl::sources {
namespace {

constexpr std::size_t kShownBytes = 120;

Error refuse(std::string_view field, std::string_view text, std::string_view why) {
  return fail(ErrorKind::Invalid,
              std::string(field) + ": path \"" + cut(one_line(text), kShownBytes) + "\" " + std::string(why));
}

bool has_control_character(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
  }
  return false;
}

}  // namespace

Result<std::string> relative_path(std::string_view field, std::string_view text) {
  if (has_control_character(text)) return refuse(field, text, "has a control character; use printable names");
  if (text.starts_with('/')) return refuse(field, text, "is absolute; write it relative to the source");
  if (text.size() >= PATH_MAX) return refuse(field, text, "is too long; use fewer than 4096 bytes");
  std::string plain;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    const std::string_view part = text.substr(begin, end - begin);
    begin = end + 1;
    if (part.empty() || part == ".") continue;
    if (part == "..") return refuse(field, text, "has \"..\"; it must stay inside");
    if (part.size() > NAME_MAX) return refuse(field, text, "has a name longer than 255 bytes");
    if (!plain.empty()) plain += '/';
    plain += part;
  }
  return plain;
}

}  // namespace deployctl::sources
