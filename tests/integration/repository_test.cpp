#include "cluster/kube_repository.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "api/constants.hpp"
#include "runtime/watcher.hpp"
#include "support/real_api_server.hpp"

namespace deployctl::cluster {
namespace {

using namespace std::chrono_literals;

/// The error's sentence, empty when there is none.
std::string failure(const Result<void>& result) { return result ? "" : result.error().message; }

/// Our store, watch and repository on the real server, and one object.
class Bench {
 public:
  Bench() {
    create("web");
    watching_ = server.group.spawn("watcher", watcher.run());
    server.until([this] { return store.find(key).has_value(); });
  }
  ~Bench() {
    watching_.cancel();
    server.settle(50ms);
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  void create(const std::string& name) {
    server.must(kube::create(kDeployments, server.ns(),
                             {{"apiVersion", api::kApiVersion},
                              {"kind", api::kKind},
                              {"metadata", {{"name", name}, {"namespace", server.ns()}}},
                              {"spec", {{"type", "docker"}, {"docker", {{"image", "web:1"}}}}}},
                             "test"));
  }
  /// As kubectl does; our cache learns it through the watch alone.
  Json patch(const Json& merge, std::string_view subresource = {}) {
    return server.must(kube::merge_patch(kDeployments, {key, subresource, "test"}, merge));
  }
  Json object() { return server.must(kube::get(kDeployments, key)); }
  api::Deployment seen() { return repository.find(key).value().value(); }
  api::Deployment announced() {
    const api::Deployment before = seen();
    EXPECT_TRUE(server.run(repository.announce(before, with_operation(before))));
    return seen();
  }
  static api::DeploymentStatus with_operation(const api::Deployment& seen) {
    api::DeploymentStatus next = seen.status;
    next.operation = api::Operation{.id = "01ARZ3NDEKTSV4RRFFQ69G5FAV",
                                    .revision = 1,
                                    .digest = "v1:" + std::string(64, 'a'),
                                    .step = "create",
                                    .holder = {.identity = "me", .node = "n1", .pid = 1, .boot_id = "b"},
                                    .started_at = WallTime(480'000h),
                                    .deadline = WallTime(480'001h),
                                    .trigger = "Spec"};
    return next;
  }
  [[nodiscard]] bool is_on_server(const std::string& secret) {
    return server.run(server.client->send(kube::get(kube::kSecrets, {server.ns(), secret}))).has_value();
  }

  support::RealApiServer server;
  ObjectKey key{server.ns(), "web"};
  runtime::Store store;
  std::vector<std::string> said;
  runtime::Watcher watcher{server.io.get_executor(),
                           *server.transport,
                           server.clock,
                           server.logger,
                           store,
                           {.resource = kDeployments, .namespaces = {server.ns()}},
                           [this](const ObjectKey& changed, runtime::Change) { said.push_back(changed.name); }};
  KubeRepository repository{*server.client, server.clock, store, "installation-1"};

 private:
  TaskHandle watching_;
};

TEST(RepositoryOnARealServer, ANewObjectHasNothingObserved) {
  Bench bench;
  EXPECT_EQ(bench.seen().status.observed_generation, -1);
  EXPECT_FALSE(bench.seen().undecodable);
}

// fault R8
TEST(RepositoryOnARealServer, TheAnnounceIsSeenAtOnceAndIsNoChangeToUs) {
  Bench bench;
  bench.said.clear();
  EXPECT_EQ(bench.announced().status.operation, Bench::with_operation(bench.seen()).operation);
  bench.server.settle(300ms);
  EXPECT_THAT(bench.said, testing::IsEmpty());
}

TEST(RepositoryOnARealServer, AnAnnounceOnAnOldStateIsAConflict) {
  Bench bench;
  const api::Deployment old = bench.seen();
  bench.patch({{"spec", {{"version", "2"}}}});
  const auto answer = bench.server.run(bench.repository.announce(old, Bench::with_operation(old)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::Conflict);
  EXPECT_FALSE(bench.object().at("status").contains("operation"));
}

TEST(RepositoryOnARealServer, AWriteOfAnOperationThatIsNotOursIsAConflict) {
  Bench bench;
  const api::Deployment object = bench.announced();
  bench.patch({{"status", {{"operation", {{"holder", {{"identity", "another"}}}}}}}}, "status");
  api::DeploymentStatus next = object.status;
  next.operation.reset();
  const auto answer = bench.server.run(bench.repository.write_status(object, next));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::Conflict);
}

TEST(RepositoryOnARealServer, AWriteWithoutOperationIsRefusedWhenOneWasBegun) {
  Bench bench;
  const api::Deployment before = bench.seen();
  bench.announced();
  api::DeploymentStatus next = before.status;
  next.revision = 5;
  const auto answer = bench.server.run(bench.repository.write_status(before, next));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::Conflict);
}

TEST(RepositoryOnARealServer, AnOperationIsClosedThoughTheSpecWasEditedMeanwhile) {
  Bench bench;
  const api::Deployment object = bench.announced();
  bench.patch({{"spec", {{"version", "2"}}}});
  api::DeploymentStatus next = object.status;
  next.operation.reset();
  next.observed_generation = 1;
  next.revision = next.last_revision = 1;
  ASSERT_EQ(failure(bench.server.run(bench.repository.write_status(object, next))), "");
  EXPECT_EQ(bench.seen().status, next);
}

// fault R9
TEST(RepositoryOnARealServer, WhatWeWroteComesBackTheSameAndIsNotSentAgain) {
  Bench bench;
  const api::Deployment object = bench.announced();
  api::DeploymentStatus next = object.status;
  next.operation.reset();
  next.observed_generation = 1;
  next.revision = next.last_revision = 3;
  next.version = "1.8.0";
  next.last_success_at = WallTime(480'002h);
  next.conditions = {{"Ready", api::ConditionStatus::True, "Succeeded", "serves", WallTime(480'002h), 1}};
  next.target = api::Target{.host = "unix:///var/run/docker.sock", .project = "shop_web"};
  next.health = api::HealthStatus{"Healthy", WallTime(480'002h), {{"web", "Healthy", WallTime(480'002h), "200"}}};
  next.quarantined = {{"v1:bad", "v1:gate", "1.7.0", 2, "HealthCheckFailed", WallTime(480'000h)}};
  next.inventory = api::InventorySummary{3, "sha256:x"};
  next.last_handled.rollback = api::Request{"previous/t1", api::RequestResult::Done, "done", WallTime(480'001h)};
  next.history = {{.revision = 3,
                   .version = "1.8.0",
                   .digest = "v1:good",
                   .gate = "v1:gate",
                   .result = api::HistoryResult::Succeeded,
                   .restorable = api::Restorable::Exact,
                   .trigger = "Spec",
                   .started_at = WallTime(480'000h),
                   .finished_at = WallTime(480'001h)}};
  ASSERT_EQ(failure(bench.server.run(bench.repository.write_status(object, next))), "");
  EXPECT_EQ(bench.object().at("status"), api::encode_status(next));
  const std::size_t before = bench.server.sent("patch");
  EXPECT_EQ(failure(bench.server.run(bench.repository.write_status(bench.seen(), next))), "");
  EXPECT_EQ(bench.server.sent("patch"), before);
}

TEST(RepositoryOnARealServer, TheStatusIsWrittenThroughItsSubresourceAlone) {
  Bench bench;
  const Json spec = bench.object().at("spec");
  bench.announced();
  const Json after = bench.object();
  EXPECT_EQ(after.at("spec"), spec);
  EXPECT_EQ(after.at("metadata").at("generation"), 1);
  std::vector<std::string> managers;
  for (const Json& entry : after.at("metadata").at("managedFields")) managers.push_back(entry.at("manager"));
  EXPECT_THAT(managers, testing::UnorderedElementsAre("test", "deployment-orchestrator-status"));
}

// fault F7
TEST(RepositoryOnARealServer, OurFinalizerComesAndGoesAndOthersStay) {
  Bench bench;
  bench.patch({{"metadata", {{"finalizers", {"other.io/keep"}}}}});
  bench.server.until([&bench] { return !bench.seen().meta.finalizers.empty(); });
  ASSERT_EQ(failure(bench.server.run(bench.repository.add_finalizer(bench.seen()))), "");
  EXPECT_EQ(bench.object().at("metadata").at("finalizers"), Json::array({"other.io/keep", "deployctl.io/destroy"}));
  ASSERT_EQ(failure(bench.server.run(bench.repository.remove_finalizer(bench.seen()))), "");
  EXPECT_EQ(bench.object().at("metadata").at("finalizers"), Json::array({"other.io/keep"}));
  bench.patch({{"metadata", {{"finalizers", nullptr}}}});
}

// fault F4
TEST(RepositoryOnARealServer, AFinalizerThatAReplaceDroppedIsAddedAgain) {
  Bench bench;
  ASSERT_EQ(failure(bench.server.run(bench.repository.add_finalizer(bench.seen()))), "");
  bench.patch({{"metadata", {{"finalizers", nullptr}}}});
  bench.server.until([&bench] { return bench.seen().meta.finalizers.empty(); });
  ASSERT_EQ(failure(bench.server.run(bench.repository.add_finalizer(bench.seen()))), "");
  EXPECT_EQ(bench.object().at("metadata").at("finalizers"), Json::array({"deployctl.io/destroy"}));
}

// fault F3
TEST(RepositoryOnARealServer, AFinalizerRemovedByHandInMidDestroyIsNoError) {
  Bench bench;
  ASSERT_EQ(failure(bench.server.run(bench.repository.add_finalizer(bench.seen()))), "");
  bench.server.run(bench.server.client->send(kube::remove(kDeployments, bench.key))).value();
  bench.server.until([&bench] { return bench.seen().meta.deleting; });
  const api::Deployment dying = bench.seen();
  bench.patch({{"metadata", {{"finalizers", nullptr}}}});
  EXPECT_EQ(failure(bench.server.run(bench.repository.remove_finalizer(dying))), "");
  bench.server.until([&bench] { return !bench.repository.find(bench.key).value(); });
  EXPECT_EQ(bench.server.run(bench.repository.write_status(dying, Bench::with_operation(dying))).error().kind,
            ErrorKind::NotFound);
}

TEST(RepositoryOnARealServer, ARevisionSecretIsImmutableAndOutlivesADelete) {
  Bench bench;
  const ports::KeptRevision revision{.number = 1, .digest = "v1:d", .payload = std::string(1'500'000, 'x')};
  ASSERT_EQ(failure(bench.server.run(bench.repository.save_revision(bench.seen(), revision))), "");
  const kube::PatchQuery query{{bench.server.ns(), "web-r1"}, {}, "test"};
  const auto changed = bench.server.run(
      bench.server.client->send(kube::merge_patch(kube::kSecrets, query, {{"data", {{"payload", "eA=="}}}})));
  EXPECT_EQ(changed.error().kind, ErrorKind::Invalid);
  static_cast<void>(bench.server.run(bench.server.client->send(kube::remove(kube::kSecrets, query.key))));
  const auto loaded = bench.server.run(bench.repository.load_revision(bench.seen(), 1));
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->payload, revision.payload);
}

TEST(RepositoryOnARealServer, RevisionsAreListedReleasedAndRemoved) {
  Bench bench;
  for (const std::int64_t number : {1, 2})
    ASSERT_EQ(failure(bench.server.run(bench.repository.save_revision(
                  bench.seen(), {.number = number, .digest = "v1:d", .payload = "inputs " + std::to_string(number)}))),
              "");
  const auto listed = bench.server.run(bench.repository.list_revisions(bench.seen())).value();
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(listed.front().number, 2);
  EXPECT_FALSE(listed.front().created.empty());
  ASSERT_EQ(failure(bench.server.run(bench.repository.delete_revision(bench.seen(), 1))), "");
  EXPECT_FALSE(bench.is_on_server("web-r1"));
  ASSERT_EQ(failure(bench.server.run(bench.repository.delete_revision(bench.seen(), 2))), "");
  EXPECT_FALSE(bench.is_on_server("web-r2"));
}

}  // namespace
}  // namespace deployctl::cluster
