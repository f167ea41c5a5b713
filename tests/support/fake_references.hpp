#pragma once

// ports::References in memory: what a test puts there is there. Remembers who asked for what.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "ports/references.hpp"

namespace deployctl::support {

class FakeReferences final : public ports::References {
 public:
  using Name = std::pair<std::string, std::string>;  ///< namespace, name

  std::map<Name, ports::KeyValues> secrets;
  std::map<Name, ports::KeyValues> config_maps;
  /// Answered instead, by every call, while set.
  std::optional<Error> failure;
  /// Who read which Secret or ConfigMap ("secret/NAME", "configmap/NAME").
  std::set<std::pair<ObjectKey, std::string>> reads;

  Task<Result<std::optional<ports::KeyValues>>> secret(ObjectKey dependent, std::string name) override {
    reads.emplace(dependent, "secret/" + name);
    co_return look_up(secrets, {dependent.ns, name});
  }
  Task<Result<std::optional<ports::KeyValues>>> config_map(ObjectKey dependent, std::string name) override {
    reads.emplace(dependent, "configmap/" + name);
    co_return look_up(config_maps, {dependent.ns, name});
  }

 private:
  [[nodiscard]] Result<std::optional<ports::KeyValues>> look_up(const std::map<Name, ports::KeyValues>& from,
                                                                const Name& name) const {
    if (failure) return *failure;
    const auto found = from.find(name);
    if (found == from.end()) return std::optional<ports::KeyValues>{};
    return std::optional<ports::KeyValues>(found->second);
  }
};

}  // namespace deployctl::support
