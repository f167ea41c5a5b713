#pragma once

// What the program takes from flags and environment to reach its cluster.

#include <string>

#include "app/options.hpp"
#include "kube/config.hpp"
#include "kube/https_transport.hpp"
#include "runtime/metrics.hpp"

namespace deployctl::app {

/// A variable of our own environment; empty when it is not set.
std::string environment(const char* name);

/// --kubeconfig, else KUBECONFIG, else the pod's ServiceAccount, else ~/.kube/config. Throws std::runtime_error with
/// one line naming what was looked for.
kube::Config connection_config(const Options& options);

/// Proxies of the environment, and requests counted in `metrics`.
kube::TransportOptions transport_options(runtime::Metrics& metrics);

/// Pod or host: the reporting instance of our Events.
std::string instance_name();

}  // namespace deployctl::app
