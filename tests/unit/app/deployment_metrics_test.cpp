#include "app/deployment_metrics.hpp"

#include <gtest/gtest.h>

#include "support/fake_clock.hpp"

namespace deployctl::app {
namespace {

struct Subject {
  support::FakeClock clock;
  runtime::Metrics metrics{1};
  DeploymentMetrics deployments{metrics, clock};
  std::string text() { return metrics.serialize(); }
};

bool has(const std::string& text, const std::string& line) { return text.find(line) != std::string::npos; }

api::Deployment object(const std::string& name) {
  api::Deployment made;
  made.meta.key = {"shop", name};
  made.status.revision = 3;
  made.status.conditions = {{.type = "Ready", .status = api::ConditionStatus::True, .reason = "Succeeded"}};
  return made;
}

TEST(DeploymentMetrics, ClosedLabelValuesExistFromTheStartAtZero) {
  Subject subject;
  EXPECT_TRUE(has(subject.text(), R"(deployctl_deployments_total{executor="docker",result="rolled_back"} 0)"));
  EXPECT_TRUE(has(subject.text(), R"(deployctl_source_fetch_total{result="failed",source="configMap"} 0)"));
}

TEST(DeploymentMetrics, CountsDeploysStepsAndRollbacks) {
  Subject subject;
  subject.deployments.deployment_finished(api::Type::Docker, "succeeded", std::chrono::seconds(2));
  subject.deployments.step_started(api::Type::Docker);
  EXPECT_TRUE(has(subject.text(), R"(deployctl_executor_inflight{executor="docker"} 1)"));
  subject.deployments.step_finished(api::Type::Docker, "pull", "succeeded", std::chrono::seconds(1));
  subject.deployments.rollback_finished(api::Type::Docker, "Automatic", "succeeded");
  const std::string text = subject.text();
  EXPECT_TRUE(has(text, R"(deployctl_deployments_total{executor="docker",result="succeeded"} 1)"));
  EXPECT_TRUE(has(text, R"(deployctl_executor_runs_total{executor="docker",result="succeeded",step="pull"} 1)"));
  EXPECT_TRUE(has(text, R"(deployctl_executor_inflight{executor="docker"} 0)"));
  EXPECT_TRUE(has(text, R"(deployctl_rollbacks_total{executor="docker",result="succeeded",trigger="Automatic"} 1)"));
}

// fault E5
TEST(DeploymentMetrics, SeriesOfADeletedObjectGoAway) {
  Subject subject;
  subject.deployments.object_changed(object("web"));
  subject.deployments.object_changed(object("api"));
  EXPECT_TRUE(has(subject.text(), R"(name="web",namespace="shop")"));
  subject.deployments.object_gone({"shop", "web"});
  EXPECT_FALSE(has(subject.text(), R"(name="web")"));
  EXPECT_TRUE(has(subject.text(), R"(name="api")"));
}

TEST(DeploymentMetrics, AnObjectThatIsFoundAtAStartHasItsSeriesWithoutAnyChange) {
  Subject subject;
  api::Deployment web = object("web");
  web.status.conditions.push_back({.type = "StateLocked", .status = api::ConditionStatus::True, .reason = "Locked"});
  subject.deployments.object_seen(web.meta.key, web);
  const std::string text = subject.text();
  EXPECT_TRUE(has(text, R"(deployctl_deployment_info{executor="docker",name="web",namespace="shop",ready="true")"));
  EXPECT_TRUE(has(text, R"(deployctl_deployment_condition{name="web",namespace="shop",status="True",type="Ready"} 1)"));
  EXPECT_TRUE(has(text, R"(deployctl_state_locked{name="web",namespace="shop"} 1)"));
  EXPECT_TRUE(has(text, R"(deployctl_drift_detected{name="web",namespace="shop"} 0)"));
  subject.deployments.object_seen(web.meta.key, std::nullopt);
  EXPECT_FALSE(has(subject.text(), R"(name="web")"));
}

TEST(DeploymentMetrics, AnObjectThatDoesNotDecodeIsCountedUntilItHealsOrGoes) {
  Subject subject;
  api::Deployment web = object("web");
  api::Deployment api = object("api");
  web.undecodable = fail(ErrorKind::Invalid, "spec.type: required");
  api.undecodable = web.undecodable;
  subject.deployments.object_seen(web.meta.key, web);
  subject.deployments.object_changed(web);
  subject.deployments.object_seen(api.meta.key, api);
  subject.deployments.object_seen({"shop", "good"}, object("good"));
  EXPECT_EQ(subject.deployments.unreadable(), 2U);
  web.undecodable.reset();
  subject.deployments.object_seen(web.meta.key, web);
  EXPECT_EQ(subject.deployments.unreadable(), 1U);
  subject.deployments.object_seen(api.meta.key, std::nullopt);
  EXPECT_EQ(subject.deployments.unreadable(), 0U);
}

TEST(DeploymentMetrics, AnObjectHasOneInfoSeriesAfterItsRevisionMoved) {
  Subject subject;
  api::Deployment web = object("web");
  subject.deployments.object_changed(web);
  web.status.revision = 4;
  subject.deployments.object_changed(web);
  EXPECT_FALSE(has(subject.text(), R"(revision="3")"));
  EXPECT_TRUE(has(subject.text(), R"(revision="4")"));
}

TEST(DeploymentMetrics, TheAgeOfAnOpenOperationIsReadAtEachScrape) {
  Subject subject;
  api::Deployment web = object("web");
  web.status.operation.emplace();
  web.status.operation->step = "apply";
  web.status.operation->started_at = subject.clock.wall();
  subject.deployments.object_changed(web);
  subject.clock.advance(std::chrono::seconds(7));
  EXPECT_TRUE(has(subject.text(), R"(deployctl_operation_age_seconds{name="web",namespace="shop",step="apply"} 7)"));
  web.status.operation.reset();
  subject.deployments.object_changed(web);
  EXPECT_FALSE(has(subject.text(), "deployctl_operation_age_seconds{"));
}

TEST(DeploymentMetrics, AConditionThatIsNotOursHasNoSeries) {
  Subject subject;
  api::Deployment web = object("web");
  web.status.conditions.push_back({.type = "example.com/Mine", .status = api::ConditionStatus::True, .reason = "X"});
  subject.deployments.object_changed(web);
  EXPECT_FALSE(has(subject.text(), "example.com/Mine"));
}

TEST(DeploymentMetrics, EachStatusOfAConditionHasASeriesAndOneOfThemIsOne) {
  Subject subject;
  api::Deployment web = object("web");
  web.status.conditions = {{.type = "Healthy", .status = api::ConditionStatus::Unknown, .reason = "X"}};
  subject.deployments.object_changed(web);
  const std::string text = subject.text();
  const std::string series = R"(deployctl_deployment_condition{name="web",namespace="shop",status=)";
  EXPECT_TRUE(has(text, series + R"("True",type="Healthy"} 0)"));
  EXPECT_TRUE(has(text, series + R"("False",type="Healthy"} 0)"));
  EXPECT_TRUE(has(text, series + R"("Unknown",type="Healthy"} 1)"));
  EXPECT_FALSE(has(text, R"(type="Ready")"));
}

TEST(DeploymentMetrics, AFamilyIsExplainedOnceHoweverManyObjectsThereAre) {
  Subject subject;
  subject.deployments.object_changed(object("web"));
  subject.deployments.object_changed(object("api"));
  const std::string text = subject.text();
  const std::string type = "# TYPE deployctl_deployment_info gauge\n";
  ASSERT_TRUE(has(text, type));
  EXPECT_EQ(text.find(type), text.rfind(type));
}

TEST(DeploymentMetrics, SeriesOfObjectsCanBeSwitchedOffAndWhatIsQuarantinedIsCountedStill) {
  support::FakeClock clock;
  runtime::Metrics metrics{1};
  DeploymentMetrics deployments{metrics, clock, false};
  api::Deployment web = object("web");
  web.undecodable = fail(ErrorKind::Invalid, "spec.type: required");
  deployments.object_changed(web);
  EXPECT_FALSE(has(metrics.serialize(), R"(name="web")"));
  EXPECT_EQ(deployments.unreadable(), 1U);
}

// fault S20
TEST(DeploymentMetrics, QuotesAndNewlinesInWhatAnObjectSaysAreEscaped) {
  Subject subject;
  api::Deployment web = object("web");
  web.status.operation.emplace();
  web.status.operation->step = "a\"b\\c\nd";
  web.status.operation->started_at = subject.clock.wall();
  subject.deployments.object_changed(web);
  EXPECT_TRUE(has(subject.text(), R"(step="a\"b\\c\nd"} 0)"));
}

// fault S20
TEST(DeploymentMetrics, QuotesAndNewlinesInLabelValuesAreEscaped) {
  Subject subject;
  subject.deployments.tool_found("docker", "1.2\"\n\\x");
  EXPECT_TRUE(has(subject.text(), R"(version="1.2\"\n\\x")"));
}

}  // namespace
}  // namespace deployctl::app
