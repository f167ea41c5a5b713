#include "history/quarantine.hpp"

#include <gtest/gtest.h>

#include "api/constants.hpp"

namespace deployctl::history {
namespace {

api::Quarantine bad(const std::string& digest, const std::string& gate = "g1") {
  return {.digest = digest, .gate = gate, .version = "1.0", .revision = 3, .reason = "HealthCheckFailed"};
}

TEST(Quarantine, HoldsBackTheDigestUnderTheGateItFailedWith) {
  api::DeploymentStatus status;
  add_quarantine(status, bad("v1:a"));
  EXPECT_TRUE(is_quarantined(status, "v1:a", "g1"));
  ASSERT_NE(find_quarantine(status, "v1:a", "g1"), nullptr);
  EXPECT_EQ(find_quarantine(status, "v1:a", "g1")->reason, "HealthCheckFailed");
}

TEST(Quarantine, AnotherDigestMayBegin) {
  api::DeploymentStatus status;
  add_quarantine(status, bad("v1:a"));
  EXPECT_FALSE(is_quarantined(status, "v1:b", "g1"));
}

TEST(Quarantine, AChangedGateMayBegin) {
  api::DeploymentStatus status;
  add_quarantine(status, bad("v1:a", "g1"));
  EXPECT_FALSE(is_quarantined(status, "v1:a", "g2"));
}

TEST(Quarantine, ADigestThatFailsAgainReplacesItsEntry) {
  api::DeploymentStatus status;
  add_quarantine(status, bad("v1:a", "g1"));
  add_quarantine(status, bad("v1:b", "g1"));
  add_quarantine(status, bad("v1:a", "g2"));
  ASSERT_EQ(status.quarantined.size(), 2U);
  EXPECT_EQ(status.quarantined.front().digest, "v1:a");
  EXPECT_EQ(status.quarantined.front().gate, "g2");
}

TEST(Quarantine, KeepsTheNewestTen) {
  api::DeploymentStatus status;
  for (int i = 0; i < 12; ++i) add_quarantine(status, bad("v1:" + std::to_string(i)));
  EXPECT_EQ(status.quarantined.size(), api::limits::kQuarantined);
  EXPECT_TRUE(is_quarantined(status, "v1:11", "g1"));
  EXPECT_FALSE(is_quarantined(status, "v1:1", "g1"));
}

TEST(Quarantine, IsLiftedByForceWhateverTheGate) {
  api::DeploymentStatus status;
  add_quarantine(status, bad("v1:a"));
  EXPECT_TRUE(lift_quarantine(status, "v1:a"));
  EXPECT_FALSE(is_quarantined(status, "v1:a", "g1"));
  EXPECT_FALSE(lift_quarantine(status, "v1:a"));
}

}  // namespace
}  // namespace deployctl::history
