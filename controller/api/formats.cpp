#include "api/formats.hpp"

#include <algorithm>

namespace deployctl::api {
namespace {

using Text = std::string_view;

constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }
constexpr bool is_control(char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }
constexpr bool is_visible(char c) { return c != ' ' && !is_control(c); }
constexpr bool is_lower_or_digit(char c) { return is_lower(c) || is_digit(c); }
constexpr bool is_letter_or_digit(char c) { return is_letter(c) || is_digit(c); }

template <class Accepts>
bool all(Text text, Accepts accepts) {
  return !text.empty() && std::ranges::all_of(text, accepts);
}

bool is_label(Text text) {
  return all(text, [](char c) { return is_lower_or_digit(c) || c == '-'; }) && text.front() != '-' &&
         text.back() != '-';
}

/// Every piece of `text` between separators.
template <class Accepts>
bool each(Text text, char separator, Accepts accepts) {
  for (;;) {
    const std::size_t end = text.find(separator);
    if (!accepts(text.substr(0, end))) return false;
    if (end == Text::npos) return true;
    text.remove_prefix(end + 1);
  }
}

bool is_object_name(Text text) { return each(text, '.', is_label); }

bool is_data_key(Text text) {
  return all(text, [](char c) { return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_'; });
}

bool is_variable_name(Text text) {
  return all(text, [](char c) { return is_letter_or_digit(c) || c == '_'; }) && !is_digit(text.front());
}
bool is_prefix(Text text) { return text.empty() || is_variable_name(text); }

bool is_text(Text text) { return !text.contains('\0'); }
bool is_line(Text text) { return std::ranges::none_of(text, is_control); }

bool is_word(Text text) {
  return all(text, [](char c) { return is_letter_or_digit(c) || Text("_.:-").contains(c); }) &&
         is_letter_or_digit(text.front());
}
bool is_visible_text(Text text) { return all(text, is_visible); }

/// `text` begins with one of the schemes and goes on with visible characters, not with a dash.
bool is_url(Text text, std::initializer_list<Text> schemes) {
  for (const Text scheme : schemes) {
    if (!text.starts_with(scheme)) continue;
    const Text rest = text.substr(scheme.size());
    return is_visible_text(rest) && rest.front() != '-';
  }
  return false;
}
bool is_http_url(Text text) { return is_url(text, {"http://", "https://"}); }
bool is_git_url(Text text) { return is_url(text, {"https://", "ssh://"}); }
bool is_endpoint(Text text) { return text.empty() || is_url(text, {"unix://", "tcp://", "ssh://"}); }

bool is_sha256(Text text) {
  return text.size() == 64 && all(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

bool is_header_name(Text text) {
  return all(text, [](char c) { return is_letter_or_digit(c) || Text("!#$%&'*+.^_`|~-").contains(c); });
}

bool is_status_code(Text text) {
  return text.size() == 3 && text[0] >= '1' && text[0] <= '5' && is_digit(text[1]) && is_digit(text[2]);
}
bool is_status_range(Text text) {
  if (text.size() == 3) return is_status_code(text);
  return text.size() == 7 && text[3] == '-' && is_status_code(text.substr(0, 3)) && is_status_code(text.substr(4));
}
bool is_status_codes(Text text) { return each(text, ',', is_status_range); }

bool is_host(Text text) {
  const auto inside = [](char c) { return is_letter_or_digit(c) || Text("_.:-").contains(c); };
  return all(text, inside) && (is_letter_or_digit(text.front()) || text.front() == ':') &&
         (is_letter_or_digit(text.back()) || text.back() == ':');
}
bool is_ip_address(Text text) {
  return all(text, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '.' || c == ':';
  });
}

bool is_volume_source(Text text) {
  return all(text, [](char c) { return !is_control(c) && c != ',' && c != ':'; });
}
bool is_absolute_path(Text text) { return is_volume_source(text) && text.front() == '/'; }

bool is_memory(Text text) {
  if (!text.empty() && Text("bkmgBKMG").contains(text.back())) text.remove_suffix(1);
  return all(text, is_digit) && text.front() != '0';
}
bool is_cpus(Text text) {
  const std::size_t dot = text.find('.');
  const Text fraction = dot == Text::npos ? Text("0") : text.substr(dot + 1);
  return all(text.substr(0, dot), is_digit) && all(fraction, is_digit) && fraction.size() <= 3;
}

bool is_qualified_name(Text text) {
  return all(text, [](char c) { return is_lower_or_digit(c) || c == '.' || c == '/' || c == '-'; }) &&
         is_lower_or_digit(text.front());
}

}  // namespace

const Format kObjectName = {R"re(^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$)re", is_object_name,
                            "must be a name of lower-case letters, digits, '-' and '.'"};
const Format kDnsLabel = {R"re(^[a-z0-9]([-a-z0-9]*[a-z0-9])?$)re", is_label,
                          "must be a name of lower-case letters, digits and '-'"};
const Format kDataKey = {R"re(^[-._a-zA-Z0-9]+$)re", is_data_key, "must be a key of letters, digits, '-', '_' and '.'"};
const Format kVariableName = {R"re(^[A-Za-z_][A-Za-z0-9_]*$)re", is_variable_name,
                              "must be letters, digits and '_', not beginning with a digit"};
const Format kPrefix = {R"re(^([A-Za-z_][A-Za-z0-9_]*)?$)re", is_prefix,
                        "must be letters, digits and '_', not beginning with a digit"};
const Format kText = {R"re(^[^\x00]*$)re", is_text, "must not have a NUL character"};
const Format kLine = {R"re(^[^\x00-\x1f\x7f]*$)re", is_line, "must be one line without control characters"};
const Format kWord = {R"re(^[A-Za-z0-9][A-Za-z0-9_.:-]*$)re", is_word,
                      "must be letters, digits, '_', '.', ':' and '-', beginning with a letter or digit"};
const Format kImageName = {R"re(^[^\x00-\x20\x7f]+$)re", is_visible_text, "must be one word"};
const Format kHttpUrl = {R"re(^https?://[^\x00-\x20\x7f-][^\x00-\x20\x7f]*$)re", is_http_url,
                         "must be a URL that begins with http:// or https://"};
const Format kGitUrl = {R"re(^(https|ssh)://[^\x00-\x20\x7f-][^\x00-\x20\x7f]*$)re", is_git_url,
                        "must be a URL that begins with https:// or ssh://"};
const Format kEndpoint = {R"re(^((unix|tcp|ssh)://[^\x00-\x20\x7f-][^\x00-\x20\x7f]*)?$)re", is_endpoint,
                          "must begin with unix://, tcp:// or ssh://"};
const Format kSha256 = {R"re(^[0-9a-f]{64}$)re", is_sha256, "must be 64 lower-case hex characters"};
const Format kHeaderName = {R"re(^[-!#$%&'*+.^_`|~0-9A-Za-z]+$)re", is_header_name,
                            "must be the name of an HTTP header"};
const Format kStatusCodes = {R"re(^[1-5][0-9]{2}(-[1-5][0-9]{2})?(,[1-5][0-9]{2}(-[1-5][0-9]{2})?)*$)re",
                             is_status_codes,
                             "must be HTTP status codes and ranges with commas between, as 200-399,418"};
const Format kHost = {R"re(^[A-Za-z0-9:]([A-Za-z0-9_.:-]*[A-Za-z0-9:])?$)re", is_host,
                      "must be a host name or an IP address"};
const Format kIpAddress = {R"re(^[0-9a-fA-F.:]+$)re", is_ip_address, "must be an IP address"};
const Format kVolumeSource = {R"re(^[^\x00-\x1f\x7f,:]+$)re", is_volume_source,
                              "must be the name of a volume or a path, without ',' and ':'"};
const Format kAbsolutePath = {R"re(^/[^\x00-\x1f\x7f,:]*$)re", is_absolute_path,
                              "must be an absolute path, without ',' and ':'"};
const Format kMemory = {R"re(^[1-9][0-9]*[bkmgBKMG]?$)re", is_memory, "must be a size, as 512m or 2g"};
const Format kCpus = {R"re(^[0-9]+(\.[0-9]{1,3})?$)re", is_cpus, "must be a number of processors, as 0.5"};
const Format kQualifiedName = {R"re(^[a-z0-9][a-z0-9./-]*$)re", is_qualified_name,
                               "must be a group and version, as deployctl.io/v1alpha1"};

const std::array<const Format*, 22> kFormats = {
    &kObjectName, &kDnsLabel,     &kDataKey,      &kVariableName, &kPrefix, &kText,         &kLine,        &kWord,
    &kImageName,  &kHttpUrl,      &kGitUrl,       &kEndpoint,     &kSha256, &kHeaderName,   &kStatusCodes, &kHost,
    &kIpAddress,  &kVolumeSource, &kAbsolutePath, &kMemory,       &kCpus,   &kQualifiedName};

}  // namespace deployctl::api
