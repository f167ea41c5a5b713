#pragma once

// Work that blocks but ends by itself (walking and writing directories, compressing), off the loop's thread. One
// thread, first come, first served. Used by Sources and Workspaces; the engine may give it long pure work. Lives as
// long as the process; the destructor waits for the work that runs. Cancelling the caller does not stop work that
// began: the wait ends with it, so what the work refers to may live in the caller's frame.

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "async/asio.hpp"

namespace deployctl::sources {

class BlockingPool {
 public:
  BlockingPool();
  ~BlockingPool();
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  /// What `work` returns. What it throws comes out here. `work` shares nothing with the loop's thread.
  template <class T>
  Task<T> run(std::function<T()> work) {
    std::optional<T> value;
    co_await perform([&value, &work] { value.emplace(work()); });
    co_return std::move(*value);
  }

 private:
  Task<void> perform(std::function<void()> work);
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace deployctl::sources
