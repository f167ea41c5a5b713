#pragma once

// The Pod the program runs in, as its manifest tells by the downward API: POD_UID, POD_NAME, NODE_NAME, and
// POD_NAMESPACE or the namespace file of its ServiceAccount. It stands in the journal, where another controller finds
// it after this one has died.

#include <functional>
#include <string>

#include "engine/holder.hpp"

namespace deployctl::app {

inline constexpr const char* kNamespaceFile = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

/// Without POD_UID it is no Pod. Throws std::runtime_error with one line when POD_UID is there and another is missing:
/// nobody could tell that this process has ended. `environment` answers an empty text for what is not set.
engine::OwnPod own_pod(const std::function<std::string(const char*)>& environment, const std::string& namespace_file);

}  // namespace deployctl::app
