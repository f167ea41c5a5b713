#pragma once

// The kubectl steps, as pure functions from inputs to argv. Objects travel in 0600 files, never in argv; the identity
// is a kubeconfig file of the operation.

#include <string>
#include <vector>

#include "executors/executor.hpp"

namespace deployctl::kubectl {

/// The namespace a deployment's objects go to when they name none: `kubernetes.namespace`, else the object's own.
std::string namespace_of(const executors::Inputs& inputs);

/// `objects` below is the text of a List (manifests, inventory).
executors::Step kustomize(const executors::Inputs& inputs);
executors::Step dry_run(const executors::Inputs& inputs, std::string objects);
executors::Step apply(const executors::Inputs& inputs, std::string name, std::string objects);
executors::Step get(const executors::Inputs& inputs, std::string name, std::string objects, bool ignore_not_found);
executors::Step get_pods(const executors::Inputs& inputs, const std::string& ns, const std::string& selector);
executors::Step remove(const executors::Inputs& inputs, std::string name, std::string objects);
executors::Step diff(const executors::Inputs& inputs, std::string objects);

}  // namespace deployctl::kubectl
