#include "async/notifier.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <tuple>

namespace deployctl {

struct Notifier::State {
  asio::steady_timer timer;
  bool raised = false;
  explicit State(asio::any_io_executor executor) : timer(executor, asio::steady_timer::time_point::max()) {}
};

Notifier::Notifier(asio::any_io_executor executor) : state_(std::make_unique<State>(std::move(executor))) {}
Notifier::~Notifier() = default;

void Notifier::notify() {
  state_->raised = true;
  state_->timer.cancel();
}

Task<void> Notifier::wait() {
  if (!state_->raised) {
    std::ignore = co_await state_->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    // Both a notification and a cancellation of the caller end the wait; only the flag tells them apart.
    if (!state_->raised) throw boost::system::system_error(asio::error::operation_aborted);
  }
  state_->raised = false;
}

}  // namespace deployctl
