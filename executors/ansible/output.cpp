#include "ansible/output.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "ansible/playground.hpp"
#include "base/strict_json.hpp"
#include "base/text.hpp"

namespace deployctl::ansible {
namespace {

using executors::Inputs;
using executors::StepResult;

constexpr std::size_t kMessageBytes = 700;
constexpr JsonLimits kRecapLimits = {.max_bytes = 64U * 1024, .max_depth = 8, .max_nodes = 1000};
constexpr std::string_view kRecapStart = R"({"event": "recap")";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::int64_t number(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

std::string text(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? one_line(found->get_ref<const std::string&>()) : std::string();
}

std::vector<Recap::Event> events(const Json& recap, const char* name) {
  std::vector<Recap::Event> read;
  const auto found = recap.find(name);
  if (found == recap.end() || !found->is_array()) return read;
  for (const Json& each : *found)
    if (each.is_object()) read.push_back({text(each, "host"), text(each, "task"), text(each, "message")});
  return read;
}

std::string count(std::int64_t number, const std::string& word) {
  return std::to_string(number) + " " + word + (number == 1 ? "" : "s");
}

std::string where(const Recap::Event& event) {
  return event.task.empty() ? event.host : "task \"" + event.task + "\" on " + event.host;
}

std::string without(std::string text, const std::string& prefix) {
  if (prefix.size() <= 1) return text;
  for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at))
    text.erase(at, prefix.size());
  return text;
}

/// What ansible's last error says, without what it quotes of the file; people know the source, not our directories.
std::string said(const Inputs& in, std::string_view err) {
  constexpr std::string_view kError = "ERROR! ";
  constexpr std::string_view kNewError = "[ERROR]: ";  // from 2.19 on
  if (const std::size_t at = err.rfind(kError); at != std::string_view::npos) {
    err.remove_prefix(at + kError.size());
    for (const std::string_view end : {", but may\n", "The offending line appears to be"})
      err = err.substr(0, std::min(err.find(end), err.size()));
  } else if (const std::size_t newer = err.rfind(kNewError); newer != std::string_view::npos) {
    err.remove_prefix(newer + kNewError.size());
    err = err.substr(0, std::min(err.find("\n\n"), err.size()));
  }
  std::string message = one_line(err);
  message = without(std::move(message), playing_directory(in) + "/");
  message = without(std::move(message), in.source_dir + "/");
  return cut(without(std::move(message), in.work_dir + "/"), kMessageBytes);
}

/// Of a process that did not come to an end of its own.
std::optional<Error> broken_off(const char* program, const StepResult& result) {
  using Kind = process::Exit::Kind;
  const std::string name = program;
  const process::Exit& exit = result.process.exit;
  switch (exit.kind) {
    case Kind::CouldNotStart:
      return fail(ErrorKind::ExecutorUnavailable, name + " could not be started: " + exit.detail);
    case Kind::TimedOut: return fail(ErrorKind::StepTimedOut, name + " did not end in time");
    case Kind::Cancelled: return fail(ErrorKind::Cancelled, name + " was stopped");
    case Kind::Signalled:
      return fail(ErrorKind::StepFailed, name + " was ended by signal " + std::to_string(exit.code));
    case Kind::Exited: return std::nullopt;
  }
  return std::nullopt;
}

std::string or_exit_code(std::string message, const char* program, const StepResult& result) {
  if (!message.empty()) return message;
  return std::string(program) + " ended with exit code " + std::to_string(result.process.exit.code);
}

// Words of ansible itself, in a task's failure as well as on standard error; tools that a task runs have others.
constexpr std::string_view kNoPassword = "no vault secrets found";
constexpr std::string_view kWrongPassword = "no vault secrets were found that could decrypt";

// Of a server of roles and collections that did not answer.
constexpr std::array<std::string_view, 4> kNetwork = {"urlopen error", "when attempting to call Galaxy",
                                                      "failed to download the file", "Could not resolve host"};

bool has(std::string_view text, std::string_view words) { return text.find(words) != std::string_view::npos; }

bool is_of_vault(std::string_view message) { return has(message, kNoPassword) || has(message, kWrongPassword); }

/// The remedy of a missing password is in the spec, of a wrong one in a Secret.
Error vault_error(std::string_view why, const std::string& message) {
  if (has(why, kNoPassword))
    return fail(ErrorKind::Invalid, "spec.ansible.vaultPasswordSecretRef: set it, something is encrypted: " + message);
  return fail(ErrorKind::DependencyNotReady,
              "spec.ansible.vaultPasswordSecretRef: the password does not decrypt what is encrypted: " + message);
}

}  // namespace

std::vector<std::string> read_hosts(std::string_view out) {
  // "    hosts (2):\n      web1\n      web2\n"
  std::set<std::string> hosts;
  bool listed = false;
  while (!out.empty()) {
    const std::size_t end = std::min(out.find('\n'), out.size());
    const std::string_view line = out.substr(0, end);
    out.remove_prefix(std::min(end + 1, out.size()));
    const std::string_view words = trimmed(line);
    if (words.starts_with("hosts (") && words.ends_with("):")) {
      listed = true;
    } else if (words.empty() || !line.starts_with("      ")) {
      listed = false;
    } else if (listed) {
      hosts.insert(one_line(words));
    }
  }
  return {hosts.begin(), hosts.end()};
}

std::optional<Recap> read_recap(std::string_view out) {
  const std::size_t start = out.rfind(kRecapStart);
  if (start == std::string_view::npos || (start > 0 && out[start - 1] != '\n')) return std::nullopt;
  const auto read = parse_json(out.substr(start, out.find('\n', start) - start), kRecapLimits);
  if (!read || !read->is_object()) return std::nullopt;
  return Recap{.hosts = number(*read, "hosts"),
               .failed = number(*read, "failed"),
               .unreachable = number(*read, "unreachable"),
               .ok = number(*read, "ok"),
               .changed = number(*read, "changed"),
               .troubles = events(*read, "troubles"),
               .changes = events(*read, "changes")};
}

std::string words_of(const Recap& recap) {
  return count(recap.hosts, "host") + ", " + count(recap.ok, "task") + " ok, " + std::to_string(recap.changed) +
         " changed";
}

std::string words_of_changes(const Recap& recap) {
  std::string words = "would change:";
  for (const Recap::Event& each : recap.changes) words += " " + where(each) + ",";
  words.pop_back();
  const auto named = static_cast<std::int64_t>(recap.changes.size());
  if (recap.changed > named) words += " and " + std::to_string(recap.changed - named) + " more";
  return cut(words, kMessageBytes);
}

Error error_of_look(const Inputs& in, const StepResult& result) {
  constexpr const char* kProgram = "ansible-playbook";
  if (auto broken = broken_off(kProgram, result)) return *broken;
  const std::string message = or_exit_code(said(in, result.process.err), kProgram, result);
  if (is_of_vault(message)) return vault_error(message, message);
  const bool bug = message.find("Unexpected Exception") != std::string::npos ||
                   message.find("Traceback") != std::string::npos ||
                   (result.process.err.find("ERROR! ") == std::string::npos &&
                    result.process.err.find("[ERROR]: ") == std::string::npos);
  return fail(bug ? ErrorKind::StepFailed : ErrorKind::Invalid, message);
}

Error error_of_requirements(const Inputs& in, const StepResult& result) {
  constexpr const char* kProgram = "ansible-galaxy";
  if (auto broken = broken_off(kProgram, result)) return *broken;
  // Of a role that could not be installed the last error tells an option; why stands before it.
  constexpr std::string_view kOption = "ERROR! - you can use --ignore-errors";
  const std::string& err = result.process.err;
  const std::size_t option = err.find(kOption);
  const std::string message =
      option == std::string::npos
          ? said(in, err)
          : cut(without(one_line(std::string_view(err).substr(0, option)), in.work_dir + "/"), kMessageBytes);
  const bool unreachable = std::ranges::any_of(kNetwork, [&](std::string_view words) { return has(message, words); });
  return fail(unreachable ? ErrorKind::SourceFailed : ErrorKind::StepFailed,
              "spec.ansible.requirements: " + or_exit_code(message, kProgram, result));
}

Error error_of_play(const Inputs& in, const StepResult& result) {
  constexpr const char* kProgram = "ansible-playbook";
  if (auto broken = broken_off(kProgram, result)) return *broken;
  const auto recap = read_recap(result.process.out);
  if (!recap || recap->failed + recap->unreachable == 0) {
    const std::string message = or_exit_code(said(in, result.process.err), kProgram, result);
    return is_of_vault(message) ? vault_error(message, message) : fail(ErrorKind::StepFailed, message);
  }
  std::string message = "of " + count(recap->hosts, "host");
  if (recap->failed > 0) message += ", " + std::to_string(recap->failed) + " failed";
  if (recap->unreachable > 0) message += ", " + std::to_string(recap->unreachable) + " unreachable";
  for (const Recap::Event& trouble : recap->troubles) message += "; " + where(trouble) + ": " + trouble.message;
  message = cut(without(std::move(message), in.work_dir + "/"), kMessageBytes);
  const bool only_vault =
      !recap->troubles.empty() && std::ranges::all_of(recap->troubles, is_of_vault, &Recap::Event::message);
  if (only_vault) return vault_error(recap->troubles.front().message, message);
  const bool no_way = recap->failed == 0 && recap->unreachable == recap->hosts && recap->is_untouched();
  return fail(no_way ? ErrorKind::ExecutorUnavailable : ErrorKind::StepFailed, message);
}

}  // namespace deployctl::ansible
