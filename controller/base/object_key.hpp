#pragma once

// The identity of one Deployment: namespace and name. In the cluster a Kubernetes namespace; for the local door the
// environment's name. Used as the key of the queue, of the cache and of everything kept per object.

#include <compare>
#include <cstddef>
#include <functional>
#include <string>

namespace deployctl {

struct ObjectKey {
  std::string ns;
  std::string name;

  auto operator<=>(const ObjectKey&) const = default;

  /// "<namespace>/<name>", as it stands in logs.
  [[nodiscard]] std::string str() const { return ns + "/" + name; }
};

}  // namespace deployctl

template <>
struct std::hash<deployctl::ObjectKey> {
  std::size_t operator()(const deployctl::ObjectKey& key) const noexcept {
    const std::size_t first = std::hash<std::string>{}(key.ns);
    return first ^ (std::hash<std::string>{}(key.name) + 0x9e3779b97f4a7c15U + (first << 6U) + (first >> 2U));
  }
};
