#pragma once

// Runs one coroutine on a loop of its own to its end. A coroutine that cannot end (waits for something nobody will do)
// and work left behind are failures of the test, after a bound that is a deadline for hangs and not a sleep.

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "async/asio.hpp"

namespace deployctl::support {

inline constexpr std::chrono::milliseconds kHang = std::chrono::seconds(60);

template <class T>
T run_coroutine(asio::io_context& loop, Task<T> task, std::chrono::milliseconds hang = kHang) {
  std::optional<T> value;
  std::exception_ptr thrown;
  bool ended = false;
  asio::co_spawn(loop, std::move(task), [&](std::exception_ptr error, T result) {
    ended = true;
    thrown = error;
    value = std::move(result);
  });
  loop.restart();
  loop.run_for(hang);
  if (!ended) throw std::runtime_error("the coroutine did not end");
  EXPECT_TRUE(loop.stopped()) << "work was left behind on the loop";
  if (thrown) std::rethrow_exception(thrown);
  return std::move(*value);
}

inline void run_coroutine(asio::io_context& loop, Task<void> task, std::chrono::milliseconds hang = kHang) {
  std::exception_ptr thrown;
  bool ended = false;
  asio::co_spawn(loop, std::move(task), [&](std::exception_ptr error) {
    ended = true;
    thrown = error;
  });
  loop.restart();
  loop.run_for(hang);
  if (!ended) throw std::runtime_error("the coroutine did not end");
  EXPECT_TRUE(loop.stopped()) << "work was left behind on the loop";
  if (thrown) std::rethrow_exception(thrown);
}

/// On a fresh loop, for tasks that need none of their own.
template <class T>
T run_coroutine(Task<T> task, std::chrono::milliseconds hang = kHang) {
  asio::io_context loop(1);
  return run_coroutine(loop, std::move(task), hang);
}
inline void run_coroutine(Task<void> task) {
  asio::io_context loop(1);
  run_coroutine(loop, std::move(task));
}

}  // namespace deployctl::support
