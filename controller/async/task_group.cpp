#include "async/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <list>

#include "async/cancellation.hpp"

namespace deployctl {

struct TaskHandle::State {
  asio::cancellation_signal signal;
  bool running = true;
  bool cancelled = false;
};

void TaskHandle::cancel() {
  if (!state_ || !state_->running) return;
  // A copy keeps the state alive: the task may end, and its owner let go of it, inside emit().
  const std::shared_ptr<State> state = state_;
  state->cancelled = true;
  state->signal.emit(asio::cancellation_type::terminal);
}

bool TaskHandle::is_running() const { return state_ && state_->running; }

struct TaskGroup::State {
  explicit State(asio::any_io_executor given) : executor(given), ended(given) {}
  asio::any_io_executor executor;
  std::list<std::shared_ptr<TaskHandle::State>> tasks;
  std::function<void(const std::string&, std::exception_ptr)> failure;
  WakeUp ended;
};

namespace {

/// Starts at the next turn of the loop, never inside spawn().
Task<void> started_later(asio::any_io_executor executor, Task<void> task) {
  co_await asio::post(executor, asio::use_awaitable);
  co_await std::move(task);
}

bool is_abort(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const boost::system::system_error& error) {
    return error.code() == asio::error::operation_aborted;
  } catch (...) {  // any other exception is a failure of the task, told to on_failure
    return false;
  }
}

}  // namespace

TaskGroup::TaskGroup(asio::any_io_executor executor) : state_(std::make_shared<State>(std::move(executor))) {}

TaskGroup::~TaskGroup() {
  // Reached with tasks only when the loop was abandoned (a failure on its way out of main, or a test that failed); the
  // frames are destroyed with the loop.
  for (const auto& task : state_->tasks) task->running = false;
}

TaskHandle TaskGroup::spawn(std::string name, Task<void> task) {
  TaskHandle handle;
  handle.state_ = std::make_shared<TaskHandle::State>();
  const auto place = state_->tasks.insert(state_->tasks.end(), handle.state_);
  auto on_end = [group = state_, place, name = std::move(name)](std::exception_ptr thrown) {
    const std::shared_ptr<TaskHandle::State> ended = *place;
    ended->running = false;
    group->tasks.erase(place);
    group->ended.wake();
    if (!thrown || (ended->cancelled && is_abort(thrown))) return;
    if (!group->failure) std::rethrow_exception(thrown);
    group->failure(name, thrown);
  };
  asio::co_spawn(state_->executor, started_later(state_->executor, std::move(task)),
                 asio::bind_cancellation_slot(handle.state_->signal.slot(), std::move(on_end)));
  return handle;
}

void TaskGroup::on_failure(std::function<void(const std::string&, std::exception_ptr)> handler) {
  state_->failure = std::move(handler);
}

void TaskGroup::cancel_all() {
  const auto tasks = state_->tasks;
  for (const auto& task : tasks) {
    task->cancelled = true;
    if (task->running) task->signal.emit(asio::cancellation_type::terminal);
  }
}

Task<void> TaskGroup::join() {
  const std::shared_ptr<State> state = state_;
  while (!state->tasks.empty()) {
    co_await state->ended.wait();
    co_await throw_if_cancelled();
  }
}

std::size_t TaskGroup::size() const { return state_->tasks.size(); }

}  // namespace deployctl
