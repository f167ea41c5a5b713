#pragma once

// The bodies of with_timeout.hpp's templates.

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <utility>

#include "async/with_timeout.hpp"

namespace deployctl {
namespace detail {

/// True when the task's own end decides; false when the deadline passed first. Rethrows what matters of both.
inline bool task_won(std::size_t first, const std::exception_ptr& task, const std::exception_ptr& timer) {
  if (first == 0) {
    if (task) std::rethrow_exception(task);
    return true;
  }
  // The timer ended first with an exception only when the caller was cancelled.
  if (timer) std::rethrow_exception(timer);
  if (!task) return false;
  try {
    std::rethrow_exception(task);
  } catch (const boost::system::system_error& error) {
    if (error.code() != asio::error::operation_aborted) throw;
  }
  return false;
}

}  // namespace detail

template <class T>
Task<std::optional<T>> with_timeout(Clock& clock, Duration limit, Task<T> task) {
  const auto executor = co_await asio::this_coro::executor;
  auto [order, task_error, value, timer_error] =
      co_await asio::experimental::make_parallel_group(asio::co_spawn(executor, std::move(task), asio::deferred),
                                                       asio::co_spawn(executor, clock.sleep_for(limit), asio::deferred))
          .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  if (!detail::task_won(order[0], task_error, timer_error)) co_return std::nullopt;
  co_return std::optional<T>(std::move(value));
}

inline Task<bool> with_timeout(Clock& clock, Duration limit, Task<void> task) {
  const auto executor = co_await asio::this_coro::executor;
  auto [order, task_error, timer_error] =
      co_await asio::experimental::make_parallel_group(asio::co_spawn(executor, std::move(task), asio::deferred),
                                                       asio::co_spawn(executor, clock.sleep_for(limit), asio::deferred))
          .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  co_return detail::task_won(order[0], task_error, timer_error);
}

}  // namespace deployctl
