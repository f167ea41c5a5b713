#pragma once

// Keeps one view of one resource up to date: paged list, then a watch that is resumed from the last resourceVersion
// seen, relisted when that has expired, and backed off when the server is in trouble. What to do next is decided by the
// pure ListWatchState (kube/list_watch_state); this is the thin coroutine around it.
//
// Several namespaces: one ListWatch (and one sink) each, so that a namespace whose rights are withdrawn does not stop
// the others. One thread; run() ends only by cancellation, which throws operation_aborted.

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "async/clock.hpp"
#include "base/log.hpp"
#include "kube/object.hpp"
#include "kube/request.hpp"
#include "kube/transport.hpp"

namespace deployctl::kube {

/// Receives what happens, in five words as kube-rs: between init and init_done the whole content is told, so a store
/// builds it aside and swaps it in at init_done; what was in the old content and is not in the new was deleted
/// meanwhile. An init that comes before init_done starts over. All calls return at once and throw nothing.
class WatchSink {
 public:
  virtual ~WatchSink() = default;
  /// The server's versions are lower than those it had told: its database was restored from a backup. What is true is
  /// told next, from init on, and no version told before means anything.
  virtual void went_back() = 0;
  virtual void init() = 0;
  virtual void init_apply(ObjectEnvelope object) = 0;
  virtual void init_done() = 0;
  virtual void apply(ObjectEnvelope object) = 0;
  virtual void removed(ObjectEnvelope object) = 0;  ///< its last state
  /// One object cannot be read; it exists (count it as present in an init), the others are served.
  virtual void undecodable(Undecodable object) = 0;
};

struct WatchOptions {
  Resource resource;
  std::string ns;  ///< empty: all namespaces
  std::string label_selector;
  bool metadata_only = false;  ///< PartialObjectMetadata: spec and status stay empty
  DecodeOptions decode;
  /// etcd refuses requests over 1.5 MiB; an event holds one object.
  std::size_t max_event = 4U * 1024 * 1024;
};

/// For metrics and readiness; each may be empty. Called from run().
struct WatchHooks {
  std::function<void(std::string_view reason)> dropped;  ///< deployctl_watch_events_dropped_total
  std::function<void(const Error& error)> failed;        ///< list or watch was refused or broke; it is tried again
};

/// How long past the server's own end of the watch silence is taken for a dead connection.
inline constexpr Duration kWatchIdleMargin = std::chrono::seconds(5);

class ListWatch {
 public:
  /// All references outlive run().
  ListWatch(Transport& transport, Clock& clock, const Logger& logger, WatchOptions options, WatchSink& sink,
            WatchHooks hooks = {});
  ~ListWatch();

  Task<void> run();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace deployctl::kube
