#include "support/fake_process_runner.hpp"

#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace deployctl::support {

std::string joined(const std::vector<std::string>& argv) {
  std::string text;
  for (const std::string& word : argv) text += (text.empty() ? "" : " ") + word;
  return text;
}

FakeProcessRunner& FakeProcessRunner::expect(std::vector<std::string> argv, process::ProcessResult result) {
  script_.push_back({std::move(argv), std::move(result), false});
  return *this;
}

FakeProcessRunner& FakeProcessRunner::expect_hang(std::vector<std::string> argv, process::ProcessResult result) {
  script_.push_back({std::move(argv), std::move(result), true});
  return *this;
}

FakeProcessRunner& FakeProcessRunner::otherwise(Handler handler) {
  handler_ = std::move(handler);
  return *this;
}

Task<process::ProcessResult> FakeProcessRunner::run(process::Command command, process::RunContext context) {
  ran_.push_back({command, context});
  if (script_.empty() || script_.front().argv != command.argv) {
    if (handler_) co_return handler_(command, context);
    ADD_FAILURE() << "unexpected command: " << joined(command.argv)
                  << (script_.empty() ? "" : "\n  expected next: " + joined(script_.front().argv));
    co_return could_not_start("unexpected command " + joined(command.argv));
  }
  Expected expected = std::move(script_.front());
  script_.pop_front();
  if (expected.hangs) {
    asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    ++hanging_;
    co_await never.async_wait(asio::as_tuple(asio::use_awaitable));
    --hanging_;
    // As the real runner does: the result says that it was cancelled, the caller's state is clean again.
    co_await asio::this_coro::reset_cancellation_state();
  }
  co_return expected.result;
}

std::vector<std::string> FakeProcessRunner::command_lines() const {
  std::vector<std::string> lines;
  lines.reserve(ran_.size());
  for (const Ran& ran : ran_) lines.push_back(joined(ran.command.argv));
  return lines;
}

std::vector<std::string> FakeProcessRunner::missing() const {
  std::vector<std::string> lines;
  lines.reserve(script_.size());
  for (const Expected& expected : script_) lines.push_back(joined(expected.argv));
  return lines;
}

}  // namespace deployctl::support
