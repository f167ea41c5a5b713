#pragma once

// A clock that moves only when a test says so. Sleepers wake in order of their deadlines; nobody waits for real time.

#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "async/clock.hpp"

namespace deployctl::support {

class FakeClock final : public Clock {
 public:
  explicit FakeClock(WallTime start = WallTime(std::chrono::hours(500'000))) : wall_(start) {}

  [[nodiscard]] WallTime wall() const override { return wall_; }
  [[nodiscard]] SteadyTime steady() const override { return steady_; }
  [[nodiscard]] Duration boot() const override {
    return std::chrono::duration_cast<Duration>(steady_.time_since_epoch());
  }
  Task<void> sleep_until(SteadyTime deadline) override;

  /// Moves all three readings and wakes who is due.
  void advance(Duration by);
  /// Moves only what the calendar shows (a clock that was set).
  void set_wall(WallTime to) { wall_ = to; }
  /// The earliest deadline somebody sleeps for.
  [[nodiscard]] std::optional<SteadyTime> next_deadline() const;
  [[nodiscard]] std::size_t sleepers() const { return sleeping_.size(); }

 private:
  struct Sleeper {
    asio::steady_timer timer;
    SteadyTime deadline;
  };
  WallTime wall_;
  SteadyTime steady_{std::chrono::hours(1)};
  std::vector<Sleeper*> sleeping_;
};

}  // namespace deployctl::support
