#include "support/fake_pods.hpp"

#include <gtest/gtest.h>

#include "support/run_coroutine.hpp"

namespace deployctl::support {
namespace {

TEST(FakePods, HasWhatWasPutThereAndCountsWhoAsks) {
  FakePods pods;
  pods.pods[{"system", "one"}] = {.uid = "u", .containers = {}};
  pods.nodes["n"] = {.ready = true};
  EXPECT_EQ(run_coroutine(pods.pod({"system", "one"}))->value().uid, "u");
  EXPECT_FALSE(run_coroutine(pods.pod({"system", "two"}))->has_value());
  EXPECT_TRUE(run_coroutine(pods.node("n"))->value().ready);
  EXPECT_FALSE(run_coroutine(pods.node("m"))->has_value());
  EXPECT_EQ(pods.asked, 4U);
}

TEST(FakePods, AnswersWithTheFailureThatIsSet) {
  FakePods pods;
  pods.pod_failure = fail(ErrorKind::Forbidden, "no");
  pods.node_failure = fail(ErrorKind::Transient, "later");
  EXPECT_EQ(run_coroutine(pods.pod({"system", "one"})).error().kind, ErrorKind::Forbidden);
  EXPECT_EQ(run_coroutine(pods.node("n")).error().kind, ErrorKind::Transient);
}

}  // namespace
}  // namespace deployctl::support
