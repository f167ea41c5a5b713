#include "sources/blocking_pool.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

namespace deployctl::sources {

struct BlockingPool::State {
  asio::thread_pool thread{1};
};

BlockingPool::BlockingPool() : state_(std::make_unique<State>()) {}
BlockingPool::~BlockingPool() { state_->thread.join(); }

Task<void> BlockingPool::perform(std::function<void()> work) {
  std::exception_ptr failure;
  auto start = [this, &work, &failure](auto handler) {
    // The guard keeps the loop running while nothing but this is under way.
    auto guard = asio::make_work_guard(asio::get_associated_executor(handler));
    asio::post(state_->thread, [&work, &failure, guard, handler = std::move(handler)]() mutable {
      try {
        work();
      } catch (...) {
        failure = std::current_exception();
      }
      const auto executor = guard.get_executor();
      asio::post(executor, std::move(handler));
    });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(start, asio::use_awaitable);
  if (failure) std::rethrow_exception(failure);
}

}  // namespace deployctl::sources
