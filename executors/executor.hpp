#pragma once

// One tool: how a deployment of its type is deployed, checked and removed. Pure: it makes procedures from inputs.
// Stateless, lives as long as the registry. A rollback is the deploy of a kept revision's inputs.

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/deployment.hpp"
#include "base/result.hpp"
#include "executors/procedure.hpp"
#include "ports/source_tree.hpp"

namespace deployctl::executors {

/// An attempt whose holder is proven dead. A lock of its may still be there.
struct DeadAttempt {
  api::Operation journal;
  WallTime by = WallTime::max();  ///< by when it was dead: what began later is not its
  bool operator==(const DeadAttempt&) const = default;
};

/// Everything a procedure may know. Paths are absolute and belong to the operation.
struct Inputs {
  ObjectKey key;
  std::string uid;
  std::string installation;   ///< label deployctl.io/installation
  api::DeploymentSpec spec;   ///< of the revision that is deployed, checked or removed
  std::int64_t revision = 0;  ///< its number (for verify and destroy: the serving one's)
  std::string digest;
  std::int64_t restored_revision = 0;   ///< in a rollback: whose inputs these are
  std::int64_t previous_revision = 0;   ///< serving before this operation; 0: none
  std::int64_t abandoned_revision = 0;  ///< in a rollback: what it goes back from; 0: that took no number
  std::string source_dir;               ///< the source's directory after `path`; empty without source
  std::shared_ptr<const ports::SourceTree>
      files;  ///< the same files, paths relative to source_dir; null without source
  /// The operation's directory: 0700, empty at first; Command::files are written below it; removed after the record.
  std::string work_dir;                          ///< 0700, empty at first; removed after the record
  std::map<std::string, std::string> variables;  ///< resolved, DEPLOYCTL_VERSION included
  std::map<std::string, std::string> env;        ///< resolved spec.env: the environment of the tool only
  std::string kubeconfig;                        ///< text; kubernetes and kubernetes backends
  bool allow_cluster_scope = false;              ///< objects outside the Deployment's namespace are allowed
  Json inventory = Json::array();  ///< of the serving revision (united with an abandoned one's after a failure)
  Json pins = Json::object();      ///< of this revision when it is a kept one
  std::string registry_config;     ///< text of a docker config.json; empty: none
  std::map<std::string, std::string> backend_config;  ///< terraform: values of the backendConfigSecretRef's Secret
  std::string ssh_private_key;                        ///< ansible; empty: none
  std::string ssh_known_hosts;                        ///< lines of the hosts' keys
  std::string vault_password;                         ///< ansible; empty: none
  /// Numbers and digests of the revisions that are kept, this one's own perhaps not among them; only where
  /// asks_what_is_kept says so.
  std::vector<std::int64_t> kept_revisions;
  std::set<std::string> kept_digests;
  bool rollback = false;
  bool force_rebuild = false;
  /// destroy: the clean-up of a release that never served. What its inventory calls adopted stood there before this
  /// object did anything, and stays.
  bool spare_adopted = false;
  bool at_rest = false;            ///< a look at what serves: no operation has prepared work_dir
  bool approval_required = false;  ///< by the spec; never for destroy
  /// A person approved the plan with this digest.
  struct Approved {
    std::string digest;
    std::string plan_file;  ///< the bytes of the saved plan; empty: it was not kept, plan again
    bool operator==(const Approved&) const = default;
  };
  std::optional<Approved> approved;
  std::optional<DeadAttempt> dead_attempt;  ///< rule UnlockThenRerun: a lock of its may be released
  std::string user;                         ///< as whom the tools run; empty: the system has no name for it
  /// In a rollback of what failed: pins of the newest revision. Empty where that succeeded: then there is nothing that
  /// a failed operation created.
  Json abandoned_pins = Json::object();
};

/// What an attempt that was cut off means. UnlockThenRerun: as Rerun, and what runs next is told of the dead attempt.
enum class Recovery : std::uint8_t { Rerun, UnlockThenRerun, VerifyThenDecide, AskHuman };

class Executor {
 public:
  virtual ~Executor() = default;
  /// What the schema cannot say about the tool block (leading `-`, contradictions). Error: Invalid with the field path.
  [[nodiscard]] virtual Result<void> validate(const api::DeploymentSpec& spec) const = 0;
  /// Where it will live; recorded at the first effect; part of the digest.
  [[nodiscard]] virtual api::Target target(const ObjectKey& key, const api::DeploymentSpec& spec,
                                           const std::string& cluster_id) const = 0;
  [[nodiscard]] virtual std::unique_ptr<Procedure> deploy(Inputs inputs) const = 0;  ///< idempotent
  /// After the gate passed (docker: remove the kept container). Nothing to do: null.
  [[nodiscard]] virtual std::unique_ptr<Procedure> settle(Inputs inputs) const = 0;
  /// Running as declared? Done: yes. Failed{HealthCheckFailed}: no, and why. Effect None only. `drift` = also compare
  /// the declared with the live configuration.
  [[nodiscard]] virtual std::unique_ptr<Procedure> verify(Inputs inputs, bool drift) const = 0;
  [[nodiscard]] virtual std::unique_ptr<Procedure> destroy(Inputs inputs) const = 0;  ///< idempotent
  [[nodiscard]] virtual Recovery after_interruption(const api::Operation& open) const = 0;
  /// Whether its deploy asks for approval by itself (NeedsApproval) where Inputs::approval_required says so. Otherwise
  /// the engine asks, showing which inputs changed.
  [[nodiscard]] virtual bool asks_for_approval() const { return false; }
  /// What it makes refers to the source's files for as long as it runs: they lie below the work directory, in a
  /// directory of their own that stays the same while the source does and goes when no kept revision has it.
  [[nodiscard]] virtual bool keeps_source() const { return false; }
  /// Whether its procedures of this spec need Inputs::kept_revisions and kept_digests.
  [[nodiscard]] virtual bool asks_what_is_kept(const api::DeploymentSpec& /*spec*/) const { return keeps_source(); }
  /// Programs it needs, by name; missing ones make ExecutorUnavailable before anything runs.
  [[nodiscard]] virtual std::vector<std::string> tools(const api::DeploymentSpec& spec) const = 0;
};

/// The built executors by type; a type without one is "not supported by this version".
class Registry {
 public:
  virtual ~Registry() = default;
  [[nodiscard]] virtual const Executor* find(api::Type type) const = 0;
};

}  // namespace deployctl::executors
