#pragma once

// What is kept beside an object under a name of its own: Secrets NAME-plan and NAME-outputs, labelled, without owner
// reference. NAME-outputs carries the finalizer deployctl.io/in-use, so that it outlives a careless delete. A Secret of
// such a name that is not ours (labels, owner) is never touched. Used by KubeRepository; stateless; a call that was
// interrupted can be made again.

#include <optional>
#include <string>

#include "base/result.hpp"
#include "kube/client.hpp"
#include "ports/repository.hpp"

namespace deployctl::cluster {

class Attachments {
 public:
  Attachments(kube::Client& client, std::string installation)
      : client_(client), installation_(std::move(installation)) {}

  // The three verbs of ports::Repository.
  Task<Result<void>> save(ObjectKey owner, std::string uid, ports::Attachment what, ports::AttachedValues values);
  Task<Result<std::optional<ports::AttachedValues>>> load(ObjectKey owner, ports::Attachment what);
  Task<Result<void>> remove(ObjectKey owner, ports::Attachment what);

 private:
  [[nodiscard]] Json draft(const ObjectKey& owner, const std::string& uid, ports::Attachment what,
                           const ports::AttachedValues& values) const;
  Task<Result<void>> replace(ObjectKey owner, Json there, Json draft);

  kube::Client& client_;
  std::string installation_;
};

}  // namespace deployctl::cluster
