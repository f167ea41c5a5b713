#include "runtime/event_correlator.hpp"

#include <gtest/gtest.h>

#include <string>

namespace deployctl::runtime {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart{std::chrono::hours(1)};

ports::Event an_event(std::string note = "step apply failed") {
  return {.type = ports::EventType::Warning, .reason = "StepFailed", .action = "Deploy", .note = std::move(note)};
}

TEST(EventCorrelator, TheFirstEventIsMade) {
  EventCorrelator correlator;
  const EventDecision decision = correlator.decide("uid", an_event(), "web.1", kStart);
  ASSERT_TRUE(std::holds_alternative<CreateEvent>(decision));
  EXPECT_EQ(std::get<CreateEvent>(decision).name, "web.1");
}

TEST(EventCorrelator, TheSameEventAgainCountsOnTheFirst) {
  EventCorrelator correlator;
  correlator.decide("uid", an_event(), "web.1", kStart);
  const EventDecision decision = correlator.decide("uid", an_event(), "web.2", kStart + 60s);
  ASSERT_TRUE(std::holds_alternative<RepeatEvent>(decision));
  EXPECT_EQ(std::get<RepeatEvent>(decision).name, "web.1");
  EXPECT_EQ(std::get<RepeatEvent>(decision).count, 2);
}

TEST(EventCorrelator, TheSameEventAfterTheWindowIsMadeAnew) {
  EventCorrelator correlator;
  correlator.decide("uid", an_event(), "web.1", kStart);
  const EventDecision decision = correlator.decide("uid", an_event(), "web.2", kStart + 601s);
  EXPECT_TRUE(std::holds_alternative<CreateEvent>(decision));
}

TEST(EventCorrelator, EventsOfTwoObjectsAreNotTheSame) {
  EventCorrelator correlator;
  correlator.decide("uid", an_event(), "web.1", kStart);
  EXPECT_TRUE(std::holds_alternative<CreateEvent>(correlator.decide("other", an_event(), "api.1", kStart)));
}

// fault E4
TEST(EventCorrelator, MoreThanTenThatDifferOnlyInTheirNoteAreCombined) {
  EventCorrelator correlator;
  for (int i = 0; i < 10; ++i) {
    const auto decision = correlator.decide("uid", an_event("note " + std::to_string(i)), "web", kStart);
    ASSERT_TRUE(std::holds_alternative<CreateEvent>(decision)) << i;
  }
  const auto combined = correlator.decide("uid", an_event("note 10"), "web.10", kStart);
  ASSERT_TRUE(std::holds_alternative<CreateEvent>(combined));
  EXPECT_EQ(std::get<CreateEvent>(combined).event.note, "(combined from similar events): note 10");
  const auto again = correlator.decide("uid", an_event("note 11"), "web.11", kStart);
  ASSERT_TRUE(std::holds_alternative<RepeatEvent>(again));
  EXPECT_EQ(std::get<RepeatEvent>(again).name, "web.10");
}

// fault E4
TEST(EventCorrelator, AStormOfOneObjectIsTwentyFiveAndThenOnePerFiveMinutes) {
  EventCorrelator correlator;
  const auto sent_at = [&correlator](SteadyTime now) {
    return !std::holds_alternative<DropEvent>(correlator.decide("uid", an_event(), "web", now));
  };
  int sent = 0;
  for (int i = 0; i < 1000; ++i) sent += sent_at(kStart) ? 1 : 0;
  EXPECT_EQ(sent, 25);
  EXPECT_FALSE(sent_at(kStart + 299s));
  EXPECT_TRUE(sent_at(kStart + 301s));
  EXPECT_FALSE(sent_at(kStart + 302s));
}

// fault E4
TEST(EventCorrelator, AStormOfOneObjectDoesNotSilenceAnother) {
  EventCorrelator correlator;
  for (int i = 0; i < 1000; ++i) correlator.decide("uid", an_event(), "web", kStart);
  EXPECT_TRUE(std::holds_alternative<CreateEvent>(correlator.decide("other", an_event(), "api", kStart)));
}

}  // namespace
}  // namespace deployctl::runtime
