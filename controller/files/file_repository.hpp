#pragma once

// ports::Repository over JSON files, for one app in one environment and one command. Whoever makes it holds the
// AppLock, so that nobody else writes: a Conflict is a bug here. Every write is on the disk before it is answered; what
// is asked of it blocks for as long as that takes (some milliseconds). Lives as long as the command.
//
// The object of the local door is made by the command: `ask` says what is wanted, `request` notes what is asked for by
// hand. What is asked once need not be asked again: the file keeps it.

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "async/clock.hpp"
#include "files/history_files.hpp"
#include "files/stored_object.hpp"
#include "ports/repository.hpp"

namespace deployctl::files {

class FileRepository final : public ports::Repository {
 public:
  struct Options {
    /// The steps of the operation that ends now, for its history file: [{name, result, duration_seconds}].
    std::function<Json()> steps;
    /// After each write; the object as it was before, and its status now.
    std::function<void(const api::Deployment& before, const api::DeploymentStatus& now)> changed;
    /// Something that is no reason to stop: a sentence.
    std::function<void(const std::string&)> warn;
  };
  FileRepository(const StateDirectory& state, Clock& clock, Options options);

  /// Reads what is kept of `key`; what writes that were cut off left is removed. Error: Invalid, when it cannot be
  /// read.
  Result<void> open(const ObjectKey& key);
  /// The same, and nothing is removed: for who does not hold the lock, and writes nothing.
  Result<void> open_to_look(const ObjectKey& key);
  /// With an empty uid: nothing is known of it yet.
  [[nodiscard]] const StoredObject& object() const { return stored_; }

  /// What is wanted. A spec that differs from the one kept is a new generation. Written with the next write.
  void ask(api::DeploymentSpec spec, Json config, std::map<std::string, std::string> secret_files);
  /// An annotation of ours, in force for this command (api::annotations).
  void request(std::string_view annotation, std::string value);
  /// What was deployed is to be removed. Survives the process: a destroy that was cut off is finished first.
  Result<void> ask_to_destroy();
  /// Nothing new is begun; requests are obeyed. For commands that are not about what the files say now.
  void only_requests() { only_requests_ = true; }
  /// From the moment this holds the engine finds nothing more to do here.
  void until(std::function<bool(const api::DeploymentStatus&)> reached) { reached_ = std::move(reached); }

  Result<std::optional<api::Deployment>> find(const ObjectKey& key) override;
  Task<Result<void>> announce(const api::Deployment& seen, api::DeploymentStatus next) override;
  Task<Result<void>> write_status(const api::Deployment& seen, api::DeploymentStatus next) override;
  Task<Result<void>> add_finalizer(const api::Deployment& seen) override;
  /// The object goes; its history and the number of its last revision stay.
  Task<Result<void>> remove_finalizer(const api::Deployment& seen) override;
  Task<Result<void>> save_revision(const api::Deployment& owner, ports::KeptRevision revision) override;
  Task<Result<ports::KeptRevision>> load_revision(const api::Deployment& owner, std::int64_t number) override;
  Task<Result<std::vector<ports::KeptRevisionInfo>>> list_revisions(const api::Deployment& owner) override;
  Task<Result<void>> delete_revision(const api::Deployment& owner, std::int64_t number) override;
  Task<Result<void>> attach(const api::Deployment& owner, ports::Attachment what,
                            ports::AttachedValues values) override;
  Task<Result<std::optional<ports::AttachedValues>>> attached(const api::Deployment& owner,
                                                              ports::Attachment what) override;
  Task<Result<void>> detach(const api::Deployment& owner, ports::Attachment what) override;

 private:
  Result<void> write(const api::Deployment& seen, api::DeploymentStatus next);
  Result<void> tell_history(const api::DeploymentStatus& before, const api::DeploymentStatus& after);
  Result<void> keep(HistoryRecord record);
  /// What the files said of the revision that a rollback brought back.
  [[nodiscard]] Json config_of(const HistoryRecord& record) const;

  const StateDirectory& state_;
  Clock& clock_;
  Options options_;
  HistoryFiles history_;
  StoredObject stored_;
  std::map<std::string, std::string> annotations_;
  std::function<bool(const api::DeploymentStatus&)> reached_;
  bool only_requests_ = false, is_gone_ = false;
};

}  // namespace deployctl::files
