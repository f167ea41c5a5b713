#include "cluster/kube_pods.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "support/fake_clock.hpp"
#include "support/memory_api_server.hpp"
#include "support/run_coroutine.hpp"

namespace deployctl::cluster {
namespace {

Json terminated(const char* started, const char* ended) {
  return {{"terminated", {{"exitCode", 0}, {"startedAt", started}, {"finishedAt", ended}}}};
}

ports::EndedRun run(const char* started, const char* ended) {
  return {.started = *parse_rfc3339(started), .ended = *parse_rfc3339(ended)};
}

constexpr const char* kEight = "2026-01-01T08:00:00Z";
constexpr const char* kNine = "2026-01-01T09:00:00Z";
constexpr const char* kTen = "2026-01-01T10:00:00Z";

TEST(PodSeen, TellsForEachContainerTheRunsThatEnded) {
  const Json running{{"running", {{"startedAt", kTen}}}};
  const Json pod{{"metadata", {{"uid", "u"}}},
                 {"status",
                  {{"containerStatuses",
                    Json::array({{{"name", "a"}, {"state", running}, {"lastState", terminated(kEight, kNine)}},
                                 {{"name", "b"}, {"state", terminated(kNine, kTen)}, {"lastState", Json::object()}},
                                 {{"name", "c"}, {"state", running}}})}}}};
  const ports::PodSeen expected{.uid = "u", .containers = {{run(kEight, kNine)}, {run(kNine, kTen)}, {}}};
  EXPECT_EQ(pod_seen(pod), expected);
}

TEST(PodSeen, WhatTheKubeletLostSightOfTellsNoRun) {
  const Json lost{{"terminated", {{"exitCode", 137}, {"startedAt", nullptr}, {"finishedAt", nullptr}}}};
  const Json pod{{"metadata", {{"uid", "u"}}}, {"status", {{"containerStatuses", Json::array({{{"state", lost}}})}}}};
  EXPECT_EQ(pod_seen(pod), (ports::PodSeen{.uid = "u", .containers = {{}}}));
}

TEST(PodSeen, AnotherShapeTellsNothing) {
  for (const Json& pod :
       {Json(7), Json{{"status", 7}}, Json{{"metadata", Json::array()}, {"status", {{"containerStatuses", "x"}}}}})
    EXPECT_EQ(pod_seen(pod), ports::PodSeen{}) << pod;
}

TEST(NodeSeen, IsReadyOnlyWhenItsConditionSaysSo) {
  const auto node = [](const char* type, const char* status) {
    return Json{{"status", {{"conditions", Json::array({{{"type", type}, {"status", status}}})}}}};
  };
  EXPECT_TRUE(node_seen(node("Ready", "True")).ready);
  EXPECT_FALSE(node_seen(node("Ready", "False")).ready);
  EXPECT_FALSE(node_seen(node("Ready", "Unknown")).ready);
  EXPECT_FALSE(node_seen(node("DiskPressure", "True")).ready);
  EXPECT_FALSE(node_seen(Json::object()).ready);
}

TEST(KubePods, TellsWhatIsThereWhatIsNotAndWhatIsForbidden) {
  asio::io_context io(1);
  support::FakeClock clock;
  support::MemoryApiServer server(io.get_executor());
  kube::Client client(server, clock);
  KubePods pods(client);
  server.put("/api/v1/namespaces/system/pods/one", {{"metadata", {{"name", "one"}, {"uid", "u"}}}});
  server.put("/api/v1/nodes/n", {{"metadata", {{"name", "n"}}}});
  EXPECT_EQ(support::run_coroutine(io, pods.pod({"system", "one"}))->value().uid, "u");
  EXPECT_FALSE(support::run_coroutine(io, pods.pod({"system", "two"}))->has_value());
  EXPECT_FALSE(support::run_coroutine(io, pods.node("n"))->value().ready);
  EXPECT_FALSE(support::run_coroutine(io, pods.node("m"))->has_value());
  server.refuse("GET /api/v1/nodes/n", 403, "nodes \"n\" is forbidden");
  EXPECT_EQ(support::run_coroutine(io, pods.node("n")).error().kind, ErrorKind::Forbidden);
}

}  // namespace
}  // namespace deployctl::cluster
