#include "base/secret_forms.hpp"

#include <algorithm>
#include <array>

#include "base/redact.hpp"
#include "base/sha256.hpp"
#include "base/strict_json.hpp"

namespace deployctl {
namespace {

// Columns at which PEM and base64(1) break their lines.
constexpr std::array<std::size_t, 2> kWraps{64, 76};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

void add(std::vector<std::string>& forms, std::string_view form) {
  if (form.size() >= kShortestSecret) forms.emplace_back(form);
}

void add_both_alphabets(std::vector<std::string>& forms, std::string_view base64) {
  add(forms, base64);
  if (base64.find_first_of("+/") == std::string_view::npos) return;
  std::string url_safe(base64);
  std::ranges::replace(url_safe, '+', '-');
  std::ranges::replace(url_safe, '/', '_');
  add(forms, url_safe);
}

std::string percent_encoded(std::string_view text, std::string_view digits) {
  constexpr std::string_view kUnreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
  std::string encoded;
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
  }
  return encoded;
}

std::string json_escaped(std::string_view text, bool ascii) {
  const std::string quoted = Json(text).dump(-1, ' ', ascii, Json::error_handler_t::replace);
  return quoted.substr(1, quoted.size() - 2);
}

/// `text` and its escaped forms, where they differ.
void add_with_escapes(std::vector<std::string>& forms, std::string_view text) {
  if (text.size() < kShortestSecret) return;
  add(forms, text);
  if (std::string upper = percent_encoded(text, "0123456789ABCDEF"); upper != text) {
    add(forms, upper);
    add(forms, percent_encoded(text, "0123456789abcdef"));
  }
  for (const bool ascii : {false, true}) {
    const std::string once = json_escaped(text, ascii);
    if (once == text) continue;
    add(forms, once);
    add(forms, json_escaped(once, ascii));
  }
}

/// The characters that stand for `value` alone when `before` bytes of its first group belong to something else.
std::string base64_core(std::string_view value, std::size_t before) {
  const std::string encoded = base64_encode(std::string(before, '\0') + std::string(value));
  const std::size_t bytes = before + value.size();
  const std::size_t begin = before == 0 ? 0 : before + 1;
  const std::size_t end = bytes * 8 / 6;  // the character after it holds bits of what follows
  return end > begin ? encoded.substr(begin, end - begin) : std::string{};
}

void add_base64(std::vector<std::string>& forms, std::string_view value) {
  const std::string padded = base64_encode(value);
  add_both_alphabets(forms, padded);
  add_both_alphabets(forms, std::string_view(padded).substr(0, padded.find('=')));
  for (std::size_t before = 0; before < 3; ++before) add_both_alphabets(forms, base64_core(value, before));
  for (const std::size_t wrap : kWraps) {
    if (padded.size() <= wrap) continue;
    for (std::size_t at = 0; at < padded.size(); at += wrap) add_both_alphabets(forms, padded.substr(at, wrap));
  }
}

}  // namespace

std::vector<std::string> secret_forms(std::string_view value) {
  std::vector<std::string> forms;
  if (value.size() < kShortestSecret) return forms;
  add_with_escapes(forms, value);
  add_base64(forms, value);
  if (const std::string_view core = trimmed(value); core.size() >= kShortestSecret && core != value) {
    add_with_escapes(forms, core);
    add_base64(forms, core);
  }
  for (std::string_view rest = value; !rest.empty();) {
    const auto end = rest.find('\n');
    add_with_escapes(forms, trimmed(rest.substr(0, end)));
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  return forms;
}

}  // namespace deployctl
