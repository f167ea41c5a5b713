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
  metrics.rest_request("a\"b\\c\nd", "GET", "get", "host", Duration::zero());
  EXPECT_THAT(metrics.serialize(), HasSubstr(R"(rest_client_requests_total{code="a\"b\\c\nd",)"));
}

TEST(Metrics, WhatIsTooMuchForTheRegistryIsAppendedAtEachScrape) {
  Metrics metrics(1);
  int scrapes = 0;
  metrics.add_text([&scrapes](std::string& text) { text += "test_scrapes " + std::to_string(++scrapes) + "\n"; });
  EXPECT_THAT(metrics.serialize(), testing::EndsWith("\ntest_scrapes 1\n"));
  EXPECT_THAT(metrics.serialize(), testing::EndsWith("\ntest_scrapes 2\n"));
}

TEST(Metrics, GaugesAreReadWhenTheyAreServed) {
  Metrics metrics(1);
  metrics.before_serialize([&metrics] { metrics.set_unreadable(3); });
  EXPECT_THAT(metrics.serialize(), HasSubstr("deployctl_objects_quarantined 3\n"));
}

}  // namespace
}  // namespace deployctl::runtime
