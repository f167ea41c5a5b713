#include "compose/names.hpp"

#include <charconv>
#include <stdexcept>

#include "api/constants.hpp"
#include "base/sha256.hpp"
#include "docker/names.hpp"

namespace deployctl::compose {
namespace {

constexpr std::size_t kLongestProject = 63;
constexpr std::size_t kLongestComponent = 100;
constexpr std::size_t kHash = 8;
constexpr std::size_t kInstallation = 12;  ///< of its hash, in the names of kept tags

bool is_plain(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/// A part of a repository's name: runs of [a-z0-9] with ".", "_", "__" or dashes between.
bool is_component(std::string_view text) {
  if (text.empty() || text.size() > kLongestComponent || !is_plain(text.front()) || !is_plain(text.back()))
    return false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    while (at < text.size() && !is_plain(text[at])) ++at;
    const std::string_view between = text.substr(start, at - start);
    const bool dashes = between.find_first_not_of('-') == std::string_view::npos;
    if (!dashes && between != "." && between != "_" && between != "__") return false;
    while (at < text.size() && is_plain(text[at])) ++at;
  }
  return true;
}

std::string component(const std::string& text) {
  return is_component(text) ? text : "h-" + sha256_hex(text).substr(0, 32);
}

std::string kept_folder(const executors::Inputs& in) {
  return "deployctl/" + sha256_hex(in.installation).substr(0, kInstallation) + "/" +
         component(in.key.ns + "_" + in.key.name) + "/";
}

}  // namespace

const api::DockerCompose& compose_block(const executors::Inputs& in) {
  if (!in.spec.docker_compose) throw std::logic_error("a compose procedure without spec.dockerCompose");
  return *in.spec.docker_compose;
}

std::string project_name(const ObjectKey& key, const api::DeploymentSpec& spec) {
  if (spec.docker_compose && spec.docker_compose->project) return *spec.docker_compose->project;
  const std::string full = key.ns + "_" + key.name;
  std::string name;
  for (const char c : full)
    if (is_plain(c) || c == '_' || c == '-') name += c;
  if (name == full && name.size() <= kLongestProject) return name;
  return name.substr(0, kLongestProject - kHash - 1) + "-" + sha256_hex(full).substr(0, kHash);
}

std::map<std::string, std::string> service_labels(const executors::Inputs& in) {
  std::map<std::string, std::string> labels = docker::owner_labels(in);
  labels.emplace(api::labels::kManagedBy, api::kControllerName);
  return labels;
}

std::string kept_repository(const executors::Inputs& in, const std::string& service) {
  return kept_folder(in) + component(service);
}

std::string kept_pattern(const executors::Inputs& in) { return kept_folder(in) + "*"; }

std::string kept_tag(const executors::Inputs& in, const std::string& service) {
  return kept_repository(in, service) + ":r" + std::to_string(in.revision);
}

std::optional<std::int64_t> revision_of_tag(std::string_view tag) {
  const std::size_t colon = tag.rfind(":r");
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view number = tag.substr(colon + 2);
  std::int64_t revision = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), revision);
  if (error != std::errc() || end != number.data() + number.size() || revision <= 0) return std::nullopt;
  return revision;
}

}  // namespace deployctl::compose
