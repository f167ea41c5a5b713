#include "compose/files.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "compose/names.hpp"
#include "process/base_environment.hpp"

namespace deployctl::compose {
namespace {

constexpr std::array kDefaultFiles = {"compose.yaml", "docker-compose.yml"};

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// "./a//b" is "a/b", as the keys of a source tree are written.
std::string plain(const std::string& path) {
  std::string out;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string part = path.substr(at, end - at);
    if (!part.empty() && part != ".") out += (out.empty() ? "" : "/") + part;
    at = end + 1;
  }
  return out;
}

/// Names after `$` and `${`; `$$` is a plain dollar sign.
std::vector<std::string> variables_in(std::string_view text) {
  std::vector<std::string> names;
  for (std::size_t at = text.find('$'); at != std::string_view::npos; at = text.find('$', at)) {
    ++at;
    if (at < text.size() && text[at] == '$') {
      ++at;
      continue;
    }
    if (at < text.size() && text[at] == '{') ++at;
    const std::size_t start = at;
    while (at < text.size() && is_name_character(text[at])) ++at;
    if (at > start) names.emplace_back(text.substr(start, at - start));
  }
  return names;
}

}  // namespace

Result<std::vector<std::string>> compose_files(const executors::Inputs& in) {
  if (!in.files || in.source_dir.empty())
    return fail(ErrorKind::Invalid, "spec.source: a docker-compose deployment needs a source with a compose file");
  std::vector<std::string> files;
  for (const std::string& wanted : compose_block(in).files) {
    files.push_back(plain(wanted));
    if (!in.files->contains(files.back()))
      return fail(ErrorKind::Invalid,
                  "spec.dockerCompose.files: \"" + cut(one_line(wanted), 128) + "\" is not in the source");
  }
  if (files.empty()) {
    const auto found = std::ranges::find_if(kDefaultFiles, [&](const char* name) { return in.files->contains(name); });
    if (found == kDefaultFiles.end())
      return fail(ErrorKind::Invalid,
                  "spec.source: has neither compose.yaml nor docker-compose.yml: name the files in "
                  "spec.dockerCompose.files, or their directory in spec.path");
    files.emplace_back(*found);
  }
  return files;
}

std::optional<Error> controllers_variable(const executors::Inputs& in, const std::string& file) {
  for (const std::string& name : variables_in(in.files->at(file).bytes))
    if (process::is_of_every_child(name) && !in.variables.contains(name) && !in.env.contains(name))
      return fail(ErrorKind::Invalid, file + ": ${" + name +
                                          "} would be the controller's own: declare it in spec.variables, or write "
                                          "$$ for a plain dollar sign");
  return std::nullopt;
}

}  // namespace deployctl::compose
