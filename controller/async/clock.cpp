#include "async/clock.hpp"

#include <time.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace deployctl {

Task<void> Clock::sleep_for(Duration duration) {
  const SteadyTime now = steady();
  const bool fits = duration < std::chrono::floor<Duration>(SteadyTime::max() - now);
  return sleep_until(fits ? now + duration : SteadyTime::max());
}

WallTime SystemClock::wall() const {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

SteadyTime SystemClock::steady() const { return std::chrono::steady_clock::now(); }

Duration SystemClock::boot() const {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::duration_cast<Duration>(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

Task<void> SystemClock::sleep_until(SteadyTime deadline) {
  asio::steady_timer timer(executor_, deadline);
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace deployctl
