#include "terraform/diagnostics.hpp"

#include <algorithm>
#include <array>

#include "base/strict_json.hpp"
#include "base/text.hpp"
#include "process/exit_status.hpp"

namespace deployctl::terraform {
namespace {

using executors::StepResult;

constexpr std::size_t kDetailBytes = 500;
constexpr std::size_t kMostErrors = 100;

std::string text(const Json& value, const char* key) {
  const auto found = value.is_object() ? value.find(key) : value.end();
  return found != value.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Diagnostic read_diagnostic(const Json& value) {
  Diagnostic read{.summary = text(value, "summary"),
                  .detail = text(value, "detail"),
                  .file = {},
                  .line = 0,
                  .address = text(value, "address")};
  const Json::json_pointer line("/range/start/line");
  if (value.contains("range")) read.file = text(value.at("range"), "filename");
  if (value.contains(line) && value.at(line).is_number_integer()) read.line = value.at(line).get<int>();
  return read;
}

template <class Do>
void each_line(std::string_view all, Do what) {
  while (!all.empty()) {
    const std::string_view line = all.substr(0, all.find('\n'));
    what(line);
    all.remove_prefix(std::min(all.size(), line.size() + 1));
  }
}

std::vector<Diagnostic> from_json_lines(std::string_view out) {
  std::vector<Diagnostic> errors;
  each_line(out, [&](std::string_view line) {
    if (!line.starts_with('{') || line.find("\"diagnostic\"") == std::string_view::npos) return;
    const auto value = parse_json(line);
    if (!value || !value->is_object() || !value->contains("diagnostic") || errors.size() >= kMostErrors) return;
    const Json& diagnostic = value->at("diagnostic");
    if (text(diagnostic, "severity") == "error") errors.push_back(read_diagnostic(diagnostic));
  });
  return errors;
}

/// "Error: summary", a blank line, "  on main.tf line 3, in …:" perhaps, and the detail up to the next "Error: ".
std::vector<Diagnostic> from_text(std::string_view err) {
  std::vector<Diagnostic> errors;
  each_line(err, [&](std::string_view line) {
    for (const std::string_view edge : {"│ ", "│", "╷", "╵"})
      if (line.starts_with(edge)) line.remove_prefix(edge.size());
    constexpr std::string_view kError = "Error: ";
    if (line.starts_with(kError) && errors.size() < kMostErrors) {
      errors.push_back({.summary = std::string(line.substr(kError.size())), .detail = {}, .file = {}, .address = {}});
    } else if (!errors.empty()) {
      errors.back().detail += std::string(line) + "\n";
    }
  });
  return errors;
}

bool has(std::string_view where, std::string_view words) { return where.find(words) != std::string_view::npos; }

bool any_says(const StepResult& result, std::initializer_list<std::string_view> words) {
  const auto errors = read_errors(result.process);
  return std::ranges::any_of(errors, [&](const Diagnostic& each) {
    return std::ranges::any_of(
        words, [&](std::string_view word) { return has(each.summary, word) || has(each.detail, word); });
  });
}

struct Rule {
  std::string_view words;
  ErrorKind kind;
  std::string_view advice = {};
};
/// First match wins; of what is said before anything was changed.
constexpr std::array kRules = {
    Rule{"because it is being terminated", ErrorKind::Transient},
    Rule{"which is newer than current", ErrorKind::ExecutorUnavailable, "install that version of the tool"},
    Rule{"Unsupported state file format", ErrorKind::ExecutorUnavailable, "install that version of the tool"},
    Rule{"No value for required variable", ErrorKind::Invalid, "set it in spec.variables"},
    Rule{"does not have a provider named", ErrorKind::Invalid},
    Rule{"doesn't match any of the checksums", ErrorKind::SourceFailed},
    Rule{"provider package", ErrorKind::SourceFailed},
    Rule{"Could not retrieve the list of available versions", ErrorKind::SourceFailed},
    Rule{"registry", ErrorKind::SourceFailed},
    Rule{"Failed to download module", ErrorKind::SourceFailed},
    Rule{"is forbidden:", ErrorKind::AccessDenied},
    Rule{"Unauthorized", ErrorKind::AccessDenied},
    Rule{"connection refused", ErrorKind::Transient},
    Rule{"connection reset", ErrorKind::Transient},
    Rule{"no such host", ErrorKind::Transient},
    Rule{"i/o timeout", ErrorKind::Transient},
    Rule{"TLS handshake timeout", ErrorKind::Transient},
    Rule{"Client.Timeout", ErrorKind::Transient},
    Rule{"unexpected EOF", ErrorKind::Transient}};

const Rule* rule_of(const Diagnostic& first) {
  const auto rule = std::ranges::find_if(
      kRules, [&](const Rule& each) { return has(first.summary, each.words) || has(first.detail, each.words); });
  return rule == kRules.end() ? nullptr : &*rule;
}

/// A place in the module and no resource that said so: the module itself is wrong.
bool is_about_the_module(const Diagnostic& error) { return !error.file.empty() && error.address.empty(); }

std::string words_of(const Diagnostic& error) {
  std::string words = one_line(error.summary);
  const std::string detail = cut(one_line(error.detail), kDetailBytes);
  if (!detail.empty()) words += ": " + detail;
  std::string place = error.address;
  if (!error.file.empty()) place += (place.empty() ? "" : ", ") + error.file + ":" + std::to_string(error.line);
  if (!place.empty()) words += " (" + one_line(place) + ")";
  return words;
}

}  // namespace

std::vector<Diagnostic> read_errors(const process::ProcessResult& result) {
  std::vector<Diagnostic> errors = from_json_lines(result.out);
  return errors.empty() ? from_text(result.err) : errors;
}

bool asks_for_init(const StepResult& result) { return any_says(result, {"tofu init\"", "terraform init\""}); }
bool says_stale(const StepResult& result) { return any_says(result, {"Saved plan is stale"}); }
bool says_terminating(const StepResult& result) { return any_says(result, {"because it is being terminated"}); }

Error error_of(std::string_view what, const StepResult& result, Stage stage) {
  if (result.process.exit.kind != process::Exit::Kind::Exited) return process::failure(what, result.process);
  const auto errors = read_errors(result.process);
  if (errors.empty()) return process::failure(what, result.process);
  const Diagnostic& first = errors.front();
  std::string message = std::string(what) + ": " + words_of(first);
  if (errors.size() > 1)
    message += "; and " + std::to_string(errors.size() - 1) + (errors.size() == 2 ? " more error" : " more errors");
  if (stage == Stage::During) return fail(ErrorKind::StepFailed, std::move(message));
  const Rule* rule = rule_of(first);
  if (rule != nullptr && !rule->advice.empty()) message += "; " + std::string(rule->advice);
  const ErrorKind kind = rule != nullptr              ? rule->kind
                         : is_about_the_module(first) ? ErrorKind::Invalid
                                                      : ErrorKind::StepFailed;
  return fail(kind, std::move(message));
}

}  // namespace deployctl::terraform
