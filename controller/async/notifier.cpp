#include "async/notifier.hpp"

#include <utility>

#include "async/cancellation.hpp"

namespace deployctl {

struct Notifier::State {
  explicit State(const asio::any_io_executor& executor) : wake_up(executor) {}
  WakeUp wake_up;
  bool raised = false;
};

Notifier::Notifier(asio::any_io_executor executor) : state_(std::make_unique<State>(executor)) {}
Notifier::~Notifier() = default;

void Notifier::notify() {
  state_->raised = true;
  state_->wake_up.wake();
}

Task<void> Notifier::wait() {
  while (!state_->raised) {
    co_await state_->wake_up.wait();
    co_await throw_if_cancelled();
  }
  state_->raised = false;
}

}  // namespace deployctl
