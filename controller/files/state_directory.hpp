#pragma once

// Where the local door keeps what it knows (--state-dir, ~/.deployctl): one place for the names of all its files. An
// app in an environment is the ObjectKey {environment, app}; neither name has an underscore, so "app_environment" is
// one of a kind. Value; looks at the disk only where it says so.
//
//   history/APP_ENV_TIME.json   one per operation          locks/APP_ENV.lock    who works on it now
//   revisions/APP_ENV/rN        inputs of a revision       work/APP_ENV/         directories of running operations
//   objects/APP_ENV.json        status and journal         attachments/APP_ENV.{plan,outputs}   saved plan, outputs

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/object_key.hpp"
#include "base/result.hpp"
#include "ports/attachment.hpp"

namespace deployctl::files {

class StateDirectory {
 public:
  explicit StateDirectory(std::filesystem::path root) : root_(std::move(root)) {}

  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  [[nodiscard]] std::filesystem::path history() const { return root_ / "history"; }
  [[nodiscard]] std::filesystem::path objects() const { return root_ / "objects"; }
  [[nodiscard]] std::filesystem::path attachments() const { return root_ / "attachments"; }
  [[nodiscard]] std::filesystem::path locks() const { return root_ / "locks"; }
  [[nodiscard]] std::filesystem::path object(const ObjectKey& key) const { return objects() / (stem(key) + ".json"); }
  [[nodiscard]] std::filesystem::path revisions(const ObjectKey& key) const { return root_ / "revisions" / stem(key); }
  [[nodiscard]] std::filesystem::path work(const ObjectKey& key) const { return root_ / "work" / stem(key); }
  [[nodiscard]] std::filesystem::path lock(const ObjectKey& key) const { return locks() / (stem(key) + ".lock"); }
  [[nodiscard]] std::filesystem::path attachment(const ObjectKey& key, ports::Attachment what) const;

  /// "APP_ENV"
  static std::string stem(const ObjectKey& key) { return key.name + "_" + key.ns; }
  static std::optional<ObjectKey> key_of(std::string_view stem);

  /// Before the first write for `key`: makes what is missing, 0700. Refuses a directory of another user, whose files we
  /// would take away. Error: WorkspaceFailed, one sentence.
  [[nodiscard]] Result<void> prepare(const ObjectKey& key) const;

 private:
  std::filesystem::path root_;
};

}  // namespace deployctl::files
