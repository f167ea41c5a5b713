#include "kube/retry.hpp"

#include <gtest/gtest.h>

namespace deployctl::kube {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// fault A1
TEST(KubeRetry, RetryAfterIsWaitedForAtLeast) {
  const TryOutcome busy{.status = 429, .retry_after = seconds(7)};
  EXPECT_GE(retry_delay(busy, 0.0).value(), seconds(7));
}

// fault A1
TEST(KubeRetry, AtMostTenTries) {
  EXPECT_TRUE(retry_delay({.tries = 9, .status = 429}, 0.0));
  EXPECT_FALSE(retry_delay({.tries = 10, .status = 429}, 0.0));
}

TEST(KubeRetry, AnOverlongRetryAfterIsTheCallersMatter) {
  EXPECT_FALSE(retry_delay({.status = 429, .retry_after = seconds(61)}, 0.0));
}

// fault A2
TEST(KubeRetry, WithoutTheHeaderTheOwnBackOffDoublesAndIsJittered) {
  EXPECT_EQ(retry_delay({.tries = 1, .status = 503}, 0.0), milliseconds(500));
  EXPECT_EQ(retry_delay({.tries = 2, .status = 503}, 0.0), seconds(1));
  EXPECT_EQ(retry_delay({.tries = 9, .status = 503}, 0.0), seconds(8));
  EXPECT_EQ(retry_delay({.tries = 1, .status = 503}, 0.5), milliseconds(625));
}

// fault A3
TEST(KubeRetry, ACreateThatMayHaveHappenedIsNotSentAgain) {
  EXPECT_FALSE(retry_delay({.repeatable = false, .status = 500}, 0.0));
  EXPECT_FALSE(retry_delay({.repeatable = false, .phase = http::Phase::Sent}, 0.0));
  EXPECT_FALSE(retry_delay({.repeatable = false, .phase = http::Phase::Stale}, 0.0));
  EXPECT_TRUE(retry_delay({.repeatable = true, .phase = http::Phase::Sent}, 0.0));
}

TEST(KubeRetry, ACreateThatWasNotProcessedIsSentAgain) {
  EXPECT_TRUE(retry_delay({.repeatable = false, .status = 429}, 0.0));
  EXPECT_TRUE(retry_delay({.repeatable = false, .status = 503, .retry_after = seconds(1)}, 0.0));
  EXPECT_TRUE(retry_delay({.repeatable = false, .phase = http::Phase::Connect}, 0.0));
}

TEST(KubeRetry, WhatWillNotChangeIsNotTriedAgain) {
  for (const int status : {200, 400, 401, 403, 404, 409, 410, 422}) {
    EXPECT_FALSE(retry_delay({.status = status}, 0.0)) << status;
  }
  EXPECT_FALSE(retry_delay({.phase = http::Phase::Handshake}, 0.0));
}

TEST(KubeRetry, NoConnectionIsTriedThreeTimes) {
  EXPECT_EQ(retry_delay({.tries = 1, .phase = http::Phase::Connect}, 0.0), milliseconds(250));
  EXPECT_FALSE(retry_delay({.tries = 3, .phase = http::Phase::Connect}, 0.0));
}

}  // namespace
}  // namespace deployctl::kube
