#pragma once

// Everything the parts of the engine act through, made once by Engine and handed on by reference. Internal to engine.

#include "async/semaphore.hpp"
#include "engine/engine.hpp"
#include "sources/blocking_pool.hpp"
#include "sources/sources.hpp"
#include "sources/workspace.hpp"

namespace deployctl::engine {

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

  /// --executor-namespaces allows what is named in this namespace.
  [[nodiscard]] Result<void> allows(const std::string& what, const std::string& ns) const;
};

}  // namespace deployctl::engine
