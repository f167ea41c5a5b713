#include "api/requests.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "api/constants.hpp"
#include "base/text.hpp"

namespace deployctl::api {

namespace {

constexpr std::size_t kByBytes = 128;

using Annotations = std::map<std::string, std::string>;

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

/// What a person may write as a token: something to see, nothing that could break a log line.
bool is_token(std::string_view text) {
  return is_printable(text) && text.find_first_not_of(' ') != std::string_view::npos;
}

bool is_operation_id(std::string_view text) {
  return text.size() == 26 && text.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ") == std::string_view::npos;
}

bool is_plan_id(std::string_view text) {
  return text.size() == 16 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_rollback(std::string_view text) { return parse_rollback(text).has_value(); }

struct Rule {
  std::string_view annotation;
  bool (*accepts)(std::string_view);
  std::string_view expected;
};

/// The request in force: the annotation's when it is new, else the pending one.
std::optional<Asked> read(const Rule& rule, const Annotations& annotations, const std::optional<Request>& handled,
                          std::vector<std::string>& ignored) {
  const bool pending = handled && handled->result == RequestResult::Pending && rule.accepts(handled->token);
  const std::optional<Asked> before = pending ? std::optional(Asked{handled->token, false}) : std::nullopt;
  const auto found = annotations.find(std::string(rule.annotation));
  if (found == annotations.end() || found->second.empty()) return before;
  const std::string& value = found->second;
  if (value.size() > kRequestBytes || !rule.accepts(value)) {
    ignored.push_back(std::string(rule.annotation) + ": expected " + std::string(rule.expected) + ", found \"" +
                      cut(one_line(value), 64) + "\"");
    return before;
  }
  if (handled && handled->token == value) return before;
  return Asked{value, true};
}

std::string words(const Annotations& annotations, std::string_view name) {
  const auto found = annotations.find(std::string(name));
  return found == annotations.end() ? std::string() : cut(one_line(found->second), kByBytes);
}

}  // namespace

std::optional<AskedRollback> parse_rollback(std::string_view value) {
  if (value.size() > kRequestBytes) return std::nullopt;
  const std::size_t slash = value.find('/');
  if (slash == std::string_view::npos || !is_token(value.substr(slash + 1))) return std::nullopt;
  const std::string_view target = value.substr(0, slash);
  AskedRollback asked{.asked = {std::string(value), false}};
  if (target == "previous") return asked;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(target.data(), target.data() + target.size(), number);
  if (error != std::errc() || end != target.data() + target.size() || number < 1) return std::nullopt;
  asked.revision = number;
  return asked;
}

Requests read_requests(const Annotations& annotations, const LastHandled& handled) {
  static constexpr std::string_view kToken = "a token of printable characters";
  Requests requests;
  auto& ignored = requests.ignored;
  requests.reconcile = read({annotations::kRequestedAt, is_token, kToken}, annotations, handled.reconcile, ignored);
  requests.force = read({annotations::kForceAt, is_token, kToken}, annotations, handled.force, ignored);
  const Rule rollback{annotations::kRollbackTo, is_rollback, "<revision>/TOKEN or previous/TOKEN"};
  if (auto asked = read(rollback, annotations, handled.rollback, ignored)) {
    requests.rollback = parse_rollback(asked->token);
    if (requests.rollback) requests.rollback->asked = std::move(*asked);
  }
  requests.approve = read({annotations::kApprove, is_plan_id, "a plan id"}, annotations, handled.approve, ignored);
  requests.cancel =
      read({annotations::kCancel, is_operation_id, "an operation id"}, annotations, handled.cancel, ignored);
  requests.by = words(annotations, annotations::kRequestedBy);
  requests.why = words(annotations, annotations::kRequestReason);
  return requests;
}

}  // namespace deployctl::api
