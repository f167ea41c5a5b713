#include "docker/output.hpp"

#include <algorithm>
#include <charconv>

#include "api/constants.hpp"
#include "base/strict_json.hpp"
#include "base/text.hpp"
#include "process/exit_status.hpp"

namespace deployctl::docker {
namespace {

using executors::StepResult;

/// The member at `path`, or null.
const Json& at(const Json& value, const char* path) {
  static const Json kNothing;
  const Json::json_pointer pointer(path);
  return value.contains(pointer) ? value.at(pointer) : kNothing;
}
std::string text(const Json& value, const char* path) {
  const Json& member = at(value, path);
  return member.is_string() ? member.get<std::string>() : std::string();
}
std::int64_t number(const Json& value, const char* path) {
  const Json& member = at(value, path);
  return member.is_number_integer() ? member.get<std::int64_t>() : 0;
}
bool flag(const Json& value, const char* path) {
  const Json& member = at(value, path);
  return member.is_boolean() && member.get<bool>();
}

std::string restart_policy(const Json& value) {
  const std::string name = text(value, "/HostConfig/RestartPolicy/Name");
  const std::int64_t most = number(value, "/HostConfig/RestartPolicy/MaximumRetryCount");
  if (name.empty()) return "no";
  return most > 0 ? name + ":" + std::to_string(most) : name;
}

std::string last_health_output(const Json& value) {
  const Json& log = at(value, "/State/Health/Log");
  if (!log.is_array() || log.empty()) return {};
  return text(log.back(), "/Output");
}

Container read_container(const Json& value) {
  Container container{.id = text(value, "/Id"),
                      .name = text(value, "/Name"),
                      .image = text(value, "/Image"),
                      .status = text(value, "/State/Status"),
                      .exit_code = number(value, "/State/ExitCode"),
                      .error = text(value, "/State/Error"),
                      .out_of_memory = flag(value, "/State/OOMKilled"),
                      .started_at = text(value, "/State/StartedAt"),
                      .restarts = number(value, "/RestartCount"),
                      .health = text(value, "/State/Health/Status"),
                      .health_output = last_health_output(value),
                      .restart_policy = restart_policy(value),
                      .memory = number(value, "/HostConfig/Memory"),
                      .nano_cpus = number(value, "/HostConfig/NanoCpus")};
  if (container.name.starts_with('/')) container.name.erase(0, 1);
  if (container.health == "none") container.health.clear();
  if (const Json& labels = at(value, "/Config/Labels"); labels.is_object())
    for (const auto& [key, label] : labels.items())
      if (label.is_string()) container.labels.emplace(key, label.get<std::string>());
  if (const Json& networks = at(value, "/NetworkSettings/Networks"); networks.is_object())
    for (const auto& [name, unused] : networks.items()) container.networks.push_back(name);
  return container;
}

Error unreadable(std::string_view what) {
  return fail(ErrorKind::StepFailed, "docker gave an answer that cannot be read: " + std::string(what));
}

bool has(std::string_view text, std::string_view words) { return text.find(words) != std::string_view::npos; }

bool daemon_is_down(std::string_view err) {
  return has(err, "Cannot connect to the Docker daemon") || has(err, "error during connect") ||
         has(err, "failed to connect to the docker API") || has(err, "permission denied while trying to connect") ||
         has(err, "Is the docker daemon running");
}

/// The line that tells why: the daemon's own, else the last one.
std::string reason(const StepResult& result) {
  std::string_view rest = result.process.err;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    for (const std::string_view mark : {"Error response from daemon: ", "Cannot connect", "error during connect"})
      if (has(line, mark)) {
        std::string_view words = line.substr(line.find(mark));
        if (words.starts_with("Error response from daemon: ")) words.remove_prefix(28);
        return cut(one_line(words), 300);
      }
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  return process::last_line(result.process);
}

}  // namespace

std::string Container::label(std::string_view key) const {
  const auto found = labels.find(std::string(key));
  return found == labels.end() ? std::string() : found->second;
}

std::int64_t Container::revision() const {
  const std::string words = label(api::labels::kRevision);
  std::int64_t revision = 0;
  std::from_chars(words.data(), words.data() + words.size(), revision);
  return revision;
}

Result<std::vector<std::string>> read_ids(std::string_view out) {
  constexpr std::string_view kAlgorithm = "sha256:";
  std::vector<std::string> ids;
  while (!out.empty()) {
    const std::string_view line = out.substr(0, out.find('\n'));
    const std::string_view hex = line.starts_with(kAlgorithm) ? line.substr(kAlgorithm.size()) : line;
    if (hex.size() < 12 || hex.find_first_not_of("0123456789abcdef") != std::string_view::npos)
      return unreadable("\"" + cut(one_line(line), 64) + "\" is no id");
    if (std::ranges::find(ids, line) == ids.end()) ids.emplace_back(line);
    out.remove_prefix(std::min(out.size(), line.size() + 1));
  }
  return ids;
}

Result<std::vector<Container>> read_containers(std::string_view out) {
  const auto value = parse_json(out);
  if (!value) return unreadable(value.error().message);
  if (!value->is_array()) return unreadable("no list of containers");
  std::vector<Container> containers;
  for (const Json& each : *value) {
    Container container = read_container(each);
    if (container.id.empty() || container.status.empty()) return unreadable("a container without id or state");
    containers.push_back(std::move(container));
  }
  return containers;
}

Result<Image> read_image(std::string_view out) {
  const auto value = parse_json(out);
  if (!value) return unreadable(value.error().message);
  if (!value->is_array() || value->size() != 1) return unreadable("not one image");
  Image image{.id = text(value->front(), "/Id")};
  if (!image.id.starts_with("sha256:")) return unreadable("an image without id");
  if (const Json& digests = at(value->front(), "/RepoDigests"); digests.is_array())
    for (const Json& digest : digests)
      if (digest.is_string()) image.repo_digests.push_back(digest.get<std::string>());
  return image;
}

bool says_not_there(const StepResult& result) {
  if (result.process.exit.kind != process::Exit::Kind::Exited || daemon_is_down(result.process.err)) return false;
  std::string_view rest = result.process.err;
  bool any = false;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    const bool gone = has(line, "No such container") || has(line, "No such image") || has(line, "No such object") ||
                      (has(line, "removal of container") && has(line, "is already in progress"));
    if (!gone && !line.empty()) return false;
    any = any || gone;
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  return any;
}

Error error_of(std::string_view what, const StepResult& result) {
  if (result.process.exit.kind != process::Exit::Kind::Exited) return process::failure(what, result.process);
  const ErrorKind kind = daemon_is_down(result.process.err)                    ? ErrorKind::ExecutorUnavailable
                         : has(result.process.err, "invalid reference format") ? ErrorKind::Invalid
                                                                               : ErrorKind::StepFailed;
  std::string message = std::string(what) + ": ";
  const std::string words = reason(result);
  message += words.empty() ? process::describe(result.process.exit) : words;
  return fail(kind, std::move(message));
}

Error pull_error(const std::string& image, const StepResult& result, const PullFields& fields) {
  Error error = error_of("pull " + image, result);
  if (error.kind != ErrorKind::StepFailed) return error;
  const std::string_view err = result.process.err;
  if (has(err, "toomanyrequests") || has(err, "429")) {
    return fail(ErrorKind::Transient, error.message + " (the registry limits how often it is asked)");
  }
  if (has(err, "unauthorized") || has(err, "denied") || has(err, "authentication required") ||
      has(err, "no basic auth credentials"))
    return fail(ErrorKind::AccessDenied, error.message + " (check " + fields.logins + ")");
  if (has(err, "manifest unknown") || has(err, "not found") || has(err, "name unknown"))
    return fail(ErrorKind::StepFailed, error.message + " (check " + fields.image + ")");
  for (const std::string_view words :
       {"timeout", "Timeout", "connection refused", "connection reset", "no such host", "EOF",
        "500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable", "504 Gateway"})
    if (has(err, words)) return fail(ErrorKind::Transient, std::move(error.message));
  return error;
}

Error build_error(const StepResult& result) {
  Error error = error_of("build", result);
  if (error.kind != ErrorKind::StepFailed) return error;
  for (const std::string_view words :
       {"dockerfile parse error", "Dockerfile parse error", "unknown instruction", "Cannot locate specified Dockerfile",
        "unable to evaluate symlinks in Dockerfile path", "failed to reach build target", "the Dockerfile (",
        "file with no instructions"})
    if (has(result.process.err, words)) return fail(ErrorKind::Invalid, std::move(error.message));
  return error;
}

}  // namespace deployctl::docker
