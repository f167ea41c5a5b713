#include "kubectl/output.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "kubectl/json_path.hpp"

namespace deployctl::kubectl {
namespace {

constexpr std::size_t kMessageBytes = 700;

struct Rule {
  std::string_view words;
  ErrorKind kind;
};
/// First match wins. A terminating namespace answers Forbidden, so it stands first (fault K5).
constexpr std::array kRules = {Rule{"because it is being terminated", ErrorKind::Transient},
                               Rule{"Apply failed with ", ErrorKind::Conflict},
                               Rule{"(Forbidden)", ErrorKind::AccessDenied},
                               Rule{"(Unauthorized)", ErrorKind::AccessDenied},
                               Rule{"You must be logged in", ErrorKind::AccessDenied},
                               Rule{"(TooManyRequests)", ErrorKind::Transient},
                               Rule{"(ServiceUnavailable)", ErrorKind::Transient},
                               Rule{"(InternalError)", ErrorKind::Transient},
                               Rule{"(Timeout)", ErrorKind::Transient},
                               Rule{"(ServerTimeout)", ErrorKind::Transient},
                               Rule{"(Conflict)", ErrorKind::Transient},
                               Rule{"Unable to connect to the server", ErrorKind::Transient},
                               Rule{"connection refused", ErrorKind::Transient},
                               Rule{"connection reset", ErrorKind::Transient},
                               Rule{"TLS handshake timeout", ErrorKind::Transient},
                               Rule{"i/o timeout", ErrorKind::Transient},
                               Rule{"unexpected EOF", ErrorKind::Transient},
                               Rule{"no matches for kind", ErrorKind::DependencyNotReady},
                               Rule{"namespaces \"", ErrorKind::DependencyNotReady},
                               Rule{"(Invalid)", ErrorKind::Invalid},
                               Rule{"(BadRequest)", ErrorKind::Invalid},
                               Rule{" is invalid:", ErrorKind::Invalid},
                               Rule{"strict decoding error", ErrorKind::Invalid},
                               Rule{"error validating", ErrorKind::Invalid},
                               Rule{"(UnprocessableEntity)", ErrorKind::Invalid}};

/// Work directories are named by an operation's id; below one, people know the source alone.
std::string without_work_directory(std::string text) {
  constexpr std::string_view kIdCharacters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  constexpr std::size_t kIdLength = 26;
  for (std::size_t at = text.find('/'); at != std::string::npos; at = text.find('/', at + 1)) {
    const std::size_t end = std::min(text.find_first_not_of(kIdCharacters, at + 1), text.size());
    if (end != at + 1 + kIdLength) continue;
    const std::size_t before = text.find_last_of(" \"'(=:", at);
    const std::size_t begin = before == std::string::npos ? 0 : before + 1;
    constexpr std::string_view kSource = "/src/";
    const bool in_source = text.compare(end, kSource.size(), kSource) == 0;
    const std::size_t rest = in_source ? end + kSource.size() : std::min(end + 1, text.size());
    text.erase(begin, rest - begin);
    at = begin == 0 ? 0 : begin - 1;
  }
  return text;
}

/// Without the name of a file that is ours, and without advice that only holds for who calls kubectl by hand.
std::string plain(std::string text) {
  text = without_work_directory(std::move(text));
  for (const std::string_view noise : {" from \"objects.json\"", " error validating \"objects.json\":",
                                       " if you choose to ignore these errors, turn validation off with "
                                       "--validate=false",
                                       " ensure CRDs are installed first"}) {
    for (std::size_t at = text.find(noise); at != std::string::npos; at = text.find(noise, at))
      text.erase(at, noise.size());
  }
  while (text.ends_with(';')) text.pop_back();
  constexpr std::string_view kUnknown = "no matches for kind";
  if (const std::size_t at = text.find(kUnknown); at != std::string::npos)
    return text.substr(at) + ": install its CustomResourceDefinition, or correct apiVersion and kind";
  return text;
}

/// A conflict names managers and fields over several lines and ends before kubectl's advice; other errors are told by
/// their first lines.
std::string_view telling_part(std::string_view err) {
  const std::size_t conflict = err.find("Apply failed with ");
  if (conflict != std::string_view::npos) {
    const std::size_t advice = err.find("Please review the fields", conflict);
    return err.substr(conflict, advice == std::string_view::npos ? std::string_view::npos : advice - conflict);
  }
  for (const std::string_view start : {"Error from server", "error:", "The ", "Unable to connect"}) {
    const std::size_t found = err.find(start);
    if (found != std::string_view::npos) return err.substr(found);
  }
  return err;
}

/// "apps.v1.Deployment.shop.web" to "Deployment shop/web"; of what has no namespace that part is empty.
std::string name_of_file(std::string_view file) {
  std::size_t kind = 0;
  while (kind < file.size() && (file[kind] < 'A' || file[kind] > 'Z')) {
    const std::size_t dot = file.find('.', kind);
    if (dot == std::string_view::npos) return one_line(file);
    kind = dot + 1;
  }
  const std::size_t ns = file.find('.', kind);
  const std::size_t name = ns == std::string_view::npos ? ns : file.find('.', ns + 1);
  if (name == std::string_view::npos) return one_line(file);
  const std::string_view space = file.substr(ns + 1, name - ns - 1);
  return one_line(std::string(file.substr(kind, ns - kind)) + " " + std::string(space) + (space.empty() ? "" : "/") +
                  std::string(file.substr(name + 1)));
}

}  // namespace

Result<std::vector<Json>> read_objects(std::string_view out) {
  if (out.find_first_not_of(" \t\r\n") == std::string_view::npos) return std::vector<Json>{};
  auto document = parse_json(out, {.max_bytes = 64U * 1024 * 1024, .max_depth = 100, .max_nodes = 4'000'000});
  if (!document) return fail(ErrorKind::StepFailed, "kubectl's answer: " + document.error().message);
  const Json* items = member_at(*document, {"items"});
  if (text_at(*document, {"kind"}) == "List" || text_at(*document, {"kind"}).ends_with("List")) {
    std::vector<Json> objects;
    if (items != nullptr && items->is_array()) objects.assign(items->begin(), items->end());
    return objects;
  }
  return std::vector<Json>{std::move(*document)};
}

Error error_of(const executors::StepResult& result) {
  using Kind = process::Exit::Kind;
  const process::ProcessResult& run = result.process;
  switch (run.exit.kind) {
    case Kind::CouldNotStart:
      return fail(ErrorKind::ExecutorUnavailable, "kubectl could not be started: " + run.exit.detail);
    case Kind::TimedOut: return fail(ErrorKind::StepTimedOut, "kubectl did not end in time");
    case Kind::Cancelled: return fail(ErrorKind::Cancelled, "kubectl was stopped");
    case Kind::Signalled:
      return fail(ErrorKind::StepFailed, "kubectl was ended by signal " + std::to_string(run.exit.code));
    case Kind::Exited: break;
  }
  if (run.out_overflow) return fail(ErrorKind::Invalid, "kubectl printed more than can be kept: split the manifests");
  const std::string message = cut(plain(one_line(telling_part(run.err))), kMessageBytes);
  const auto rule =
      std::ranges::find_if(kRules, [&](const Rule& each) { return run.err.find(each.words) != std::string::npos; });
  const ErrorKind kind = rule == kRules.end() ? ErrorKind::StepFailed : rule->kind;
  return fail(kind, message.empty() ? "kubectl ended with exit code " + std::to_string(run.exit.code) : message);
}

bool drop_unknown_kinds(std::vector<ObjectId>& ids, std::string_view err) {
  if (err.find("no matches for kind") == std::string_view::npos) return false;
  return std::erase_if(ids, [&](const ObjectId& id) {
           return err.find("no matches for kind \"" + id.kind + "\" in version \"" + id.api_version + "\"") !=
                  std::string_view::npos;
         }) > 0;
}

std::vector<std::string> differing(std::string_view out) {
  // "diff -u -N <TMP>/LIVE-1/apps.v1.Deployment.shop.web <TMP>/MERGED-2/apps.v1.Deployment.shop.web"
  std::vector<std::string> names;
  for (std::size_t at = 0; at < out.size();) {
    const std::size_t end = std::min(out.find('\n', at), out.size());
    const std::string_view line = out.substr(at, end - at);
    at = end + 1;
    if (!line.starts_with("diff -")) continue;
    const std::size_t slash = line.rfind('/');
    if (slash != std::string_view::npos) names.push_back(name_of_file(line.substr(slash + 1)));
  }
  return names;
}

}  // namespace deployctl::kubectl
