#include "base/secret_forms.hpp"

#include <array>

#include "base/redact.hpp"
#include "base/strict_json.hpp"

namespace deployctl {
namespace {

// What a line of base64 holds: PEM breaks after 64 characters, base64(1) after 76.
constexpr std::array<std::size_t, 2> kBytesPerLine{48, 57};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '~';
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (is_unreserved(c)) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
    }
  }
  return encoded;
}

std::string json_escaped(std::string_view text) {
  const std::string quoted = dump_json(Json(text));
  return quoted.substr(1, quoted.size() - 2);
}

void add(std::vector<std::string>& forms, std::string_view text) {
  if (text.size() >= kShortestSecret) forms.emplace_back(text);
}

/// A value and its escaped forms, where they differ.
void add_escaped_as_well(std::vector<std::string>& forms, std::string_view value) {
  if (value.size() < kShortestSecret) return;
  add(forms, value);
  if (std::string encoded = percent_encoded(value); encoded != value) forms.push_back(std::move(encoded));
  if (std::string once = json_escaped(value); once != value) {
    forms.push_back(json_escaped(once));
    forms.push_back(std::move(once));
  }
}

}  // namespace

std::vector<std::string> secret_forms(std::string_view value) {
  std::vector<std::string> forms;
  if (value.size() < kShortestSecret) return forms;
  add_escaped_as_well(forms, value);
  if (const auto core = trimmed(value); core.size() < value.size()) add_escaped_as_well(forms, core);
  for (std::string_view rest = value; !rest.empty();) {
    const auto end = rest.find('\n');
    add(forms, trimmed(rest.substr(0, end)));
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  for (const std::size_t size : kBytesPerLine) {
    for (std::size_t at = 0; size < value.size() && at < value.size(); at += size) {
      add(forms, value.substr(at, size));
    }
  }
  return forms;
}

}  // namespace deployctl
