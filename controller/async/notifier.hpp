#pragma once

// "Something changed, look again": a flag many can raise and one coroutine waits for. Raising while nobody waits is
// kept; many raises count as one. One thread: no locks.

#include <memory>

#include "async/asio.hpp"

namespace deployctl {

class Notifier {
 public:
  explicit Notifier(asio::any_io_executor executor);
  ~Notifier();
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  void notify();
  /// Returns at once if notified since the last wait. Cancelling throws operation_aborted.
  Task<void> wait();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace deployctl
