#pragma once

// All time comes from here. Three readings, because they answer different questions: `wall` is what a calendar shows
// and may jump; `steady` measures durations in one process; `boot` goes on while the machine sleeps (leases). Nobody
// makes a timer directly. One per process, outlives everything that waits on it; tests use support/fake_clock.

#include "async/asio.hpp"
#include "base/time.hpp"

namespace deployctl {

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual WallTime wall() const = 0;
  [[nodiscard]] virtual SteadyTime steady() const = 0;
  [[nodiscard]] virtual Duration boot() const = 0;  ///< CLOCK_BOOTTIME since boot
  /// Returns when `steady()` has reached `deadline`. Cancelling throws operation_aborted.
  virtual Task<void> sleep_until(SteadyTime deadline) = 0;
  Task<void> sleep_for(Duration duration);
};

/// The real one, on the process's io_context.
class SystemClock final : public Clock {
 public:
  explicit SystemClock(asio::any_io_executor executor) : executor_(std::move(executor)) {}
  [[nodiscard]] WallTime wall() const override;
  [[nodiscard]] SteadyTime steady() const override;
  [[nodiscard]] Duration boot() const override;
  Task<void> sleep_until(SteadyTime deadline) override;

 private:
  asio::any_io_executor executor_;
};

}  // namespace deployctl
