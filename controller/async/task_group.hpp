#pragma once

// The owner of coroutines. Everything spawned is joined; nothing is detached. A class that spawns holds its TaskGroup
// as the LAST member, so that tasks end before what they use. One thread: no locks, cancel and spawn from the
// io_context's thread. Model: task_group of Beast's server-flex-awaitable example.

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>

#include "async/asio.hpp"

namespace deployctl {

/// Handle to one spawned task; copying is cheap; outliving the task is harmless.
class TaskHandle {
 public:
  TaskHandle() = default;
  /// Asks the task to stop (terminal cancellation: the co_await it stands in throws operation_aborted). Once or many
  /// times.
  void cancel();
  [[nodiscard]] bool is_running() const;

 private:
  friend class TaskGroup;
  struct State;
  std::shared_ptr<State> state_;
};

class TaskGroup {
 public:
  explicit TaskGroup(asio::any_io_executor executor);
  /// All tasks must have ended (await join()). One still running is allowed only where the loop was abandoned: nothing
  /// runs it any more, and its frame goes with the loop.
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts `task` on the group's executor at the next turn of the loop. An exception that escapes it (other than
  /// operation_aborted after a cancel) goes to `on_failure`, named by `name`.
  TaskHandle spawn(std::string name, Task<void> task);

  /// Receives what escapes a task. Default: rethrow out of the io_context (the program ends with the message).
  void on_failure(std::function<void(const std::string& name, std::exception_ptr)> handler);

  void cancel_all();
  /// Returns when no task is left. Does not cancel. Survives cancellation of the caller only by throwing.
  Task<void> join();
  [[nodiscard]] std::size_t size() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace deployctl
