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
  bool ours = false;  ///< put in by us, because the module has none
  std::string type;   ///< "kubernetes", "s3", "cloud", …
  bool operator==(const Backend&) const = default;
};

/// Tells the tool which namespace a backend "kubernetes" keeps its state in that does not say so itself.
inline constexpr std::string_view kNamespaceVariable = "KUBE_NAMESPACE";

/// As `spec.terraform.backend` and the module's own files say. Which files count depends on the tool: only tofu reads
/// *.tofu, and with one beside it not the *.tf of the same name. Error: Invalid, naming the field or the file;
/// AccessDenied where a backend "kubernetes" names another namespace.
Result<Backend> backend_of(const executors::Inputs& inputs, Tool tool);

/// What tells our state Secrets and their Leases apart from others: label tfstateSecretSuffix, and the end of their
/// names.
std::string state_suffix(const ObjectKey& key);
/// The Lease that is the lock of a state kept by us.
std::string lock_name(const executors::Inputs& inputs);

/// The file that gives a module our backend; merged by the tool over whatever stands there.
process::CommandFile backend_file(const executors::Inputs& inputs);

}  // namespace deployctl::terraform
