#pragma once

// Keeps a Store equal to the server and says which keys changed: one ListWatch per namespace, so that a namespace whose
// rights are withdrawn does not stop the others. Only what really changed is said: the echo of our own write and the
// unchanged part of a relist are not (faults R9, W15).

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "async/task_group.hpp"
#include "kube/list_watch.hpp"
#include "runtime/store.hpp"

namespace deployctl::runtime {

enum class Change : std::uint8_t { Initial, Updated, Removed };

struct WatcherOptions {
  kube::Resource resource;
  std::vector<std::string> namespaces;  ///< empty: all
  kube::DecodeOptions decode;
  kube::WatchHooks hooks;
};

class Watcher {
 public:
  using OnChange = std::function<void(const ObjectKey& key, Change change)>;

  /// All references outlive run().
  Watcher(asio::any_io_executor executor, kube::Transport& transport, Clock& clock, const Logger& logger, Store& store,
          WatcherOptions options, OnChange on_change);
  ~Watcher();

  /// Ends only by cancellation.
  Task<void> run();
  /// True once every namespace has been listed.
  [[nodiscard]] bool synced() const;

 private:
  class Sink;
  std::vector<std::unique_ptr<Sink>> sinks_;
  std::vector<std::unique_ptr<kube::ListWatch>> watches_;
  TaskGroup group_;
};

}  // namespace deployctl::runtime
