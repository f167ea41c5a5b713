// What a deployment tells others: kept when it serves, hidden where it must be, filled into the URLs of its checks.

#include <gtest/gtest.h>

#include "engine/engine.hpp"
#include "support/engine_bed.hpp"

namespace deployctl::engine {
namespace {

using executors::Output;
using ports::Attachment;
using support::EngineBed;

struct Telling : EngineBed {
  Telling() {
    executor->outputs = std::vector<Output>{{.name = "host", .value = "10.0.0.5", .sensitive = false},
                                            {.name = "password", .value = "hunter2-long", .sensitive = true}};
  }
  void check_page(const std::string& url) {
    edit([&](api::DeploymentSpec& spec) {
      api::HealthCheck check{.name = "page"};
      check.http = api::HttpCheck{.url = url};
      check.retries = 0;
      spec.health.post = {check};
    });
  }
  [[nodiscard]] const ports::AttachedValues* kept() const { return repository.attachment(key, Attachment::Outputs); }
};

TEST(Outputs, AreKeptInASecretAndNamedInTheStatus) {
  Telling bed;
  bed.deploy("1");
  bed.work();
  ASSERT_EQ(bed.ready(), "Succeeded");
  ASSERT_TRUE(bed.status().outputs);
  EXPECT_EQ(bed.status().outputs->secret_name, "web-outputs");
  EXPECT_EQ(bed.status().outputs->names, (std::vector<std::string>{"host", "password"}));
  ASSERT_NE(bed.kept(), nullptr);
  EXPECT_EQ(bed.kept()->values.at("host"), "10.0.0.5");
  EXPECT_EQ(bed.kept()->note, "password");
}

TEST(Outputs, SensitiveOnesAreHiddenWhereverTextLeaves) {  // fault X4
  Telling bed;
  bed.deploy("1");
  bed.work();
  EXPECT_EQ(bed.secrets.redact("it is hunter2-long"), "it is [redacted]");
  EXPECT_EQ(bed.secrets.redact("host 10.0.0.5"), "host 10.0.0.5");
}

TEST(Outputs, SensitiveOnesAreHiddenAlsoAfterARestart) {  // fault X4
  Telling bed;
  bed.deploy("1");
  bed.work();
  bed.restart();
  bed.secrets.forget({bed.key.ns, bed.key.name + "/outputs"});
  bed.deploy("2");
  bed.world.ends["start"] = {process::Exit::Kind::Exited, 1, {}};
  bed.world.says["start"] = "login with hunter2-long failed";
  bed.work();
  EXPECT_TRUE(bed.logged("login with [redacted] failed"));
  EXPECT_FALSE(bed.logged("hunter2-long"));
}

TEST(Outputs, OfAReleaseThatFailsAreNotKept) {
  Telling bed;
  bed.deploy("1");
  bed.work();
  bed.executor->outputs->front().value = "10.0.0.6";
  bed.world.sick = {"2"};
  bed.edit([](api::DeploymentSpec& spec) { spec.rollback.automatic = false; });
  bed.deploy("2");
  bed.work();
  ASSERT_NE(bed.ready(), "Succeeded");
  EXPECT_EQ(bed.kept()->values.at("host"), "10.0.0.5");
}

TEST(Outputs, RollbackTellsThemAnew) {
  Telling bed;
  bed.deploy("1");
  bed.work();
  bed.executor->outputs->front().value = "10.0.0.7";
  bed.world.sick = {"2"};
  bed.deploy("2");
  bed.work();
  ASSERT_EQ(bed.ready(), "RolledBack");
  EXPECT_EQ(bed.kept()->values.at("host"), "10.0.0.7");
}

TEST(Outputs, NoneAnyMoreTakesTheSecretAway) {
  Telling bed;
  bed.deploy("1");
  bed.work();
  bed.executor->outputs = std::vector<Output>{};
  bed.deploy("2");
  bed.work();
  EXPECT_FALSE(bed.status().outputs);
  EXPECT_EQ(bed.kept(), nullptr);
}

TEST(Outputs, ToolThatTellsNothingLeavesWhatIsKept) {
  Telling bed;
  bed.deploy("1");
  bed.work();
  bed.executor->outputs.reset();
  bed.deploy("2");
  bed.work();
  EXPECT_TRUE(bed.status().outputs);
  EXPECT_NE(bed.kept(), nullptr);
}

using support::FakeRepository;

/// Version 2 tells another host.
void tell_another_host(Telling& bed) {
  bed.deploy("1");
  bed.work();
  bed.executor->outputs->front().value = "10.0.0.6";
}

TEST(Outputs, AreWrittenAgainUntilItWorksAndTheReleaseIsNotCalledDoneBefore) {
  Telling bed;
  tell_another_host(bed);
  bed.repository.refused.insert_or_assign({bed.key, FakeRepository::Kind::Attach},
                                          fail(ErrorKind::Transient, "not now"));
  bed.deploy("2");
  bed.pass(std::chrono::minutes(2));
  EXPECT_NE(bed.ready(), "Succeeded");
  EXPECT_EQ(bed.world.count("start web 2"), 1U) << "only the write is tried again";
  bed.repository.refused.erase({bed.key, FakeRepository::Kind::Attach});
  bed.pass(std::chrono::minutes(2));
  EXPECT_EQ(bed.ready(), "Succeeded");
  EXPECT_EQ(bed.kept()->values.at("host"), "10.0.0.6");
}

TEST(Outputs, ThatDoNotFitTakeTheOldOnesAwaySoThatNobodyReadsThem) {
  Telling bed;
  tell_another_host(bed);
  bed.repository.refused.insert_or_assign({bed.key, FakeRepository::Kind::Attach},
                                          fail(ErrorKind::Invalid, "larger than 921600 bytes"));
  bed.deploy("2");
  bed.work();
  EXPECT_EQ(bed.ready(), "Succeeded");
  EXPECT_FALSE(bed.status().outputs);
  EXPECT_EQ(bed.kept(), nullptr);
  EXPECT_NE(bed.message("Ready").find("its outputs were not kept: larger than 921600 bytes"), std::string::npos)
      << bed.message("Ready");
}

TEST(Outputs, ThatMayNotBeWrittenAreNoSuccessAndAreTriedAgain) {
  for (const auto kind : {FakeRepository::Kind::Attach, FakeRepository::Kind::Detach}) {
    Telling bed;
    tell_another_host(bed);
    if (kind == FakeRepository::Kind::Detach) bed.executor->outputs->clear();
    bed.repository.refused.insert_or_assign({bed.key, kind}, fail(ErrorKind::Forbidden, "secrets is forbidden"));
    bed.deploy("2");
    bed.work();
    EXPECT_EQ(bed.ready(), "AccessDenied") << bed.message("Ready");
    EXPECT_EQ(bed.reason("Stalled"), "AccessDenied");
    EXPECT_NE(bed.message("Ready").find("web-outputs"), std::string::npos) << bed.message("Ready");
    EXPECT_NE(bed.message("Ready").find("secrets is forbidden"), std::string::npos) << bed.message("Ready");
    EXPECT_EQ(bed.runs(), "2") << "it is not rolled back";
    EXPECT_FALSE(bed.status().operation) << "no slot is held";
    bed.repository.refused.erase({bed.key, kind});
    bed.pass(std::chrono::minutes(15), std::chrono::minutes(1));
    EXPECT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
    EXPECT_EQ(bed.status().outputs.has_value(), kind == FakeRepository::Kind::Attach);
  }
}

TEST(Outputs, AreKnownAgainAfterTheStatusWasLost) {
  Telling bed;
  bed.deploy("1");
  bed.check_page("http://${outputs.host}/healthz");
  bed.work();
  const api::Outputs before = bed.status().outputs.value();
  bed.repository.overwrite_status(bed.key, {});
  bed.secrets.forget({bed.key.ns, bed.key.name + "/outputs"});
  bed.restart();
  bed.work();
  ASSERT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
  ASSERT_TRUE(bed.status().outputs);
  EXPECT_EQ(*bed.status().outputs, before);
  EXPECT_EQ(bed.secrets.redact("it is hunter2-long"), "it is [redacted]");
  bed.http.requests.clear();
  bed.pass(std::chrono::minutes(21), std::chrono::minutes(1));
  ASSERT_FALSE(bed.http.requests.empty());
  EXPECT_EQ(bed.http.requests.back().url, "http://10.0.0.5/healthz");
}

TEST(Outputs, ThatCannotBeReadAfterTheStatusWasLostAreWaitedFor) {
  Telling bed;
  bed.deploy("1");
  bed.work();
  bed.repository.attachments_unreadable = fail(ErrorKind::Transient, "not now");
  bed.repository.overwrite_status(bed.key, {});
  bed.work();
  EXPECT_EQ(bed.status().last_revision, 0) << "half of what was there is not adopted";
  bed.repository.attachments_unreadable.reset();
  bed.pass(std::chrono::minutes(1));
  EXPECT_EQ(bed.status().last_revision, 1);
  EXPECT_TRUE(bed.status().outputs);
}

TEST(Outputs, SecretOfSomebodyElseIsLeftAloneAndTheReleaseServes) {
  Telling bed;
  bed.repository.occupy_attachment(bed.key, Attachment::Outputs);
  bed.deploy("1");
  bed.work();
  EXPECT_EQ(bed.ready(), "Succeeded");
  EXPECT_FALSE(bed.status().outputs);
  EXPECT_NE(bed.message("Ready").find("not ours"), std::string::npos) << bed.message("Ready");
}

TEST(Outputs, NameThatNoSecretMayHaveIsLeftOut) {
  Telling bed;
  bed.executor->outputs->push_back({.name = "odd name", .value = "x", .sensitive = false});
  bed.deploy("1");
  bed.work();
  EXPECT_EQ(bed.status().outputs.value().names.size(), 2U);
  EXPECT_NE(bed.message("Ready").find("left out"), std::string::npos);
}

TEST(Outputs, AreFilledIntoTheUrlsOfTheGate) {
  Telling bed;
  bed.deploy("1");
  bed.check_page("http://${outputs.host}/healthz");
  bed.work();
  EXPECT_EQ(bed.ready(), "Succeeded");
  ASSERT_FALSE(bed.http.requests.empty());
  EXPECT_EQ(bed.http.requests.back().url, "http://10.0.0.5/healthz");
}

TEST(Outputs, AreFilledIntoTheUrlsOfLaterLooks) {
  Telling bed;
  bed.deploy("1");
  bed.check_page("http://${outputs.host}/healthz");
  bed.work();
  bed.restart();
  bed.http.requests.clear();
  bed.pass(std::chrono::minutes(21), std::chrono::minutes(1));
  ASSERT_FALSE(bed.http.requests.empty());
  EXPECT_EQ(bed.http.requests.back().url, "http://10.0.0.5/healthz");
  EXPECT_EQ(bed.reason("Healthy"), "HealthCheckPassed");
}

TEST(Outputs, CheckThatRefersToNoneFailsAndNamesIt) {
  Telling bed;
  bed.deploy("1");
  bed.check_page("http://${outputs.address}/healthz");
  bed.edit([](api::DeploymentSpec& spec) { spec.retry.limit = 0; });
  bed.work();
  EXPECT_EQ(bed.ready(), "HealthCheckFailed");
  EXPECT_NE(bed.message("Ready").find("page: the deployment has no output \"address\""), std::string::npos)
      << bed.message("Ready");
  EXPECT_TRUE(bed.http.requests.empty());
}

TEST(Outputs, GoWithTheObject) {
  Telling bed;
  bed.deploy("1");
  bed.work();
  bed.repository.request_deletion(bed.key);
  bed.work();
  EXPECT_FALSE(bed.repository.has(bed.key));
  EXPECT_EQ(bed.kept(), nullptr);
}

TEST(Outputs, GoWithTheObjectAlsoWhenTheStatusDoesNotNameThem) {
  Telling bed;
  bed.deploy("1");
  bed.work();
  api::DeploymentStatus without = bed.status();
  without.outputs.reset();
  bed.repository.overwrite_status(bed.key, without);
  bed.repository.request_deletion(bed.key);
  bed.work();
  EXPECT_FALSE(bed.repository.has(bed.key));
  EXPECT_EQ(bed.kept(), nullptr);
}

void refer(api::DeploymentSpec& spec) {
  spec.variables = {{.name = "DB", .value_from = api::ValueFrom{.output_ref = api::OutputRef{"net", "address"}}}};
}

TEST(Outputs, OfAnotherDeploymentAreWaitedForAndAChangeDeploys) {  // fault I13
  EngineBed bed;
  bed.deploy("1");
  bed.edit(refer);
  bed.work();
  EXPECT_EQ(bed.ready(), "DependencyNotReady");
  EXPECT_NE(bed.message("Ready").find("Deployment \"net\" has no output \"address\" yet"), std::string::npos)
      << bed.message("Ready");
  bed.references.secrets[{"shop", "net-outputs"}] = {{"address", "10.1.1.1"}};
  bed.references_changed();
  bed.work();
  EXPECT_EQ(bed.ready(), "Succeeded");
  EXPECT_EQ(bed.executor->deployed.back().variables.at("DB"), "10.1.1.1");
  bed.references.secrets[{"shop", "net-outputs"}] = {{"address", "10.2.2.2"}};
  bed.references_changed();
  bed.work();
  EXPECT_EQ(bed.status().revision, 2);
  EXPECT_EQ(bed.executor->deployed.back().variables.at("DB"), "10.2.2.2");
}

TEST(Outputs, UnchangedOutputOfAnotherDeploymentDeploysNothingAfterARestart) {
  EngineBed bed;
  bed.references.secrets[{"shop", "net-outputs"}] = {{"address", "10.1.1.1"}};
  bed.deploy("1");
  bed.edit(refer);
  bed.work();
  bed.restart();
  bed.pass(std::chrono::minutes(21), std::chrono::minutes(1));
  EXPECT_EQ(bed.status().revision, 1);
  EXPECT_EQ(bed.status().last_revision, 1);
}

}  // namespace
}  // namespace deployctl::engine
