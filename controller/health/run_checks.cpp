#include "health/run_checks.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "async/task_group.hpp"
#include "base/text.hpp"
#include "health/aggregate.hpp"
#include "health/probe_command.hpp"
#include "health/probe_http.hpp"
#include "health/probe_tcp.hpp"
#include "health/retry.hpp"

namespace deployctl::health {
namespace {

Tally tally_of(const std::vector<CheckOutcome>& outcomes) {
  Tally tally{.total = outcomes.size()};
  for (const CheckOutcome& outcome : outcomes) {
    if (!outcome.finished) continue;
    ++(outcome.passed ? tally.passed : tally.failed);
  }
  return tally;
}

std::string what_of(const std::exception_ptr& thrown) {
  constexpr std::size_t kShown = 200;
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    return cut(one_line(error.what()), kShown);
  } catch (...) {  // only told
    return "an exception of an unknown type";
  }
}

/// One run: a task per check, all at once.
class Run {
 public:
  Run(const Services& services, std::vector<Check> checks, api::Require require, RunScope scope)
      : services_(services),
        checks_(std::move(checks)),
        require_(require),
        scope_(std::move(scope)),
        group_(services.executor) {
    for (const Check& check : checks_) {
      outcomes_.push_back({.name = check.name, .type = std::string(type_of(check)), .finished = false});
    }
    group_.on_failure([this](const std::string& task, const std::exception_ptr& thrown) { broke(task, thrown); });
  }

  Task<std::vector<CheckOutcome>> outcomes() {
    for (std::size_t i = 0; i < checks_.size(); ++i) group_.spawn(task_of(checks_[i].name), perform(i));
    bool cancelled = false;
    try {
      co_await group_.join();
    } catch (const boost::system::system_error&) {
      cancelled = true;
    }
    if (!cancelled) co_return std::move(outcomes_);
    // First of all: awaiting anything else in a cancelled state throws at once. Every check has to have ended when this
    // throws, so a second cancellation must not leave the join either.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    group_.cancel_all();
    co_await group_.join();
    co_await asio::this_coro::reset_cancellation_state();
    throw boost::system::system_error(asio::error::operation_aborted);
  }

 private:
  static std::string task_of(const std::string& check) { return "check " + check; }

  /// What escapes one check is that check's failure: neither the others end by it, nor the program.
  void broke(const std::string& task, const std::exception_ptr& thrown) {
    for (CheckOutcome& outcome : outcomes_) {
      if (outcome.finished || task_of(outcome.name) != task) continue;
      ++outcome.attempts;
      outcome.passed = false;
      outcome.finished = true;
      outcome.message = "the check itself broke: " + what_of(thrown);
    }
  }

  Task<void> perform(std::size_t index) {
    const Check& check = checks_[index];
    CheckOutcome& outcome = outcomes_[index];
    if (check.initial_delay > Duration::zero()) co_await services_.clock.sleep_for(check.initial_delay);
    for (;;) {
      const Verdict verdict = co_await attempt(index);
      outcome.passed = verdict.passed;
      outcome.message = verdict.message;
      ++outcome.attempts;
      if (verdict.passed || !verdict.retryable || outcome.attempts > check.retries) break;
      co_await services_.clock.sleep_for(delay_after(check.backoff, outcome.attempts, scope_.seed + "/" + check.name));
    }
    outcome.finished = true;
    if (aggregate(require_, tally_of(outcomes_)) == Health::Healthy) group_.cancel_all();
  }

  Task<Verdict> attempt(std::size_t index) {
    const Check& check = checks_[index];
    Semaphore::Permit slot;
    if (std::holds_alternative<CommandProbe>(check.probe)) slot = co_await services_.command_slots.acquire();
    const SteadyTime begun = services_.clock.steady();
    const Verdict verdict = co_await probe(index);
    outcomes_[index].took = std::chrono::duration_cast<Duration>(services_.clock.steady() - begun);
    co_return verdict;
  }

  Task<Verdict> probe(std::size_t index) {
    const Check& check = checks_[index];
    if (const auto* http = std::get_if<HttpProbe>(&check.probe)) co_return co_await probe_http(services_.http, *http);
    if (const auto* tcp = std::get_if<TcpProbe>(&check.probe)) {
      co_return co_await probe_tcp(services_.tcp, *tcp, check.timeout);
    }
    process::RunContext context;
    context.operation = scope_.operation;
    context.directory = scope_.directory;
    context.timeout = check.timeout;
    co_return co_await probe_command(services_.processes, std::get<CommandProbe>(check.probe), std::move(context));
  }

  const Services& services_;
  std::vector<Check> checks_;
  api::Require require_;
  RunScope scope_;
  std::vector<CheckOutcome> outcomes_;
  TaskGroup group_;
};

std::string attempts_of(const CheckOutcome& outcome) {
  return outcome.attempts == 1 ? "1 attempt" : std::to_string(outcome.attempts) + " attempts";
}

}  // namespace

Task<std::vector<CheckOutcome>> run_checks(const Services& services, std::vector<Check> checks, api::Require require,
                                           RunScope scope) {
  Run run(services, std::move(checks), require, std::move(scope));
  co_return co_await run.outcomes();
}

bool all_in_all_passed(const std::vector<CheckOutcome>& outcomes, const api::Require& require) {
  return aggregate(require, tally_of(outcomes)) == Health::Healthy;
}

std::string describe(const std::vector<CheckOutcome>& outcomes, const api::Require& require) {
  const Tally tally = tally_of(outcomes);
  if (aggregate(require, tally) == Health::Healthy) {
    return std::to_string(tally.passed) + " of " + std::to_string(tally.total) + " checks passed";
  }
  std::string text;
  for (const CheckOutcome& outcome : outcomes) {
    if (outcome.passed || !outcome.finished) continue;
    text += (text.empty() ? "check " : "; check ") + outcome.name + ": " + outcome.message + " (" +
            attempts_of(outcome) + ")";
  }
  return text;
}

}  // namespace deployctl::health
