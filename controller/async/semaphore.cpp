#include "async/semaphore.hpp"

#include <algorithm>

#include "async/notifier.hpp"

namespace deployctl {
namespace {

struct Waiter {
  explicit Waiter(asio::any_io_executor executor) : granted_signal(std::move(executor)) {}
  Notifier granted_signal;
  bool granted = false;
};

}  // namespace

struct Semaphore::State {
  asio::any_io_executor executor;
  std::size_t free;
  std::deque<Waiter*> waiters;

  void give_back() {
    if (waiters.empty()) {
      ++free;
      return;
    }
    Waiter* next = waiters.front();
    waiters.pop_front();
    next->granted = true;
    next->granted_signal.notify();
  }
};

Semaphore::Permit::Permit(Permit&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
Semaphore::Permit& Semaphore::Permit::operator=(Permit&& other) noexcept {
  if (this != &other) {
    release();
    owner_ = std::exchange(other.owner_, nullptr);
  }
  return *this;
}
Semaphore::Permit::~Permit() { release(); }

void Semaphore::Permit::release() {
  if (Semaphore* owner = std::exchange(owner_, nullptr)) owner->state_->give_back();
}

Semaphore::Semaphore(asio::any_io_executor executor, std::size_t places)
    : state_(std::make_unique<State>(State{std::move(executor), places, {}})) {}
Semaphore::~Semaphore() = default;

Task<Semaphore::Permit> Semaphore::acquire() {
  if (Permit now = try_acquire()) co_return now;
  Waiter waiter(state_->executor);
  state_->waiters.push_back(&waiter);
  // Leaves the line when this frame goes, however it goes; a place granted at that moment is passed on.
  struct Leave {
    State* state;
    Waiter* waiter;
    bool taken = false;
    ~Leave() {
      if (taken) return;
      if (waiter->granted) {
        state->give_back();
      } else {
        std::erase(state->waiters, waiter);
      }
    }
  } leave{state_.get(), &waiter};
  co_await waiter.granted_signal.wait();
  leave.taken = true;
  co_return Permit(this);
}

Semaphore::Permit Semaphore::try_acquire() {
  if (state_->free == 0) return {};
  --state_->free;
  return Permit(this);
}

std::size_t Semaphore::available() const { return state_->free; }

}  // namespace deployctl
