#pragma once

// Where the state of a deployment lives. A module without a backend gets one: a Secret in the object's namespace,
// locked by a Lease there. A module that names its own keeps it, never overridden. Pure.

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "executors/executor.hpp"
#include "process/command.hpp"

namespace deployctl::terraform {

enum class Tool : std::uint8_t { Tofu, Terraform };
std::string_view program(Tool tool);

struct Backend {
  bool ours = false;        ///< put in by us, because the module has none
  std::string type;         ///< "kubernetes", "s3", "cloud", …
  bool own_access = false;  ///< a "kubernetes" of the module's own that says itself how its cluster is reached
  /// The cluster is reached with the kubeconfig of the object (Inputs::kubeconfig).
  [[nodiscard]] bool uses_kubeconfig() const { return type == "kubernetes" && !own_access; }
  bool operator==(const Backend&) const = default;
};

/// Tells the tool which namespace a backend "kubernetes" keeps its state in that does not say so itself.
inline constexpr std::string_view kNamespaceVariable = "KUBE_NAMESPACE";

/// The kubeconfig of a state in the cluster, in the operation's directory, and what the backend is told of it: said by
/// its home, because a plan that is kept and a directory that stays initialised hold it, too, and other operations use
/// them. Told in the backend's settings and not by KUBE_CONFIG_PATH: that is for the providers of the module.
inline constexpr std::string_view kKubeconfig = "kubeconfig";
inline constexpr std::string_view kKubeconfigSetting = "~/../kubeconfig";

/// As `spec.terraform.backend` and the module's own files say. Which files count depends on the tool: only tofu reads
/// *.tofu, and with one beside it not the *.tf of the same name. Error: Invalid, naming the field or the file, also for
/// variables of the environment that would lead a state to another cluster; AccessDenied where a backend "kubernetes"
/// names another namespace.
Result<Backend> backend_of(const executors::Inputs& inputs, Tool tool);

/// What tells our state Secrets and their Leases apart from others: label tfstateSecretSuffix, and the end of their
/// names.
std::string state_suffix(const ObjectKey& key);
/// The Lease that is the lock of a state kept by us.
std::string lock_name(const executors::Inputs& inputs);

/// The file that gives a module our backend; merged by the tool over whatever stands there.
process::CommandFile backend_file(const executors::Inputs& inputs);

}  // namespace deployctl::terraform
