#pragma once

// Everything the parts of the engine act through, made once by Engine and handed on by reference. Internal to engine.

#include <array>
#include <string>
#include <vector>

#include "async/semaphore.hpp"
#include "engine/engine.hpp"
#include "sources/blocking_pool.hpp"
#include "sources/sources.hpp"
#include "sources/workspace.hpp"

namespace deployctl::engine {

/// The source of a kept revision, headers and CAs of the lists of checks, headers of hooks, values of a backend, a
/// tool's login, sensitive outputs, credentials of a registry and of a kubeconfig, and what a kept revision was given
/// that is read anew (a service may say its old password after that was rotated).
inline constexpr std::array kSecretParts{"source", "pre",     "post",     "pre-hook",   "post-hook", "backend",
                                         "tool",   "outputs", "registry", "kubeconfig", "sealed"};

struct Services {
  Services(asio::any_io_executor on, Ports through, Options as);

  asio::any_io_executor executor;
  Ports ports;
  Options options;
  sources::BlockingPool pool;
  sources::Sources sources;
  sources::Workspaces workspaces;
  Semaphore command_slots;    ///< of command checks
  Semaphore operation_slots;  ///< --max-processes

  /// Hides what was read from Secrets beside the spec's own values: `part` is one of kSecretParts, each replaced alone.
  void hide(const ObjectKey& key, const std::string& part, std::vector<std::string> values) const;
  /// The object is gone: all of its values are forgotten.
  void forget_secrets(const ObjectKey& key) const;

  /// --executor-namespaces allows what is named in this namespace.
  [[nodiscard]] Result<void> allows(const std::string& what, const std::string& ns) const;
};

}  // namespace deployctl::engine
