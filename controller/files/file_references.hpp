#pragma once

// ports::References of the local door. What the configuration files call secret is told by the command: values that
// ${ENV:…} and ${FILE:…} gave, and files that are read anew at each call. Outputs of other apps of the same environment
// are read from their attachments. There are no ConfigMaps. Nobody is told of changes: a command is too short for that.

#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "files/state_directory.hpp"
#include "ports/references.hpp"

namespace deployctl::files {

class FileReferences final : public ports::References {
 public:
  /// "<secret>/<key>" to a value, and to the absolute path of a file with one.
  FileReferences(const StateDirectory& state, std::map<std::string, std::string> values,
                 std::map<std::string, std::string> paths)
      : state_(state), values_(std::move(values)), paths_(std::move(paths)) {}

  /// Errors: DependencyNotReady (a file that is missing or cannot be read), Invalid (larger than 64 KiB).
  Task<Result<std::optional<ports::KeyValues>>> secret(ObjectKey dependent, std::string name) override;
  Task<Result<std::optional<ports::KeyValues>>> config_map(ObjectKey dependent, std::string name) override;

 private:
  [[nodiscard]] Result<std::optional<ports::KeyValues>> outputs_of(const std::string& ns,
                                                                   const std::string& name) const;
  const StateDirectory& state_;
  std::map<std::string, std::string> values_, paths_;
};

}  // namespace deployctl::files
