#pragma once

// ports::Repository in memory, with the same answers as the API server's: optimistic locks, tests of operation id and
// holder, writes that change nothing are not sent, an object without finalizers goes when it is being deleted. All
// writes are remembered in order, so that a test can say "two writes, in this order". The k-th write can be made to
// fail, before or after it took effect (a lost answer). One thread; `find` never waits.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ports/repository.hpp"

namespace deployctl::support {

class FakeRepository final : public ports::Repository {
 public:
  enum class Kind : std::uint8_t {
    Announce,
    WriteStatus,
    AddFinalizer,
    RemoveFinalizer,
    SaveRevision,
    DeleteRevision,
    Attach,
    Detach,
  };
  struct Write {
    Kind kind = Kind::Announce;
    ObjectKey key;
    api::DeploymentStatus status;  ///< of Announce and WriteStatus: what was written
    std::int64_t revision = 0;     ///< of SaveRevision and DeleteRevision
  };

  // What the test arranges.

  /// Adds or replaces the object as it is; sets uid ("uid-<name>") when empty, generation when 0, a new
  /// resourceVersion.
  void put(api::Deployment object);
  /// As a user does: changes the spec, one generation further when it really changed.
  void edit(const ObjectKey& key, const std::function<void(api::DeploymentSpec&)>& change);
  void annotate(const ObjectKey& key, const std::string& annotation, const std::string& value);
  /// kubectl delete: gone at once without finalizers, else marked.
  void request_deletion(const ObjectKey& key);
  /// The object vanishes without asking (force delete), or a status is overwritten by somebody.
  void erase(const ObjectKey& key);
  void overwrite_status(const ObjectKey& key, api::DeploymentStatus status);
  /// From now on the `k`-th write (1 = the next one that would be sent) answers `error`; with `took_effect` the write
  /// is done all the same (its answer was lost).
  void fail_write(std::size_t k, Error error, bool took_effect = false);
  /// Every such write of an object is answered like this and has no effect, until it is taken away.
  std::map<std::pair<ObjectKey, Kind>, Error> refused;
  std::optional<Error> list_refused;  ///< what list_revisions answers
  /// Answered by every `attached` while set.
  std::optional<Error> attachments_unreadable;
  /// `find` answers Conflict (cache older than our own write) until `cache_caught_up`.
  void cache_is_behind(const ObjectKey& key);
  void cache_caught_up(const ObjectKey& key);
  /// Called after each change of an object, as the watch would.
  std::function<void(const ObjectKey&)> on_change;

  // What the test looks at.

  [[nodiscard]] bool has(const ObjectKey& key) const { return objects_.contains(key); }
  [[nodiscard]] const api::Deployment& object(const ObjectKey& key) const { return objects_.at(key); }
  [[nodiscard]] const api::DeploymentStatus& status(const ObjectKey& key) const { return objects_.at(key).status; }
  [[nodiscard]] const std::vector<Write>& writes() const { return writes_; }
  /// Announce and WriteStatus only.
  [[nodiscard]] std::size_t status_writes() const;
  [[nodiscard]] std::vector<std::int64_t> revision_numbers(const ObjectKey& key) const;  ///< newest first
  [[nodiscard]] const ports::KeptRevision& revision(const ObjectKey& key, std::int64_t number) const;
  void forget_writes() { writes_.clear(); }
  /// As if the Secret had been removed by hand, or belonged to somebody else (save answers Conflict, load NotFound).
  void lose_revision(const ObjectKey& key, std::int64_t number);
  void occupy_revision(const ObjectKey& key, std::int64_t number);
  /// Null: there is none.
  [[nodiscard]] const ports::AttachedValues* attachment(const ObjectKey& key, ports::Attachment what) const;
  void lose_attachment(const ObjectKey& key, ports::Attachment what) { attachments_[key].erase(what); }
  /// As if a Secret of that name belonged to somebody else.
  void occupy_attachment(const ObjectKey& key, ports::Attachment what) { foreign_attachments_[key][what] = true; }

  // ports::Repository

  Result<std::optional<api::Deployment>> find(const ObjectKey& key) override;
  Task<Result<void>> announce(const api::Deployment& seen, api::DeploymentStatus next) override;
  Task<Result<void>> write_status(const api::Deployment& seen, api::DeploymentStatus next) override;
  Task<Result<void>> add_finalizer(const api::Deployment& seen) override;
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
  struct Failure {
    std::size_t at = 0;
    Error error;
    bool took_effect = false;
  };

  Result<void> send(Write write, const std::function<void()>& apply);
  Result<void> store_status(Kind kind, api::Deployment& object, api::DeploymentStatus next);
  void changed(const ObjectKey& key);
  api::Deployment* lookup(const ObjectKey& key);

  std::map<ObjectKey, api::Deployment> objects_;
  std::map<ObjectKey, std::map<std::int64_t, ports::KeptRevision>> revisions_;
  std::map<ObjectKey, std::map<std::int64_t, bool>> foreign_;
  std::map<ObjectKey, std::map<ports::Attachment, ports::AttachedValues>> attachments_;
  std::map<ObjectKey, std::map<ports::Attachment, bool>> foreign_attachments_;
  std::map<ObjectKey, bool> behind_;
  std::vector<Write> writes_;
  std::optional<Failure> failure_;
  std::size_t sent_ = 0;
  std::uint64_t version_ = 100;
};

}  // namespace deployctl::support
