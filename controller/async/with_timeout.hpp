#pragma once

// A deadline around any task, on a Clock (so tests need no waiting). Not built with `||`: that waits for the first
// *success* and loses errors (Asio 1.81, measured); built on make_parallel_group(...).async_wait(wait_for_one()).

#include <optional>
#include <type_traits>

#include "async/clock.hpp"

namespace deployctl {

/// The task's value, or nothing when `limit` passed first; then the task was cancelled and has ended. What it throws
/// comes out. Cancelling the caller cancels both. T must be default-constructible.
template <class T>
Task<std::optional<T>> with_timeout(Clock& clock, Duration limit, Task<T> task);

/// True if it ended in time.
inline Task<bool> with_timeout(Clock& clock, Duration limit, Task<void> task);

}  // namespace deployctl

#include "async/with_timeout_impl.hpp"  // IWYU pragma: export
