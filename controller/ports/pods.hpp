#pragma once

// What the cluster says of the place where another controller runs: its Pod and its Node, which prove that it is dead
// (engine/holder.hpp). Asked only when an operation of another holder is found open. Cancelling throws
// operation_aborted. Fake: support/fake_pods.

#include <optional>
#include <string>
#include <vector>

#include "async/asio.hpp"
#include "base/object_key.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace deployctl::ports {

/// A run of a container that has ended, in whole seconds of its node's clock.
struct EndedRun {
  WallTime started{};
  WallTime ended{};
  bool operator==(const EndedRun&) const = default;
};

struct PodSeen {
  std::string uid;
  /// For each container what its status tells of runs that ended; empty for one that has only ever run once.
  std::vector<std::vector<EndedRun>> containers;
  bool operator==(const PodSeen&) const = default;
};

struct NodeSeen {
  bool ready = false;
  bool operator==(const NodeSeen&) const = default;
};

class Pods {
 public:
  virtual ~Pods() = default;
  /// Nothing when it does not exist. Errors: as the API server's (Transient, Forbidden…), within some seconds.
  virtual Task<Result<std::optional<PodSeen>>> pod(ObjectKey key) = 0;
  virtual Task<Result<std::optional<NodeSeen>>> node(std::string name) = 0;
};

}  // namespace deployctl::ports
