#include "app/deployment_metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include <array>

namespace deployctl::app {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using prometheus::Labels;

// conventions: deployments 1 … 3600 s; steps begin with a kubectl of 0.1 s; checks as long as their time-outs.
const prometheus::Histogram::BucketBoundaries kDeploymentSeconds{1,   2,   5,   10,   20,   30,  60,
                                                                 120, 300, 600, 1200, 1800, 3600};
const prometheus::Histogram::BucketBoundaries kRunSeconds{0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600, 1800};
const prometheus::Histogram::BucketBoundaries kCheckSeconds{0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30};

constexpr std::array kTypes = {api::Type::Docker, api::Type::DockerCompose, api::Type::Kubernetes, api::Type::Terraform,
                               api::Type::Ansible};
constexpr std::array kResults = {"succeeded", "failed", "rolled_back", "cancelled"};
constexpr std::array kSources = {"inline", "configMap", "secret", "directory"};

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }
std::string text(std::string_view view) { return std::string(view); }
std::string text(api::Type type) { return std::string(api::to_string(type)); }
}  // namespace

DeploymentMetrics::DeploymentMetrics(runtime::Metrics& metrics, Clock& clock, bool per_object)
    : deployments_(BuildCounter()
                       .Name("deployctl_deployments_total")
                       .Help("Deploys that came to their final result")
                       .Register(metrics.registry())),
      deployment_seconds_(BuildHistogram()
                              .Name("deployctl_deployment_duration_seconds")
                              .Help("Time from the start of a deploy to its final result")
                              .Register(metrics.registry())),
      runs_(BuildCounter()
                .Name("deployctl_executor_runs_total")
                .Help("Steps of executors that ended")
                .Register(metrics.registry())),
      run_seconds_(BuildHistogram()
                       .Name("deployctl_executor_run_duration_seconds")
                       .Help("Duration of executors' steps")
                       .Register(metrics.registry())),
      inflight_(
          BuildGauge().Name("deployctl_executor_inflight").Help("Steps that run now").Register(metrics.registry())),
      rollbacks_(
          BuildCounter().Name("deployctl_rollbacks_total").Help("Rollbacks that ended").Register(metrics.registry())),
      check_seconds_(BuildHistogram()
                         .Name("deployctl_health_check_duration_seconds")
                         .Help("Duration of health checks, retries included")
                         .Register(metrics.registry())),
      fetches_(BuildCounter()
                   .Name("deployctl_source_fetch_total")
                   .Help("Sources that were read")
                   .Register(metrics.registry())),
      orphaned_(BuildCounter()
                    .Name("deployctl_orphaned_total")
                    .Help("Objects whose finalizer was taken away before destroy had ended")
                    .Register(metrics.registry())),
      tools_(BuildGauge().Name("deployctl_tool_info").Help("Tools found at start").Register(metrics.registry())) {
  for (const api::Type type : kTypes) {
    for (const char* result : kResults) {
      deployments_.Add({{"executor", text(type)}, {"result", result}});
      deployment_seconds_.Add({{"executor", text(type)}, {"result", result}}, kDeploymentSeconds);
    }
    for (const char* trigger : {"Automatic", "Request"})
      for (const char* result : {"succeeded", "failed"})
        rollbacks_.Add({{"executor", text(type)}, {"trigger", trigger}, {"result", result}});
    inflight_.Add({{"executor", text(type)}});
    orphaned_.Add({{"executor", text(type)}});
  }
  for (const char* source : kSources) {
    for (const char* result : {"succeeded", "failed"}) fetches_.Add({{"source", source}, {"result", result}});
  }
  BuildGauge()
      .Name("deployctl_build_info")
      .Help("The version that runs")
      .Register(metrics.registry())
      .Add({{"version", DEPLOYCTL_VERSION}, {"commit", DEPLOYCTL_COMMIT}})
      .Set(1);
  if (per_object) metrics.add_text([this, &clock](std::string& into) { rows_.write(into, clock.wall()); });
}

void DeploymentMetrics::deployment_finished(api::Type executor, std::string_view result, Duration took) {
  const Labels labels{{"executor", text(executor)}, {"result", text(result)}};
  deployments_.Add(labels).Increment();
  deployment_seconds_.Add(labels, kDeploymentSeconds).Observe(seconds(took));
}

void DeploymentMetrics::step_finished(api::Type executor, std::string_view step, std::string_view result,
                                      Duration took) {
  runs_.Add({{"executor", text(executor)}, {"step", text(step)}, {"result", text(result)}}).Increment();
  run_seconds_.Add({{"executor", text(executor)}, {"step", text(step)}}, kRunSeconds).Observe(seconds(took));
  inflight_.Add({{"executor", text(executor)}}).Decrement();
}

void DeploymentMetrics::step_started(api::Type executor) { inflight_.Add({{"executor", text(executor)}}).Increment(); }

void DeploymentMetrics::rollback_finished(api::Type executor, std::string_view trigger, std::string_view result) {
  rollbacks_.Add({{"executor", text(executor)}, {"trigger", text(trigger)}, {"result", text(result)}}).Increment();
}

void DeploymentMetrics::health_check_finished(std::string_view type, std::string_view result, Duration took) {
  check_seconds_.Add({{"type", text(type)}, {"result", text(result)}}, kCheckSeconds).Observe(seconds(took));
}

void DeploymentMetrics::source_fetched(std::string_view source, std::string_view result) {
  fetches_.Add({{"source", text(source)}, {"result", text(result)}}).Increment();
}

void DeploymentMetrics::orphaned(api::Type executor) { orphaned_.Add({{"executor", text(executor)}}).Increment(); }

void DeploymentMetrics::object_changed(const api::Deployment& object) { rows_.set(object); }

void DeploymentMetrics::object_gone(const ObjectKey& key) { rows_.remove(key); }

void DeploymentMetrics::object_seen(const ObjectKey& key, const std::optional<api::Deployment>& object) {
  if (object)
    object_changed(*object);
  else
    object_gone(key);
}

void DeploymentMetrics::tool_found(const std::string& tool, const std::string& version) {
  tools_.Add({{"tool", tool}, {"version", version}}).Set(1);
}

}  // namespace deployctl::app
