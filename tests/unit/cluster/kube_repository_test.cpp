#include "cluster/kube_repository.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <string>
#include <vector>

#include "async/task_group.hpp"
#include "support/fake_clock.hpp"
#include "support/memory_api_server.hpp"
#include "support/run_coroutine.hpp"

namespace deployctl::cluster {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const ObjectKey kWeb{"shop", "web"};
const std::string kPath = "/apis/deployctl.io/v1alpha1/namespaces/shop/deployments/web";

Json a_deployment() {
  return {{"apiVersion", "deployctl.io/v1alpha1"},
          {"kind", "Deployment"},
          {"metadata", {{"name", "web"}, {"namespace", "shop"}}},
          {"spec", {{"type", "docker"}, {"docker", {{"image", "web:1"}}}}},
          {"status", {{"observedGeneration", -1}}}};
}

api::Operation an_operation(std::string id = "01ARZ3NDEKTSV4RRFFQ69G5FAV") {
  return {.id = std::move(id), .revision = 1, .digest = "v1:d", .step = "create", .holder = {.identity = "me"}};
}

class Bench {
 public:
  Bench() { put(a_deployment()); }

  /// On the server and, as the watch would have it, in the store.
  void put(const Json& object) {
    server.put(kPath, object);
    catch_up();
  }
  void catch_up() {
    if (server.has(kPath))
      store.put({kube::decode_object(server.object(kPath).dump()).value(), std::nullopt});
    else
      store.remove(kWeb, "");
  }
  /// Somebody else changes the object; our cache does not know yet.
  void change_behind_our_back(const Json& merge) {
    Json next = server.object(kPath);
    next.merge_patch(merge);
    server.put(kPath, next);
  }
  api::Deployment seen() { return repository.find(kWeb).value().value(); }
  Result<void> announce(const api::Deployment& object, const api::DeploymentStatus& next) {
    return support::run_coroutine(io, repository.announce(object, next));
  }
  Result<void> write(const api::Deployment& object, const api::DeploymentStatus& next) {
    return support::run_coroutine(io, repository.write_status(object, next));
  }
  /// The object with an open operation of ours.
  api::Deployment announced() {
    api::Deployment object = seen();
    api::DeploymentStatus next = object.status;
    next.operation = an_operation();
    EXPECT_TRUE(announce(object, next));
    return seen();
  }
  [[nodiscard]] Json status() const { return server.object(kPath).at("status"); }
  [[nodiscard]] Json last_body() const { return Json::parse(server.requests().back().body); }

  asio::io_context io{1};
  support::FakeClock clock;
  support::MemoryApiServer server{io.get_executor()};
  kube::Client client{server, clock};
  runtime::Store store;
  KubeRepository repository{client, clock, store, "installation-1"};
};

TEST(KubeRepository, FindReadsTheCacheAndNothingElse) {
  Bench bench;
  const api::Deployment found = bench.seen();
  EXPECT_EQ(found.meta.key, kWeb);
  EXPECT_EQ(found.spec.docker->image, "web:1");
  EXPECT_EQ(found.status.observed_generation, -1);
  EXPECT_FALSE(found.undecodable);
  EXPECT_TRUE(bench.server.requests().empty());
}

TEST(KubeRepository, WhatIsNotThereIsNothing) {
  Bench bench;
  EXPECT_FALSE(bench.repository.find({"shop", "other"}).value());
}

// fault I10
TEST(KubeRepository, AnObjectStoredBeforeValidationExistedIsAloneWithItsError) {
  Bench bench;
  Json old = a_deployment();
  old["spec"]["interval"] = "1d";
  bench.put(old);
  const api::Deployment found = bench.seen();
  ASSERT_TRUE(found.undecodable);
  EXPECT_EQ(found.undecodable->kind, ErrorKind::Invalid);
  EXPECT_THAT(found.undecodable->message, HasSubstr("interval"));
  EXPECT_EQ(found.meta.key, kWeb);
}

// fault I10
TEST(KubeRepository, AnObjectThatDoesNotDecodeStillSaysHowItIsToBeDeleted) {
  Bench bench;
  Json old = a_deployment();
  old["spec"]["interval"] = "1d";
  old["spec"]["deletionPolicy"] = "Orphan";
  bench.put(old);
  ASSERT_TRUE(bench.seen().undecodable);
  EXPECT_EQ(bench.seen().spec.deletion_policy, api::DeletionPolicy::Orphan);
}

// fault W20
TEST(KubeRepository, AnObjectWhoseEnvelopeCannotBeReadIsReportedToo) {
  Bench bench;
  runtime::Stored bad;
  bad.object.key = {"shop", "bad"};
  bad.object.uid = "uid-bad";
  bad.error = fail(ErrorKind::Invalid, "object cannot be read: metadata.generation");
  bench.store.put(bad);
  const auto found = bench.repository.find({"shop", "bad"}).value().value();
  EXPECT_EQ(found.undecodable, bad.error);
  EXPECT_EQ(found.meta.uid, "uid-bad");
}

// fault S12
TEST(KubeRepository, ASpecNestedAHundredThousandDeepIsAnErrorOfThatObject) {
  Bench bench;
  runtime::Stored deep = *bench.store.find(kWeb);
  deep.object.resource_version = "99999";
  deep.object.spec = R"({"x":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  bench.store.put(deep);
  EXPECT_TRUE(bench.seen().undecodable);
}

// fault I11
TEST(KubeRepository, JunkInTheStatusIsReadAsNotWritten) {
  Bench bench;
  for (const char* junk : {R"("text")", R"([1])", R"({"observedGeneration":"x","history":7,"operation":[]})", "{{"}) {
    runtime::Stored stored = *bench.store.find(kWeb);
    stored.object.resource_version = std::to_string(std::stol(stored.object.resource_version) + 1000);
    stored.object.status = junk;
    bench.store.put(stored);
    const api::Deployment found = bench.seen();
    EXPECT_FALSE(found.undecodable) << junk;
    EXPECT_EQ(found.status, api::DeploymentStatus{}) << junk;
  }
}

// fault I11
TEST(KubeRepository, JunkInTheStatusIsReplacedByTheNextWrite) {
  Bench bench;
  Json object = bench.server.object(kPath);
  object["status"] = {{"observedGeneration", "x"}, {"revision", 99}, {"version", 7}};
  bench.put(object);
  api::DeploymentStatus next = bench.seen().status;
  next.observed_generation = 1;
  next.revision = 1;
  ASSERT_TRUE(bench.write(bench.seen(), next));
  EXPECT_EQ(bench.status(), api::encode_status(next));
}

TEST(KubeRepository, TheAnnounceIsAMergePatchOfStatusWithTheVersionSeen) {
  Bench bench;
  const api::Deployment object = bench.seen();
  api::DeploymentStatus next = object.status;
  next.operation = an_operation();
  ASSERT_TRUE(bench.announce(object, next));
  ASSERT_EQ(bench.server.requests().size(), 1U);
  const kube::Request& request = bench.server.requests().front();
  EXPECT_EQ(request.method, "PATCH");
  EXPECT_THAT(request.target, HasSubstr("/deployments/web/status?fieldManager=deployment-orchestrator-status"));
  EXPECT_EQ(request.content_type, "application/merge-patch+json");
  const Json body = bench.last_body();
  EXPECT_EQ(body.at("metadata"), (Json{{"resourceVersion", object.meta.resource_version}}));
  EXPECT_EQ(body.at("status").size(), 1U);
  EXPECT_EQ(bench.status(), api::encode_status(next));
}

TEST(KubeRepository, AnAnnounceDecidedOnAnOldStateIsAConflictAndWritesNothing) {
  Bench bench;
  const api::Deployment object = bench.seen();
  bench.change_behind_our_back({{"spec", {{"version", "2"}}}});
  const Json before = bench.server.object(kPath);
  api::DeploymentStatus next = object.status;
  next.operation = an_operation();
  EXPECT_EQ(bench.announce(object, next).error().kind, ErrorKind::Conflict);
  EXPECT_EQ(bench.server.object(kPath), before);
}

TEST(KubeRepository, ALaterWriteTestsOperationAndHolderAndSendsOnlyWhatChanged) {
  Bench bench;
  const api::Deployment object = bench.announced();
  api::DeploymentStatus next = object.status;
  next.operation->step = "start";
  next.revision = 1;
  ASSERT_TRUE(bench.write(object, next));
  EXPECT_EQ(bench.server.requests().back().content_type, "application/json-patch+json");
  std::vector<std::string> operations;
  for (const Json& operation : bench.last_body())
    operations.push_back(operation.at("op").get<std::string>() + " " + operation.at("path").get<std::string>());
  EXPECT_THAT(operations, testing::ElementsAre("test /metadata/uid", "test /status/operation/id",
                                               "test /status/operation/holder/identity", "add /status/operation",
                                               "add /status/revision"));
  EXPECT_EQ(bench.status(), api::encode_status(next));
}

TEST(KubeRepository, AnEditOfTheSpecDuringAnOperationDoesNotStopItsWrites) {
  Bench bench;
  const api::Deployment object = bench.announced();
  bench.change_behind_our_back({{"spec", {{"version", "2"}}}});
  api::DeploymentStatus next = object.status;
  next.revision = 1;
  EXPECT_TRUE(bench.write(object, next));
}

TEST(KubeRepository, AnOperationThatAnotherHolderTookOverIsNotWritten) {
  Bench bench;
  const api::Deployment object = bench.announced();
  bench.change_behind_our_back({{"status", {{"operation", {{"holder", {{"identity", "another"}}}}}}}});
  api::DeploymentStatus next = object.status;
  next.operation.reset();
  EXPECT_EQ(bench.write(object, next).error().kind, ErrorKind::Conflict);
  EXPECT_EQ(bench.status().at("operation").at("holder").at("identity"), "another");
}

TEST(KubeRepository, WithoutAnOperationAWriteIsRefusedWhenOneWasBegunMeanwhile) {
  Bench bench;
  const api::Deployment object = bench.seen();
  bench.change_behind_our_back({{"status", {{"operation", {{"id", "another"}}}}}});
  api::DeploymentStatus next = object.status;
  next.revision = 1;
  EXPECT_EQ(bench.write(object, next).error().kind, ErrorKind::Conflict);
}

// fault R7
TEST(KubeRepository, AnObjectMadeAnewUnderTheSameNameIsNotWritten) {
  Bench bench;
  const api::Deployment object = bench.seen();
  bench.server.erase(kPath);
  bench.server.put(kPath, a_deployment());
  api::DeploymentStatus next = object.status;
  next.revision = 1;
  EXPECT_EQ(bench.write(object, next).error().kind, ErrorKind::Conflict);
  EXPECT_EQ(bench.announce(object, next).error().kind, ErrorKind::Conflict);
}

// fault R9
TEST(KubeRepository, AWriteThatChangesNothingIsNotSent) {
  Bench bench;
  const api::Deployment object = bench.announced();
  bench.server.forget_requests();
  EXPECT_TRUE(bench.write(object, object.status));
  EXPECT_TRUE(bench.announce(object, object.status));
  EXPECT_TRUE(bench.server.requests().empty());
}

// fault R8
TEST(KubeRepository, AfterAWriteFindShowsItThoughTheWatchIsLate) {
  Bench bench;
  const api::Deployment object = bench.announced();
  EXPECT_EQ(object.status.operation, an_operation());
  runtime::Stored late = *bench.store.find(kWeb);
  late.object.status = "{}";
  late.object.resource_version = std::to_string(std::stol(late.object.resource_version) - 1);
  bench.store.put(late);
  EXPECT_EQ(bench.seen().status.operation, an_operation());
  EXPECT_EQ(bench.server.count("GET"), 0U);
}

// fault R8
TEST(KubeRepository, AWriteWhoseAnswerWasLostIsSettledByTheWatchAndNotSentAgain) {
  Bench bench;
  const api::Deployment object = bench.seen();
  api::DeploymentStatus next = object.status;
  next.operation = an_operation();
  bench.server.lose("PATCH", true);
  std::optional<Result<void>> answer;
  TaskGroup group(bench.io.get_executor());
  const auto keep = [](KubeRepository& repository, api::Deployment seen, api::DeploymentStatus wanted,
                       std::optional<Result<void>>& into) -> Task<void> {
    into = co_await repository.announce(seen, std::move(wanted));
  };
  group.spawn("announce", keep(bench.repository, object, next, answer));
  bench.io.poll();
  EXPECT_FALSE(answer);
  bench.catch_up();
  bench.clock.advance(kSettleInterval);
  bench.io.restart();
  bench.io.poll();
  ASSERT_TRUE(answer);
  EXPECT_TRUE(*answer);
  EXPECT_EQ(bench.server.count("PATCH"), 1U);
}

TEST(KubeRepository, AWriteThatNeverArrivedIsTransientAfterALook) {
  Bench bench;
  const api::Deployment object = bench.seen();
  api::DeploymentStatus next = object.status;
  next.operation = an_operation();
  bench.server.lose("PATCH", false);
  std::optional<Result<void>> answer;
  TaskGroup group(bench.io.get_executor());
  const auto keep = [](KubeRepository& repository, api::Deployment seen, api::DeploymentStatus wanted,
                       std::optional<Result<void>>& into) -> Task<void> {
    into = co_await repository.announce(seen, std::move(wanted));
  };
  group.spawn("announce", keep(bench.repository, object, next, answer));
  for (int i = 0; i < 60 && !answer; ++i) {
    bench.io.restart();
    bench.io.poll();
    bench.clock.advance(kSettleInterval);
  }
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error().kind, ErrorKind::Transient);
  EXPECT_EQ(bench.server.count("PATCH"), 1U);
}

TEST(KubeRepository, TheFinalizerIsAddedOnce) {
  Bench bench;
  ASSERT_TRUE(support::run_coroutine(bench.io, bench.repository.add_finalizer(bench.seen())));
  ASSERT_TRUE(support::run_coroutine(bench.io, bench.repository.add_finalizer(bench.seen())));
  EXPECT_EQ(bench.server.count("PATCH"), 1U);
  EXPECT_THAT(bench.server.requests().front().target, HasSubstr("fieldManager=deployment-orchestrator"));
  EXPECT_EQ(bench.seen().meta.finalizers, std::vector<std::string>{"deployctl.io/destroy"});
}

// fault F7
TEST(KubeRepository, OtherControllersFinalizersStay) {
  Bench bench;
  Json object = bench.server.object(kPath);
  object["metadata"]["finalizers"] = {"other.io/a", "deployctl.io/destroy", "other.io/b"};
  bench.put(object);
  ASSERT_TRUE(support::run_coroutine(bench.io, bench.repository.remove_finalizer(bench.seen())));
  EXPECT_EQ(bench.server.object(kPath).at("metadata").at("finalizers"), Json::array({"other.io/a", "other.io/b"}));
}

// fault F7
TEST(KubeRepository, AFinalizerListThatChangedMeanwhileIsAConflict) {
  Bench bench;
  const api::Deployment object = bench.seen();
  bench.change_behind_our_back({{"metadata", {{"finalizers", {"other.io/a"}}}}});
  EXPECT_EQ(support::run_coroutine(bench.io, bench.repository.add_finalizer(object)).error().kind, ErrorKind::Conflict);
  EXPECT_EQ(bench.server.object(kPath).at("metadata").at("finalizers"), Json::array({"other.io/a"}));
}

// fault F3
TEST(KubeRepository, AFinalizerRemovedByHandInMidDestroyIsNoError) {
  Bench bench;
  ASSERT_TRUE(support::run_coroutine(bench.io, bench.repository.add_finalizer(bench.seen())));
  const api::Deployment object = bench.seen();
  bench.server.erase(kPath);
  EXPECT_TRUE(support::run_coroutine(bench.io, bench.repository.remove_finalizer(object)));
  bench.catch_up();
  EXPECT_FALSE(bench.repository.find(kWeb).value());
  EXPECT_TRUE(support::run_coroutine(bench.io, bench.repository.remove_finalizer(object)));
}

TEST(KubeRepository, TheRevisionSecretsAreReleasedBeforeTheObjectIs) {
  Bench bench;
  ASSERT_TRUE(support::run_coroutine(bench.io, bench.repository.add_finalizer(bench.seen())));
  ports::KeptRevision revision{.number = 1, .digest = "v1:d", .payload = "inputs"};
  ASSERT_TRUE(support::run_coroutine(bench.io, bench.repository.save_revision(bench.seen(), revision)));
  bench.server.forget_requests();
  ASSERT_TRUE(support::run_coroutine(bench.io, bench.repository.remove_finalizer(bench.seen())));
  std::vector<std::string> patched;
  for (const kube::Request& request : bench.server.requests())
    if (request.method == "PATCH") patched.push_back(request.target.substr(0, request.target.find('?')));
  EXPECT_THAT(patched, testing::ElementsAre("/api/v1/namespaces/shop/secrets/web-r1", kPath));
}

}  // namespace
}  // namespace deployctl::cluster
