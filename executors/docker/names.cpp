#include "docker/names.hpp"

#include <stdexcept>

#include "api/constants.hpp"
#include "base/sha256.hpp"

namespace deployctl::docker {
namespace {

constexpr std::size_t kLongestName = 120;
constexpr std::size_t kHash = 8;

bool is_allowed(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

}  // namespace

const api::Docker& docker_block(const executors::Inputs& in) {
  if (!in.spec.docker) throw std::logic_error("a docker procedure without spec.docker");
  return *in.spec.docker;
}

std::string container_name(const ObjectKey& key) {
  const std::string full = key.ns + "_" + key.name;
  std::string name;
  for (const char c : full)
    if (is_allowed(c)) name += c;
  if (name == full && name.size() <= kLongestName) return name;
  return name.substr(0, kLongestName - kHash - 1) + "-" + sha256_hex(full).substr(0, kHash);
}

std::string next_name(const ObjectKey& key) { return container_name(key) + "_next"; }

std::string kept_name(const ObjectKey& key, std::int64_t revision) {
  return container_name(key) + "-r" + std::to_string(revision);
}

std::string built_image(const executors::Inputs& in) { return built_image(in, in.digest); }

std::string built_image(const executors::Inputs& in, const std::string& digest) {
  const std::string identity = in.installation + "/" + in.key.str() + "/" + digest;
  return std::string(kBuiltTags) + sha256_hex(identity).substr(0, 24);
}

std::map<std::string, std::string> owner_labels(const executors::Inputs& in) {
  return {{std::string(api::labels::kInstallation), in.installation},
          {std::string(api::labels::kNamespace), in.key.ns},
          {std::string(api::labels::kName), in.key.name}};
}

std::map<std::string, std::string> container_labels(const executors::Inputs& in) {
  std::map<std::string, std::string> labels = owner_labels(in);
  labels.emplace(api::labels::kManagedBy, api::kControllerName);
  labels.emplace(api::labels::kUid, in.uid);
  labels.emplace(api::labels::kRevision, std::to_string(in.revision));
  labels.emplace(api::labels::kDigest, in.digest);
  labels.emplace(kRestartPolicyLabel, docker_block(in).restart_policy);
  return labels;
}

}  // namespace deployctl::docker
