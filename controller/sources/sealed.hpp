#pragma once

// A Destroy must work after the Secrets it needs were deleted, often together with the Deployment. So a copy of them is
// sealed into each revision (seal), and Destroy reads its references through it (SealedReferences). What is still there
// always wins. Used by the engine.

#include <cstddef>
#include <string>
#include <vector>

#include "api/deployment.hpp"
#include "ports/references.hpp"
#include "ports/sealed_values.hpp"

namespace deployctl::sources {

/// Of one revision, all values together.
inline constexpr std::size_t kMaxSealedBytes = 256U * 1024;

struct Seal {
  ports::SealedValues values;
  std::vector<std::string> left_out;  ///< "Secret NAME": there was no room
};

/// What a Destroy of `spec` would read: Live variables and env, the registry's credentials, the kubeconfig, a
/// backend's values; only the keys that are referred to. What does not exist is not in it. Not what hooks, checks and
/// the source read: Destroy has none of them. Errors: what References says. Cancelling throws operation_aborted.
Task<Result<Seal>> seal(ports::References& references, ObjectKey key, api::DeploymentSpec spec);

/// What is live, and for what is gone the sealed copy. Without a copy it is the live references. Lives in the frame of
/// the coroutine that uses it.
class SealedReferences final : public ports::References {
 public:
  SealedReferences(ports::References& live, ports::SealedValues sealed) : live_(live), sealed_(std::move(sealed)) {}

  Task<Result<std::optional<ports::KeyValues>>> secret(ObjectKey dependent, std::string name) override;
  Task<Result<std::optional<ports::KeyValues>>> config_map(ObjectKey dependent, std::string name) override;

  /// "Secret NAME", once each: the copies that were used.
  [[nodiscard]] const std::vector<std::string>& used() const { return used_; }

 private:
  std::optional<ports::KeyValues> complete(std::optional<ports::KeyValues> live, const ports::SealedObject* copy,
                                           const std::string& called);

  ports::References& live_;
  ports::SealedValues sealed_;
  std::vector<std::string> used_;
};

}  // namespace deployctl::sources
