#include "async/resolver.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <latch>
#include <string_view>

#include "async/task_group.hpp"
#include "support/fake_clock.hpp"
#include "support/run_coroutine.hpp"

namespace deployctl {
namespace {

using namespace std::chrono_literals;
using Endpoints = std::vector<asio::ip::tcp::endpoint>;
using Addresses = std::vector<asio::ip::address>;

constexpr Duration kPlenty = 30s;

/// Lets a test hold the resolver's threads; threads that outlive the test still find it.
struct Gate {
  std::latch open{1};
  std::atomic<int> lookups{0};
};

SystemResolver::LookUp held_by(std::shared_ptr<Gate> gate) {
  return [gate](const std::string& host) -> Result<Addresses> {
    ++gate->lookups;
    if (host.starts_with("slow")) gate->open.wait();
    return Addresses{asio::ip::make_address("192.0.2.1")};
  };
}

Task<void> resolve_into(Resolver& resolver, std::string host, Duration limit, std::vector<std::string>& failures) {
  const auto found = co_await resolver.resolve(host, 80, limit);
  if (!found) failures.push_back(std::string(to_string(found.error().kind)) + " " + found.error().message);
}

class ResolverTest : public testing::Test {
 protected:
  asio::io_context loop_;
  SystemClock clock_{loop_.get_executor()};

  Result<Endpoints> resolve(Resolver& resolver, std::string host, Duration limit = kPlenty) {
    return support::run_coroutine(loop_, resolver.resolve(std::move(host), 443, limit));
  }
};

TEST_F(ResolverTest, ANumericAddressNeedsNoLookup) {
  SystemResolver resolver(loop_.get_executor(), clock_, [](const std::string&) -> Result<Addresses> {
    ADD_FAILURE() << "looked up";
    return Addresses{};
  });
  EXPECT_EQ(resolve(resolver, "192.0.2.7").value().at(0),
            asio::ip::tcp::endpoint(asio::ip::make_address("192.0.2.7"), 443));
  EXPECT_EQ(resolve(resolver, "2001:db8::1").value().at(0).address().to_string(), "2001:db8::1");
  EXPECT_EQ(resolve(resolver, "[2001:db8::1]").value().at(0).port(), 443);
}

TEST_F(ResolverTest, TheSystemKnowsLocalhost) {
  SystemResolver resolver(loop_.get_executor(), clock_);
  const auto found = resolve(resolver, "localhost");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_TRUE(found->at(0).address().is_loopback());
  EXPECT_EQ(found->at(0).port(), 443);
}

TEST_F(ResolverTest, ANameThatDoesNotResolveIsATransientFailureThatNamesIt) {
  SystemResolver resolver(loop_.get_executor(), clock_, [](const std::string& host) -> Result<Addresses> {
    return fail(ErrorKind::Transient, "resolving " + host + ": unknown");
  });
  const auto found = resolve(resolver, "nowhere.invalid");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::Transient);
  EXPECT_NE(found.error().message.find("nowhere.invalid"), std::string::npos);
}

TEST_F(ResolverTest, ANameWithoutAddressesIsAFailure) {
  SystemResolver resolver(loop_.get_executor(), clock_,
                          [](const std::string&) -> Result<Addresses> { return Addresses{}; });
  EXPECT_FALSE(resolve(resolver, "empty.example"));
}

TEST_F(ResolverTest, WhatIsNoHostNameIsNotLookedUp) {
  SystemResolver resolver(loop_.get_executor(), clock_, [](const std::string&) -> Result<Addresses> {
    ADD_FAILURE() << "looked up";
    return Addresses{};
  });
  for (const std::string_view host : {std::string_view(""), std::string_view("a.example\0.b", 12)}) {
    EXPECT_EQ(resolve(resolver, std::string(host)).error().kind, ErrorKind::Invalid);
  }
}

Task<void> resolve_quick_then_open(Resolver& resolver, std::shared_ptr<Gate> gate) {
  EXPECT_TRUE(co_await resolver.resolve("quick.example", 443, kPlenty));
  gate->open.count_down();
}

TEST_F(ResolverTest, OneSlowNameDoesNotHoldUpTheOthers) {
  const auto gate = std::make_shared<Gate>();
  SystemResolver resolver(loop_.get_executor(), clock_, held_by(gate));
  std::vector<std::string> failures;
  TaskGroup group(loop_.get_executor());
  group.spawn("slow", resolve_into(resolver, "slow.example", kPlenty, failures));
  group.spawn("quick", resolve_quick_then_open(resolver, gate));
  support::run_coroutine(loop_, group.join());
  EXPECT_TRUE(failures.empty());
}

TEST_F(ResolverTest, ADeadlineAbandonsTheLookup) {
  const auto gate = std::make_shared<Gate>();
  support::FakeClock time;
  SystemResolver resolver(loop_.get_executor(), time, held_by(gate));
  std::vector<std::string> failures;
  TaskGroup group(loop_.get_executor());
  group.spawn("slow", resolve_into(resolver, "slow.example", 3s, failures));
  loop_.poll();
  time.advance(3s);
  support::run_coroutine(loop_, group.join());
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_TRUE(failures[0].starts_with("Transient resolving slow.example: ")) << failures[0];
  gate->open.count_down();
}

TEST_F(ResolverTest, ACancelledCallerAbandonsTheLookup) {
  const auto gate = std::make_shared<Gate>();
  SystemResolver resolver(loop_.get_executor(), clock_, held_by(gate));
  std::vector<std::string> failures;
  TaskGroup group(loop_.get_executor());
  TaskHandle caller = group.spawn("slow", resolve_into(resolver, "slow.example", kPlenty, failures));
  loop_.poll();
  caller.cancel();
  support::run_coroutine(loop_, group.join());
  EXPECT_TRUE(failures.empty());
  gate->open.count_down();
}

TEST_F(ResolverTest, LookupsThatNobodyWaitsForAreNotBegun) {
  const auto gate = std::make_shared<Gate>();
  SystemResolver resolver(loop_.get_executor(), clock_, held_by(gate));
  std::vector<std::string> failures;
  TaskGroup group(loop_.get_executor());
  for (int i = 0; i < 20; ++i) {
    group.spawn("slow", resolve_into(resolver, "slow" + std::to_string(i), kPlenty, failures));
  }
  loop_.poll();
  group.cancel_all();
  support::run_coroutine(loop_, group.join());
  gate->open.count_down();
  EXPECT_TRUE(resolve(resolver, "quick.example"));
  EXPECT_LE(gate->lookups, 5);  // one for each of four threads at most, and the last
}

TEST_F(ResolverTest, ItEndsWhileALookupGoesOn) {
  const auto gate = std::make_shared<Gate>();
  std::vector<std::string> failures;
  {
    SystemResolver resolver(loop_.get_executor(), clock_, held_by(gate));
    TaskGroup group(loop_.get_executor());
    TaskHandle caller = group.spawn("slow", resolve_into(resolver, "slow.example", kPlenty, failures));
    while (gate->lookups == 0) loop_.poll();
    caller.cancel();
    support::run_coroutine(loop_, group.join());
  }
  gate->open.count_down();
}

}  // namespace
}  // namespace deployctl
