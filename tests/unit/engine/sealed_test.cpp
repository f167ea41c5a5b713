// The sealed copy of credentials: Destroy works after the Secrets are gone, and nothing else ever uses it.

#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "engine/engine.hpp"
#include "support/engine_bed.hpp"

namespace deployctl::engine {
namespace {

using support::EngineBed;
namespace annotations = api::annotations;

/// Version 1 serves; it has a Live password and pulls with credentials.
struct Serving : EngineBed {
  Serving() {
    references.secrets[{"shop", "db"}] = {{"password", "correct horse"}};
    references.secrets[{"shop", "pull"}] = {{".dockerconfigjson", "battery staple"}};
    deploy("1");
    edit([](api::DeploymentSpec& spec) {
      spec.variables = {
          {.name = "PASSWORD", .value_from = api::ValueFrom{.secret_key_ref = api::KeyRef{"db", "password"}}}};
      spec.docker->registry_secret_ref = api::NameRef{"pull"};
    });
    work();
  }
  std::string told_to(const std::string& verb, const std::string& name) { return world.told[verb][name]; }
  void remove() {
    repository.request_deletion(key);
    pass(std::chrono::minutes(1));
  }
};

TEST(SealedCopy, DestroyWorksAfterItsSecretsWereDeleted) {
  Serving bed;
  bed.references.secrets.clear();
  bed.references_changed();
  bed.work();
  bed.remove();
  EXPECT_FALSE(bed.repository.has(bed.key));
  EXPECT_EQ(bed.told_to("destroy", "PASSWORD"), "correct horse");
  EXPECT_EQ(bed.told_to("destroy", "REGISTRY"), "battery staple");
}

TEST(SealedCopy, ItsUseIsToldWithoutTheValuesAndTheValuesAreHidden) {  // fault X4
  Serving bed;
  bed.references.secrets.clear();
  bed.world.ends["destroy"] = {process::Exit::Kind::Exited, 1, {}};
  bed.world.says["destroy"] = "denied: battery staple";
  bed.restart();
  bed.remove();
  EXPECT_EQ(bed.ready(), "DestroyFailed");
  EXPECT_TRUE(bed.logged("Used the sealed copy of what is gone"));
  std::string note;
  for (const auto& published : bed.events.published)
    if (published.event.action == "Destroy" && published.event.reason == "DependencyNotReady")
      note = published.event.note;
  EXPECT_EQ(note, "destroying with the copy sealed in revision 1: Secret db, Secret pull are gone");
  EXPECT_FALSE(bed.logged("battery staple"));
  EXPECT_EQ(bed.message("Ready").find("battery staple"), std::string::npos);
}

TEST(SealedCopy, AnOldValueIsHiddenAlsoByAControllerThatNeverReadIt) {  // fault X9
  Serving bed;
  bed.references.secrets[{"shop", "db"}] = {{"password", "rotated"}};
  bed.world.ends["destroy"] = {process::Exit::Kind::Exited, 1, {}};
  bed.world.says["destroy"] = "denied: correct horse, nor rotated";
  bed.secrets.forget(bed.key);
  bed.restart();
  bed.remove();
  EXPECT_EQ(bed.ready(), "DestroyFailed");
  EXPECT_TRUE(bed.logged("denied: "));
  for (const char* value : {"correct horse", "rotated"}) {
    EXPECT_FALSE(bed.logged(value));
    EXPECT_EQ(bed.message("Ready").find(value), std::string::npos) << bed.message("Ready");
  }
}

TEST(SealedCopy, WhatIsStillThereWins) {
  Serving bed;
  bed.references.secrets[{"shop", "db"}] = {{"password", "rotated"}};
  bed.references.secrets.erase({"shop", "pull"});
  bed.remove();
  EXPECT_FALSE(bed.repository.has(bed.key));
  EXPECT_EQ(bed.told_to("destroy", "PASSWORD"), "rotated");
  EXPECT_EQ(bed.told_to("destroy", "REGISTRY"), "battery staple");
}

TEST(SealedCopy, ARollbackNeverUsesIt) {
  Serving bed;
  bed.deploy("2");
  bed.work();
  ASSERT_EQ(bed.runs(), "2");
  bed.references.secrets[{"shop", "db"}] = {{"password", "rotated"}};
  bed.annotate(annotations::kRollbackTo, "1/live");
  bed.work();
  EXPECT_EQ(bed.runs(), "1");
  EXPECT_EQ(bed.told_to("start", "PASSWORD"), "rotated");
  bed.references.secrets.erase({"shop", "db"});
  bed.annotate(annotations::kRollbackTo, "2/gone");
  bed.pass(std::chrono::minutes(1));
  EXPECT_EQ(bed.runs(), "1");
  EXPECT_NE(bed.told_to("start", "PASSWORD"), "correct horse");
  EXPECT_FALSE(bed.logged("Used the sealed copy"));
}

TEST(SealedCopy, ARollbackSealsWhatIsLiveThenAndNotWhatItsTargetHeld) {
  Serving bed;
  bed.deploy("2");
  bed.work();
  bed.references.secrets[{"shop", "db"}] = {{"password", "rotated"}};
  bed.annotate(annotations::kRollbackTo, "1/live");
  bed.work();
  ASSERT_EQ(bed.runs(), "1");
  bed.references.secrets.clear();
  bed.remove();
  EXPECT_EQ(bed.told_to("destroy", "PASSWORD"), "rotated");
}

TEST(SealedCopy, TheRegistrysPasswordIsHiddenWhileItIsStillThereAsWell) {  // fault X4
  EngineBed bed;
  bed.references.secrets[{"shop", "pull"}] = {
      {".dockerconfigjson", R"({"auths": {"registry.example": {"username": "robot", "password": "canary"}}})"}};
  bed.world.ends["prepare"] = {process::Exit::Kind::Exited, 1, {}};
  bed.world.says["prepare"] = "robot may not pull with canary";
  bed.deploy("1");
  bed.edit([](api::DeploymentSpec& spec) { spec.docker->registry_secret_ref = api::NameRef{"pull"}; });
  bed.work();
  EXPECT_TRUE(bed.logged("robot may not pull with"));
  EXPECT_FALSE(bed.logged("canary"));
}

/// What is larger than the room of a sealed copy.
std::string too_large_to_seal(const std::string& begin) { return begin + std::string(300U * 1024, 'x'); }

std::string note_of_destroy(const EngineBed& bed) {
  std::string note;
  for (const auto& published : bed.events.published)
    if (published.event.action == "Destroy" && published.event.reason == "DependencyNotReady")
      note = published.event.note;
  return note;
}

TEST(SealedCopy, WithoutItARemovalGoesOnWithoutWhatIsGoneAndNothingElse) {
  EngineBed bed;
  bed.references.secrets[{"shop", "db"}] = {{"password", too_large_to_seal("correct horse")}};
  bed.references.secrets[{"shop", "api"}] = {{"token", "battery staple"}};
  bed.deploy("1");
  bed.edit([](api::DeploymentSpec& spec) {
    spec.variables = {
        {.name = "PASSWORD", .value_from = api::ValueFrom{.secret_key_ref = api::KeyRef{"db", "password"}}},
        {.name = "LEVEL", .value = "info"}};
    spec.env = {{.name = "TOKEN", .value_from = api::ValueFrom{.secret_key_ref = api::KeyRef{"api", "token"}}}};
  });
  bed.work();
  ASSERT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
  bed.references.secrets.erase({"shop", "db"});
  bed.world.ends["destroy"] = {process::Exit::Kind::Exited, 1, {}};
  bed.world.says["destroy"] = "denied: battery staple";
  bed.restart();
  bed.repository.request_deletion(bed.key);
  bed.work();
  EXPECT_EQ(bed.world.told["destroy"].count("PASSWORD"), 0U);
  EXPECT_EQ(bed.world.told["destroy"]["LEVEL"], "info");
  EXPECT_EQ(bed.world.told["destroy"]["TOKEN"], "battery staple");
  EXPECT_FALSE(bed.logged("battery staple"));
  for (const std::string& said : {note_of_destroy(bed), bed.message("Ready")}) {
    EXPECT_NE(said.find("without spec.variables[PASSWORD]"), std::string::npos) << said;
    EXPECT_NE(said.find("Secret \"db\""), std::string::npos) << said;
    EXPECT_EQ(said.find("TOKEN"), std::string::npos) << said;
  }
}

TEST(SealedCopy, ARemovalWaitsForValuesThatCannotBeReadJustNow) {
  Serving bed;
  bed.references.failure = fail(ErrorKind::Transient, "not now");
  bed.remove();
  EXPECT_EQ(bed.world.count("destroy"), 0U);
  EXPECT_EQ(bed.ready(), "DestroyFailed");
  EXPECT_NE(bed.message("Ready").find("not now"), std::string::npos) << bed.message("Ready");
  bed.references.failure.reset();
  bed.pass(std::chrono::minutes(2));
  EXPECT_FALSE(bed.repository.has(bed.key));
  EXPECT_EQ(bed.told_to("destroy", "PASSWORD"), "correct horse");
}

/// Playbooks that log in with a key and open a vault.
struct Playing : EngineBed {
  Playing(const std::string& key_text, const std::string& vault_password) {
    references.secrets[{"shop", "login"}] = {{"ssh-privatekey", key_text}, {"known_hosts", "web ssh-rsa AAAA"}};
    references.secrets[{"shop", "vault"}] = {{"password", vault_password}};
    repository.put(support::a_deployment().where([](api::Deployment& object) {
      object.spec.type = api::Type::Ansible;
      object.spec.docker.reset();
      object.spec.source = api::Source{.inline_files = api::InlineSource{{{"site.yml", "[]"}}}};
      object.spec.ansible = api::Ansible{.playbook = "site.yml",
                                         .inventory = {.inline_text = "web"},
                                         .vault_password_secret_ref = api::NameRef{"vault"},
                                         .ssh_secret_ref = api::NameRef{"login"}};
    }));
    work();
  }
};

TEST(SealedCopy, AKeyThatWasReadIsHiddenAlsoWhenTheNextCredentialIsGone) {  // fault X4
  Playing bed("correct horse", too_large_to_seal("battery staple"));
  ASSERT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
  bed.references.secrets.erase({"shop", "vault"});
  bed.secrets.forget({bed.key.ns, bed.key.name + "/tool"});
  bed.restart();
  bed.world.ends["destroy"] = {process::Exit::Kind::Exited, 1, {}};
  bed.world.says["destroy"] = "no login with correct horse";
  bed.repository.request_deletion(bed.key);
  bed.work();
  EXPECT_EQ(bed.world.told["destroy"]["SSH_KEY"], "correct horse");
  EXPECT_TRUE(bed.logged("no login with [redacted]"));
  EXPECT_FALSE(bed.logged("correct horse"));
  EXPECT_NE(note_of_destroy(bed).find("without spec.ansible.vaultPasswordSecretRef"), std::string::npos)
      << note_of_destroy(bed);
}

TEST(SealedCopy, TheVaultIsOpenedAlsoWhenTheKeyIsGone) {
  Playing bed(too_large_to_seal("correct horse"), "battery staple");
  ASSERT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
  bed.references.secrets.erase({"shop", "login"});
  bed.repository.request_deletion(bed.key);
  bed.work();
  EXPECT_FALSE(bed.repository.has(bed.key));
  EXPECT_EQ(bed.world.told["destroy"]["SSH_KEY"], "");
  EXPECT_EQ(bed.world.told["destroy"]["VAULT"], "battery staple");
}

TEST(SealedCopy, HoldsALiveOutputOfAnotherDeployment) {
  EngineBed bed;
  bed.references.secrets[{"shop", "net-outputs"}] = {{"address", "10.1.1.1"}, {"other", "not asked for"}};
  bed.deploy("1");
  bed.edit([](api::DeploymentSpec& spec) {
    spec.variables = {{.name = "DB",
                       .value_from = api::ValueFrom{.output_ref = api::OutputRef{"net", "address"}},
                       .track = api::Track::Live}};
  });
  bed.work();
  ASSERT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
  bed.references.secrets.clear();
  bed.repository.request_deletion(bed.key);
  bed.work();
  EXPECT_FALSE(bed.repository.has(bed.key));
  EXPECT_EQ(bed.world.told["destroy"]["DB"], "10.1.1.1");
}

TEST(SealedCopy, NothingOfItStandsInTheStatus) {  // fault X4
  Serving bed;
  const std::string status = dump_json(api::encode_status(bed.status()));
  EXPECT_EQ(status.find("correct horse"), std::string::npos);
  EXPECT_EQ(status.find(base64_encode("correct horse")), std::string::npos);
}

}  // namespace
}  // namespace deployctl::engine
