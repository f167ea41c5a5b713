#pragma once

// A bound on how many things happen at once, first come, first served. One thread: no locks.

#include <cstddef>
#include <deque>
#include <memory>

#include "async/asio.hpp"

namespace deployctl {

class Semaphore {
 public:
  /// Gives the place back when it ends. Movable.
  class Permit {
   public:
    Permit() = default;
    Permit(Permit&& other) noexcept;
    Permit& operator=(Permit&& other) noexcept;
    ~Permit();
    void release();
    explicit operator bool() const { return owner_ != nullptr; }

   private:
    friend class Semaphore;
    explicit Permit(Semaphore* owner) : owner_(owner) {}
    Semaphore* owner_ = nullptr;
  };

  /// Outlives its permits.
  Semaphore(asio::any_io_executor executor, std::size_t places);
  ~Semaphore();
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  /// Waits for a place. Cancelling throws operation_aborted and takes none.
  Task<Permit> acquire();
  /// A place now, or an empty permit.
  Permit try_acquire();
  [[nodiscard]] std::size_t available() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace deployctl
