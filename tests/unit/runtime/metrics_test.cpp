#include "runtime/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace deployctl::runtime {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

TEST(Metrics, AllClosedLabelValuesAreThereAtZeroFromTheStart) {
  const std::string text = Metrics(8).serialize();
  for (const char* line : {
           R"(controller_runtime_reconcile_total{controller="deployctl-deployment",result="success"} 0)",
           R"(controller_runtime_reconcile_total{controller="deployctl-deployment",result="error"} 0)",
           R"(controller_runtime_reconcile_total{controller="deployctl-deployment",result="requeue"} 0)",
           R"(controller_runtime_reconcile_total{controller="deployctl-deployment",result="requeue_after"} 0)",
           R"(controller_runtime_reconcile_errors_total{controller="deployctl-deployment"} 0)",
           R"(controller_runtime_terminal_reconcile_errors_total{controller="deployctl-deployment"} 0)",
           R"(controller_runtime_reconcile_panics_total{controller="deployctl-deployment"} 0)",
           R"(controller_runtime_reconcile_timeouts_total{controller="deployctl-deployment"} 0)",
           R"(controller_runtime_max_concurrent_reconciles{controller="deployctl-deployment"} 8)",
           R"(controller_runtime_active_workers{controller="deployctl-deployment"} 0)",
           R"(workqueue_depth{controller="deployctl-deployment",name="deployctl-deployment",priority="0"} 0)",
           R"(workqueue_adds_total{controller="deployctl-deployment",name="deployctl-deployment"} 0)",
           R"(workqueue_retries_total{controller="deployctl-deployment",name="deployctl-deployment"} 0)",
           R"(workqueue_unfinished_work_seconds{controller="deployctl-deployment",name="deployctl-deployment"} 0)",
           "deployctl_events_failed_total 0",
           "deployctl_objects_quarantined 0",
       })
    EXPECT_THAT(text, HasSubstr(std::string(line) + "\n"));
}

TEST(Metrics, AReconcileIsCountedOnceUnderItsResult) {
  Metrics metrics(1);
  metrics.reconcile_started();
  metrics.reconcile_finished(ReconcileResult::Error, 20ms);
  const std::string text = metrics.serialize();
  EXPECT_THAT(text, HasSubstr(R"(reconcile_total{controller="deployctl-deployment",result="error"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(reconcile_errors_total{controller="deployctl-deployment"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(reconcile_time_seconds_count{controller="deployctl-deployment"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(active_workers{controller="deployctl-deployment"} 0)"));
}

TEST(Metrics, RequestsToTheApiServerCarryClientGosLabels) {
  Metrics metrics(1);
  metrics.rest_request("200", "PATCH", "patch", "10.0.0.1:443", 30ms);
  metrics.rest_retry("429", "patch", "10.0.0.1:443");
  const std::string text = metrics.serialize();
  EXPECT_THAT(text, HasSubstr(R"(rest_client_request_retries_total{code="429",host="10.0.0.1:443",verb="patch"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(rest_client_requests_total{code="200",host="10.0.0.1:443",method="PATCH"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(rest_client_request_duration_seconds_count{host="10.0.0.1:443",verb="patch"} 1)"));
}

// fault S20
TEST(Metrics, QuotesBackslashesAndNewlinesInALabelValueAreEscaped) {
  Metrics metrics(1);
  ObjectSeries info(metrics.registry(), "test_info", "help");
  info.set("object", {{{{"name", "a\"b\\c\nd"}}, 1}});
  EXPECT_THAT(metrics.serialize(), HasSubstr(R"(test_info{name="a\"b\\c\nd"} 1)"));
}

// fault E5
TEST(Metrics, SeriesOfADeletedObjectGoAway) {
  Metrics metrics(1);
  ObjectSeries conditions(metrics.registry(), "test_condition", "help");
  conditions.set("shop/web", {{{{"name", "web"}, {"status", "True"}}, 1}, {{{"name", "web"}, {"status", "False"}}, 0}});
  conditions.set("shop/api", {{{{"name", "api"}, {"status", "True"}}, 1}});
  conditions.remove("shop/web");
  const std::string text = metrics.serialize();
  EXPECT_THAT(text, Not(HasSubstr("name=\"web\"")));
  EXPECT_THAT(text, HasSubstr("name=\"api\""));
}

// fault E5
TEST(Metrics, ASeriesThatIsNotSetAgainGoesAway) {
  Metrics metrics(1);
  ObjectSeries info(metrics.registry(), "test_info", "help");
  info.set("shop/web", {{{{"revision", "1"}}, 1}});
  info.set("shop/web", {{{{"revision", "2"}}, 1}});
  const std::string text = metrics.serialize();
  EXPECT_THAT(text, Not(HasSubstr(R"(revision="1")")));
  EXPECT_THAT(text, HasSubstr(R"(test_info{revision="2"} 1)"));
}

TEST(Metrics, GaugesAreReadWhenTheyAreServed) {
  Metrics metrics(1);
  metrics.before_serialize([&metrics] { metrics.set_unreadable(3); });
  EXPECT_THAT(metrics.serialize(), HasSubstr("deployctl_objects_quarantined 3\n"));
}

}  // namespace
}  // namespace deployctl::runtime
