#include "support/fake_clock.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <tuple>

namespace deployctl::support {

Task<void> FakeClock::sleep_until(SteadyTime deadline) {
  if (steady_ >= deadline) co_return;
  Sleeper sleeper{asio::steady_timer(co_await asio::this_coro::executor, asio::steady_timer::time_point::max()),
                  deadline};
  struct Leave {
    std::vector<Sleeper*>& line;
    Sleeper* sleeper;
    ~Leave() { std::erase(line, sleeper); }
  } leave{sleeping_, &sleeper};
  sleeping_.push_back(&sleeper);
  std::ignore = co_await sleeper.timer.async_wait(asio::as_tuple(asio::use_awaitable));
  if (steady_ < deadline) throw boost::system::system_error(asio::error::operation_aborted);
}

void FakeClock::advance(Duration by) {
  wall_ += by;
  steady_ += by;
  std::vector<Sleeper*> due;
  std::ranges::copy_if(sleeping_, std::back_inserter(due),
                       [&](const Sleeper* each) { return each->deadline <= steady_; });
  std::ranges::sort(due, {}, &Sleeper::deadline);
  for (Sleeper* each : due) each->timer.cancel();
}

std::optional<SteadyTime> FakeClock::next_deadline() const {
  if (sleeping_.empty()) return std::nullopt;
  return (*std::ranges::min_element(sleeping_, {}, &Sleeper::deadline))->deadline;
}

}  // namespace deployctl::support
