#pragma once

// The configuration a pod finds: KUBERNETES_SERVICE_HOST/PORT and the mounted ServiceAccount. Token and CA stay file
// references and are read again while the program runs (they rotate).

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "kube/config.hpp"

namespace deployctl::kube {

inline constexpr std::string_view kServiceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount";

/// Error: Invalid, naming what is missing (not in a pod, token not mounted).
Result<Config> in_cluster_config(std::string_view service_host, std::string_view service_port,
                                 const std::string& directory = std::string(kServiceAccountDirectory));

}  // namespace deployctl::kube
