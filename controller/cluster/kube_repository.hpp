#pragma once

// ports::Repository over the API server. Reads come from the Store that Watcher fills (no GET of our kind); an object
// is decoded when it is asked for, so one that does not decode is alone with it (faults I10, W20). Writes are guarded
// patches of /status and of our finalizer alone; the object in the answer goes straight into the Store, so a reconcile
// never sees a state older than our own write (fault R8). A write whose answer was lost is settled by what the watch
// brings, never by sending it again. One per process; needs a running Watcher on the same Store. One thread.

#include <string>
#include <vector>

#include "async/clock.hpp"
#include "cluster/attachments.hpp"
#include "cluster/revision_secrets.hpp"
#include "kube/client.hpp"
#include "ports/repository.hpp"
#include "runtime/store.hpp"

namespace deployctl::cluster {

inline constexpr kube::Resource kDeployments{"deployctl.io", "v1alpha1", "deployments", "Deployment"};

/// How long a lost answer is looked for in the watch, and how often.
inline constexpr Duration kSettleLimit = std::chrono::seconds(5);
inline constexpr Duration kSettleInterval = std::chrono::milliseconds(100);

class KubeRepository final : public ports::Repository {
 public:
  KubeRepository(kube::Client& client, Clock& clock, runtime::Store& store, std::string installation);

  Result<std::optional<api::Deployment>> find(const ObjectKey& key) override;
  Task<Result<void>> announce(const api::Deployment& seen, api::DeploymentStatus next) override;
  Task<Result<void>> write_status(const api::Deployment& seen, api::DeploymentStatus next) override;
  Task<Result<void>> add_finalizer(const api::Deployment& seen) override;
  /// Lifts the in-use finalizer of the revision Secrets first.
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
  [[nodiscard]] Json status_before(const api::Deployment& seen) const;
  [[nodiscard]] bool shows(const ObjectKey& key, const std::string& uid, const Json& status) const;
  void take_answer(const std::string& body);
  Task<Result<void>> send_status(ObjectKey key, std::string uid, kube::Request request, Json status);
  Task<Result<void>> send_finalizer(ObjectKey key, Json patch);

  kube::Client& client_;
  Clock& clock_;
  runtime::Store& store_;
  RevisionSecrets revisions_;
  Attachments attachments_;
};

}  // namespace deployctl::cluster
