#pragma once

// The core deployer: brings one object to what its spec asks, one step at a time. The loop calls `reconcile` for a key
// whenever something may have changed; it starts from the top every time and never learns why it was called. Everything
// that takes long (a tool, a check, a wait) runs as a task of the engine and asks for the key again when it has ended;
// no caller waits for it. One per process, on one thread; it outlives every call of reconcile. `shutdown` must have
// ended before it is destroyed.

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "api/status.hpp"
#include "async/clock.hpp"
#include "base/log.hpp"
#include "base/outcome.hpp"
#include "base/redact.hpp"
#include "executors/executor.hpp"
#include "ports/cluster_access.hpp"
#include "ports/events.hpp"
#include "ports/http_client.hpp"
#include "ports/measurements.hpp"
#include "ports/pods.hpp"
#include "ports/references.hpp"
#include "ports/repository.hpp"
#include "ports/tcp_probe.hpp"
#include "process/process_runner.hpp"

namespace deployctl::engine {

/// What the engine acts through. All outlive it.
struct Ports {
  ports::Repository& repository;
  ports::References& references;
  ports::Events& events;
  ports::ClusterAccess& cluster_access;
  ports::Pods& pods;
  ports::Measurements& measurements;
  Clock& clock;
  process::ProcessRunner& processes;
  ports::HttpClient& http;
  ports::TcpProbe& tcp;
  const executors::Registry& executors;
  const Logger& log;
  SecretSet& secrets;
  /// Puts the key into the work queue now. Must return at once.
  std::function<void(const ObjectKey&)> requeue;
};

struct Options {
  std::filesystem::path work_dir;     ///< --work-dir
  std::filesystem::path source_root;  ///< --source-root; empty: directory sources are refused
  std::string installation;           ///< --installation-id, default the cluster's uid
  bool allow_cluster_scope = false;
  /// --executor-namespaces: `command`, `docker`, … to the namespaces it may run in. A type that is missing: everywhere.
  std::map<std::string, std::set<std::string>> executor_namespaces;
  std::size_t max_processes = 8;                         ///< operation slots
  Duration shutdown_grace = std::chrono::seconds(60);    ///< how long steps that change something may finish
  api::Holder holder;                                    ///< this process: holder.hpp, own_holder()
  std::optional<WallTime> started = {};                  ///< when it started; nothing: with the engine
  std::string user = {};                                 ///< as whom it and its tools run: holder.hpp, own_user()
  std::function<bool(const api::Holder&)> is_dead = {};  ///< instead of the proof from /proc; for tests
  /// A process that an earlier controller started for this operation and that could not be ended, in words for people;
  /// nothing when there is none, or no longer one. Empty: there is none.
  std::function<std::optional<std::string>(const std::string& operation)> survivor = {};
};

class Engine {
 public:
  Engine(asio::any_io_executor executor, Ports ports, Options options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Makes the work directory and removes what a dead process left there, but for what a survivor may still use. Before
  /// the first reconcile, after the orphan scan. Error: WorkspaceFailed.
  Task<Result<void>> prepare();

  /// One pass over one object. Never called twice at once for the same key (the queue sees to that). Errors come out in
  /// the outcome; what is thrown is a bug, except operation_aborted.
  Task<Outcome> reconcile(ObjectKey key);

  /// A Secret or ConfigMap that `key` refers to has changed: its inputs are read again at the next pass, which this
  /// asks for.
  void references_changed(const ObjectKey& key);

  /// How many operations run now.
  [[nodiscard]] std::size_t operations() const;

  /// Starts nothing any more and stops what changes nothing. Steps that change something may finish within the grace;
  /// those that still run are told to stop, each by its own rule (process::Stop). Records open operations as
  /// Interrupted, but for those whose step had to be killed: the next process recovers them. Returns when every task
  /// has ended; at most the grace and the steps' own stop times, and 5 s for each record. A reconcile that still waits
  /// for an answer is waited for within the grace; all must have ended before the engine goes.
  Task<void> shutdown();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace deployctl::engine
