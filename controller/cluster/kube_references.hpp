#pragma once

// ports::References over the API server: a GET at each Resolve, nothing of a Secret is cached. A watch of metadata
// alone says which Secret or ConfigMap changed and wakes the objects that read it; where that watch is forbidden,
// what they read is read again every 30 s instead. One per process; run() beside it. One thread.

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "async/clock.hpp"
#include "async/task_group.hpp"
#include "base/log.hpp"
#include "kube/client.hpp"
#include "kube/list_watch.hpp"
#include "ports/references.hpp"

namespace deployctl::cluster {

inline constexpr Duration kReferencePolling = std::chrono::seconds(30);

class KubeReferences final : public ports::References {
 public:
  using Wake = std::function<void(const ObjectKey& dependent)>;

  /// `namespaces` empty: all. All references outlive run().
  KubeReferences(asio::any_io_executor executor, kube::Transport& transport, kube::Client& client, Clock& clock,
                 const Logger& logger, const std::vector<std::string>& namespaces, Wake wake);
  ~KubeReferences() override;

  Task<Result<std::optional<ports::KeyValues>>> secret(ObjectKey dependent, std::string name) override;
  Task<Result<std::optional<ports::KeyValues>>> config_map(ObjectKey dependent, std::string name) override;

  /// The object is gone: nothing wakes it any more.
  void forget(const ObjectKey& dependent);

  /// Watches and polls; ends only by cancellation.
  Task<void> run();

 private:
  enum class Kind : std::uint8_t { Secret, ConfigMap };
  using Reference = std::pair<Kind, ObjectKey>;
  struct Readers {
    std::set<ObjectKey> dependents;
    std::string version;  ///< resourceVersion last seen; empty: not there when it was read
  };
  class Sink;

  static const kube::Resource& resource_of(Kind kind);
  Task<Result<std::optional<ports::KeyValues>>> read(ObjectKey dependent, Kind kind, std::string name);
  void saw(Kind kind, const ObjectKey& key, const std::string& version);
  Task<void> poll();
  [[nodiscard]] bool is_watched(Kind kind, const std::string& ns) const;

  kube::Client& client_;
  Clock& clock_;
  const Logger& logger_;
  Wake wake_;
  std::map<Reference, Readers> readers_;
  std::vector<std::unique_ptr<Sink>> sinks_;
  std::vector<std::unique_ptr<kube::ListWatch>> watches_;
  TaskGroup group_;
};

}  // namespace deployctl::cluster
