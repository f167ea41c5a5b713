#include "health/run_checks.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

#include "support/fake_clock.hpp"
#include "support/fake_http_client.hpp"
#include "support/fake_process_runner.hpp"
#include "support/fake_tcp_probe.hpp"

namespace deployctl::health {
namespace {

using std::chrono::seconds;
using Kind = api::Require::Kind;
using Answers = std::deque<Result<ports::HttpResponse>>;

const Answers kUp{ports::HttpResponse{.status = 200}};
const Answers kDown{ports::HttpResponse{.status = 503}};

Check http(const std::string& name, std::int64_t retries = 0) {
  HttpProbe probe;
  probe.request.url = name;
  probe.expected_status = *StatusRanges::parse("200-399");
  Check check{.name = name, .probe = probe, .timeout = seconds(5), .retries = retries};
  check.backoff = {.initial = seconds(10), .factor = 1, .max = seconds(10)};
  return check;
}
Check command(const std::string& name) {
  return {.name = name, .probe = CommandProbe{.command = {.argv = {name}}}, .timeout = seconds(5)};
}

class RunChecks : public testing::Test {
 protected:
  void start(std::vector<Check> checks, api::Require require = {}) {
    asio::co_spawn(loop_, run_checks(services_, std::move(checks), require, {.seed = "uid"}),
                   asio::bind_cancellation_slot(cancel_.slot(),
                                                [this](std::exception_ptr thrown, std::vector<CheckOutcome> outcomes) {
                                                  thrown_ = thrown;
                                                  if (!thrown) outcomes_ = std::move(outcomes);
                                                  ended_ = true;
                                                }));
    settle();
  }
  /// Lets everything happen that can without time going on.
  void settle() {
    loop_.restart();
    loop_.poll();
  }
  void pass(Duration time) {
    clock_.advance(time);
    settle();
  }
  /// Time goes on until the checks have ended.
  void finish() {
    while (!ended_ && clock_.next_deadline()) {
      pass(std::chrono::ceil<Duration>(*clock_.next_deadline() - clock_.steady()));
    }
    ASSERT_TRUE(ended_) << "the checks wait for something that never happens";
  }

  asio::io_context loop_{1};
  support::FakeClock clock_;
  support::FakeHttpClient http_;
  support::FakeTcpProbe tcp_;
  support::FakeProcessRunner processes_;
  Semaphore slots_{loop_.get_executor(), kCommandSlots};
  Services services_{loop_.get_executor(), clock_, http_, tcp_, processes_, slots_};
  asio::cancellation_signal cancel_;
  std::vector<CheckOutcome> outcomes_;
  std::exception_ptr thrown_;
  bool ended_ = false;
};

TEST_F(RunChecks, NoneIsHealthy) {
  start({});
  EXPECT_TRUE(ended_);
  EXPECT_TRUE(all_in_all_passed(outcomes_, {}));
}

TEST_F(RunChecks, OutcomesKeepTheOrderOfTheChecks) {
  http_.answers = {{"a", kUp}, {"b", kDown}};
  start({http("b"), http("a")});
  ASSERT_TRUE(ended_);
  ASSERT_EQ(outcomes_.size(), 2U);
  EXPECT_EQ(outcomes_[0].name, "b");
  EXPECT_FALSE(outcomes_[0].passed);
  EXPECT_EQ(outcomes_[1].name, "a");
  EXPECT_TRUE(outcomes_[1].passed);
}

TEST_F(RunChecks, EachKindUsesItsPort) {
  processes_.expect({"smoke"});
  Check db{.name = "db", .probe = TcpProbe{"db", 5432}, .timeout = seconds(3)};
  start({http("a"), db, command("smoke")});
  ASSERT_TRUE(ended_);
  EXPECT_TRUE(all_in_all_passed(outcomes_, {}));
  EXPECT_EQ(tcp_.asked, (std::vector<support::FakeTcpProbe::Asked>{{"db", 5432, seconds(3)}}));
  EXPECT_EQ(outcomes_[1].type, "tcp");
  EXPECT_EQ(outcomes_[2].type, "command");
}

TEST_F(RunChecks, RunAtOnceAndNotInARow) {
  http_.hangs = {"a", "b", "c"};
  start({http("a"), http("b"), http("c")});
  EXPECT_EQ(http_.requests.size(), 3U);
  cancel_.emit(asio::cancellation_type::terminal);
  settle();
  EXPECT_TRUE(ended_);
}

TEST_F(RunChecks, AFailedOneIsTriedAgainAfterItsDelay) {
  http_.answers["a"] = {ports::HttpResponse{.status = 503}, fail(ErrorKind::Transient, "connection refused"),
                        ports::HttpResponse{.status = 200}};
  start({http("a", 5)});
  EXPECT_EQ(http_.requests.size(), 1U);
  pass(seconds(7));
  EXPECT_EQ(http_.requests.size(), 1U);
  pass(seconds(3));
  EXPECT_EQ(http_.requests.size(), 2U);
  finish();
  EXPECT_TRUE(outcomes_[0].passed);
  EXPECT_EQ(outcomes_[0].attempts, 3);
}

TEST_F(RunChecks, AfterTheLastRetryItHasFailed) {
  http_.answers["a"] = kDown;
  start({http("a", 2)});
  finish();
  EXPECT_FALSE(outcomes_[0].passed);
  EXPECT_EQ(outcomes_[0].attempts, 3);
  EXPECT_EQ(describe(outcomes_, {}), "check a: status 503, expected 200-399 (3 attempts)");
}

TEST_F(RunChecks, WhatCannotGetBetterIsNotTriedAgain) {  // fault S14
  http_.answers["a"] = {fail(ErrorKind::AccessDenied, "169.254.169.254 is a metadata address")};
  start({http("a", 5)});
  ASSERT_TRUE(ended_);
  EXPECT_EQ(http_.requests.size(), 1U);
  EXPECT_EQ(outcomes_[0].message, "169.254.169.254 is a metadata address");
}

TEST_F(RunChecks, WhatOneThrowsIsItsFailureAndTheOthersGoOn) {  // fault R17
  http_.throws = {"broken"};
  start({http("broken", 3), http("web")});
  finish();
  ASSERT_FALSE(thrown_);
  ASSERT_EQ(outcomes_.size(), 2U);
  EXPECT_TRUE(outcomes_[0].finished);
  EXPECT_FALSE(outcomes_[0].passed);
  EXPECT_EQ(outcomes_[0].message, "the check itself broke: the client is broken");
  EXPECT_TRUE(outcomes_[1].passed);
  EXPECT_FALSE(all_in_all_passed(outcomes_, {}));
}

TEST_F(RunChecks, WaitTheirInitialDelay) {
  auto check = http("a");
  check.initial_delay = seconds(20);
  start({check, http("b")});
  EXPECT_EQ(http_.requests.size(), 1U);
  pass(seconds(19));
  EXPECT_EQ(http_.requests.size(), 1U);
  pass(seconds(1));
  EXPECT_EQ(http_.requests.size(), 2U);
  EXPECT_TRUE(ended_);
}

TEST_F(RunChecks, AnyEndsWithTheFirstThatPasses) {
  http_.hangs = {"slow"};
  http_.answers = {{"down", kDown}};
  start({http("slow"), http("down", 5), http("up")}, {Kind::Any});
  ASSERT_TRUE(ended_);
  EXPECT_TRUE(all_in_all_passed(outcomes_, {Kind::Any}));
  EXPECT_FALSE(outcomes_[0].finished);
  EXPECT_FALSE(outcomes_[1].finished);
  EXPECT_TRUE(outcomes_[2].finished);
  EXPECT_EQ(describe(outcomes_, {Kind::Any}), "1 of 3 checks passed");
}

TEST_F(RunChecks, ANumberEndsWhenItIsReached) {
  http_.hangs = {"slow"};
  start({http("slow"), http("a"), http("b")}, {Kind::Count, 2});
  ASSERT_TRUE(ended_);
  EXPECT_TRUE(all_in_all_passed(outcomes_, {Kind::Count, 2}));
}

TEST_F(RunChecks, AllNamesEveryOneThatFails) {
  http_.answers = {{"a", kDown}, {"b", kUp}, {"c", {fail(ErrorKind::Transient, "connection refused")}}};
  start({http("a"), http("b"), http("c")});
  ASSERT_TRUE(ended_);
  EXPECT_FALSE(all_in_all_passed(outcomes_, {}));
  EXPECT_EQ(describe(outcomes_, {}),
            "check a: status 503, expected 200-399 (1 attempt); check c: connection refused (1 attempt)");
}

TEST_F(RunChecks, CommandsHaveFourSlots) {
  std::vector<Check> checks;
  for (int i = 0; i < 6; ++i) {
    checks.push_back(command("c" + std::to_string(i)));
    processes_.expect_hang({"c" + std::to_string(i)});
  }
  start(std::move(checks));
  EXPECT_EQ(processes_.hanging(), kCommandSlots);
  cancel_.emit(asio::cancellation_type::terminal);
  settle();
  EXPECT_TRUE(ended_);
  EXPECT_EQ(processes_.ran().size(), kCommandSlots);
  EXPECT_EQ(slots_.available(), kCommandSlots);
}

TEST_F(RunChecks, CancelledTheyStopEverythingAndThrow) {
  http_.hangs = {"a"};
  http_.answers["b"] = kDown;
  processes_.expect_hang({"c"});
  start({http("a"), http("b", 5), command("c")});
  EXPECT_FALSE(ended_);
  cancel_.emit(asio::cancellation_type::terminal);
  settle();
  ASSERT_TRUE(ended_);
  ASSERT_NE(thrown_, nullptr);
  EXPECT_THROW(std::rethrow_exception(thrown_), boost::system::system_error);
  EXPECT_EQ(processes_.hanging(), 0U);
  EXPECT_EQ(clock_.sleepers(), 0U);
}

TEST_F(RunChecks, AFailingMessageNeverHoldsABody) {  // fault S17
  http_.answers["a"] = {ports::HttpResponse{.status = 500, .body = "password=canary"}};
  start({http("a")});
  EXPECT_EQ(describe(outcomes_, {}).find("canary"), std::string::npos);
}

}  // namespace
}  // namespace deployctl::health
