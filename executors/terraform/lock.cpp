#include "terraform/lock.hpp"

#include <algorithm>

#include "base/strict_json.hpp"
#include "base/text.hpp"
#include "terraform/diagnostics.hpp"

namespace deployctl::terraform {
namespace {

/// "  Who:       root@vm" in the lines under "Lock Info:".
std::string field(std::string_view detail, std::string_view name) {
  const std::size_t info = detail.find("Lock Info:");
  if (info == std::string_view::npos) return {};
  const std::size_t at = detail.find("\n  " + std::string(name) + ":", info);
  if (at == std::string_view::npos) return {};
  const std::size_t from = at + name.size() + 4;
  return one_line(detail.substr(from, detail.find('\n', from) - from));
}

/// "2026-11-26 00:32:31.901116457 +0000 UTC"
std::optional<WallTime> read_time(const std::string& text) {
  constexpr std::size_t kToSeconds = 19;
  if (text.size() < kToSeconds || text.find("+0000") == std::string::npos) return std::nullopt;
  std::string plain = text.substr(0, kToSeconds) + "Z";
  plain[10] = 'T';
  return parse_rfc3339(plain);
}

bool is_lock_id(std::string_view text) {
  return !text.empty() && text.size() <= 128 && text.front() != '-' && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '/' ||
           c == '.' || c == '_';
  });
}

/// The host a tool of this holder would call itself: in a Pod the Pod's name, which is in the identity
/// NAMESPACE/NAME_ULID, as a host name cut to 63 bytes.
std::string host_of(const api::Holder& holder) {
  if (holder.pod_uid.empty()) return holder.node;
  const std::size_t slash = holder.identity.find('/');
  const std::size_t end = holder.identity.rfind('_');
  if (slash == std::string::npos || end == std::string::npos || end < slash) return {};
  return holder.identity.substr(slash + 1, std::min<std::size_t>(end - slash - 1, 63));
}

/// Who else works on the state by hand does so under other names, such as state-mv.
bool is_of_a_run(const std::string& operation) {
  return operation == "OperationTypeApply" || operation == "OperationTypePlan";
}

}  // namespace

std::optional<LockInfo> read_lock(const executors::StepResult& result) {
  if (result.process.exit.kind != process::Exit::Kind::Exited || result.process.exit.ok()) return std::nullopt;
  for (const Diagnostic& error : read_errors(result.process)) {
    if (error.summary.find("Error acquiring the state lock") == std::string::npos) continue;
    LockInfo lock{.id = field(error.detail, "ID"),
                  .who = field(error.detail, "Who"),
                  .operation = field(error.detail, "Operation"),
                  .created = field(error.detail, "Created"),
                  .created_at = {}};
    if (!is_lock_id(lock.id)) continue;
    lock.created_at = read_time(lock.created);
    return lock;
  }
  return std::nullopt;
}

bool is_of_dead_attempt(const LockInfo& lock, const executors::Inputs& inputs) {
  if (!inputs.dead_attempt || !lock.created_at) return false;
  const api::Operation& dead = inputs.dead_attempt->journal;
  if (*lock.created_at < std::chrono::floor<std::chrono::seconds>(dead.started_at)) return false;
  if (*lock.created_at > inputs.dead_attempt->by) return false;
  const std::string host = host_of(dead.holder);
  return !host.empty() && lock.who == inputs.user + "@" + host && is_of_a_run(lock.operation);
}

Error locked_error(const LockInfo& lock, const executors::Inputs& inputs, Tool tool, const Backend& backend) {
  std::string message = "the state is locked: lock " + lock.id + ", held by " + lock.who + " since " + lock.created;
  if (!lock.operation.empty()) message += " (" + lock.operation + ")";
  message += "; when nothing runs there any more: " + std::string(program(tool)) + " force-unlock -force " + lock.id;
  if (backend.ours) message += ", or kubectl --namespace=" + inputs.key.ns + " delete lease " + lock_name(inputs);
  return fail(ErrorKind::StateLocked, std::move(message));
}

bool is_owned(std::string_view lease, const std::string& uid) {
  const auto read = parse_json(lease);
  const Json::json_pointer owners("/metadata/ownerReferences");
  if (!read || !read->is_object() || !read->contains(owners) || !read->at(owners).is_array()) return false;
  return std::ranges::any_of(read->at(owners), [&](const Json& owner) {
    return owner.is_object() && owner.contains("uid") && owner.at("uid") == Json(uid);
  });
}

}  // namespace deployctl::terraform
