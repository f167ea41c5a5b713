#include <gmock/gmock.h>

#include "ansible/executor.hpp"
#include "ansible_fixture.hpp"
#include "support/fake_ansible.hpp"
#include "support/process_results.hpp"

namespace deployctl::ansible {
namespace {

using executors::Done;
using executors::Failed;
using executors::Inputs;
using executors::Next;
using executors::Step;
using executors::StepResult;
using support::drive;
using support::exited;
using support::FakeAnsible;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string failure(const Next& end) {
  const auto* failed = std::get_if<Failed>(&end);
  return failed == nullptr ? "(no failure)" : failed->error.message;
}
Done done(const Next& end) {
  const auto* done = std::get_if<Done>(&end);
  EXPECT_NE(done, nullptr) << failure(end);
  return done == nullptr ? Done{} : *done;
}

TEST(AnsibleDeploy, LooksAtThePlaybookThenRunsItAndRemembersItsHosts) {
  FakeAnsible ansible;
  const auto procedure = AnsibleExecutor().deploy(inputs());
  EXPECT_EQ(done(drive(*procedure, ansible)).message, "site.yml ran: 2 hosts, 4 tasks ok, 1 changed");
  EXPECT_THAT(ansible.names(), ElementsAre("syntax-check", "playbook"));
  EXPECT_EQ(procedure->remembered().inventory.dump(), R"([{"host":"web1"},{"host":"web2"}])");
}

TEST(AnsibleDeploy, InstallsWhatIsRequiredFirst) {
  FakeAnsible ansible;
  Inputs in = inputs({{"site.yml", {}}, {"requirements.yml", {}}});
  block_of(in).requirements = "requirements.yml";
  done(drive(*AnsibleExecutor().deploy(in), ansible));
  EXPECT_THAT(ansible.names(), ElementsAre("requirements", "syntax-check", "playbook"));
}

TEST(AnsibleDeploy, AFileTheSourceDoesNotHaveIsToldByFieldAndNothingRuns) {  // fault N2
  FakeAnsible ansible;
  Inputs in = inputs();
  block_of(in).playbook = "missing.yml";
  EXPECT_EQ(failure(drive(*AnsibleExecutor().deploy(in), ansible)),
            "spec.ansible.playbook: the source has no \"missing.yml\" (looked for below spec.path)");
  in = inputs();
  block_of(in).inventory = {.path = "hosts", .inline_text = {}};
  EXPECT_THAT(failure(drive(*AnsibleExecutor().deploy(in), ansible)), HasSubstr("spec.ansible.inventory.path"));
  EXPECT_THAT(ansible.names(), IsEmpty());
}

TEST(AnsibleDeploy, PlaysThatMatchNoHostAreInvalidAlthoughAnsibleFindsThemWell) {
  FakeAnsible ansible;
  ansible.hosts.clear();
  Inputs in = inputs();
  block_of(in).limit = "db";
  const Next end = drive(*AnsibleExecutor().deploy(in), ansible);
  EXPECT_EQ(failure(end),
            "spec.ansible.playbook: no hosts matched: the plays of site.yml name no host of the inventory within limit "
            "\"db\"");
  EXPECT_EQ(std::get<Failed>(end).error.kind, ErrorKind::Invalid);
  EXPECT_THAT(ansible.names(), ElementsAre("syntax-check"));
}

TEST(AnsibleDeploy, APlaybookThatEndedWellIsDoneWhateverItPrinted) {
  FakeAnsible ansible;
  ansible.intercept = [](const Step& step) -> std::optional<StepResult> {
    if (step.name != "playbook") return std::nullopt;
    return StepResult{.process = exited(0, std::string("\0\xff junk", 7)), .http = {}};
  };
  EXPECT_EQ(done(drive(*AnsibleExecutor().deploy(inputs()), ansible)).message, "site.yml ran");
}

TEST(AnsibleRollback, RunsTheRollbackPlaybookAlone) {
  FakeAnsible ansible;
  Inputs in = inputs({{"site.yml", {}}, {"back.yml", {}}});
  block_of(in).rollback_playbook = "back.yml";
  in.rollback = true;
  EXPECT_EQ(done(drive(*AnsibleExecutor().deploy(in), ansible)).caveat, "");
  EXPECT_THAT(ansible.names(), ElementsAre("syntax-check", "rollback-playbook"));
  EXPECT_TRUE(ansible.on_hosts.contains("back.yml"));
}

TEST(AnsibleRollback, WithoutOneRunsThePreviousPlaybookAgainAndSaysWhatThatLeaves) {  // fault H10
  FakeAnsible ansible;
  Inputs in = inputs();
  in.rollback = true;
  EXPECT_EQ(done(drive(*AnsibleExecutor().deploy(in), ansible)).caveat,
            "its playbook ran again: tasks that it does not have are not undone (set ansible.rollbackPlaybook)");
  EXPECT_THAT(ansible.names(), ElementsAre("syntax-check", "playbook"));
}

TEST(AnsibleDestroy, WithoutAPlaybookChangesNothingAndSaysSo) {  // fault H10
  FakeAnsible ansible;
  EXPECT_EQ(done(drive(*AnsibleExecutor().destroy(inputs()), ansible)).caveat,
            "nothing was changed on the hosts: there is no ansible.destroyPlaybook");
  EXPECT_THAT(ansible.names(), IsEmpty());
}

TEST(AnsibleDestroy, RunsItsPlaybook) {
  FakeAnsible ansible;
  Inputs in = inputs({{"site.yml", {}}, {"destroy.yml", {}}});
  block_of(in).destroy_playbook = "destroy.yml";
  EXPECT_EQ(done(drive(*AnsibleExecutor().destroy(in), ansible)).caveat, "");
  EXPECT_THAT(ansible.names(), ElementsAre("syntax-check", "destroy-playbook"));
}

TEST(AnsibleVerify, AsksNothingWithoutDriftAndChecksThePlaybookWithIt) {
  FakeAnsible ansible;
  done(drive(*AnsibleExecutor().verify(inputs(), false), ansible));
  EXPECT_THAT(ansible.names(), IsEmpty());
  done(drive(*AnsibleExecutor().verify(inputs(), true), ansible));
  ansible.would_change = 1;
  EXPECT_EQ(failure(drive(*AnsibleExecutor().verify(inputs(), true), ansible)), "would change: task \"page\" on web1");
}

TEST(AnsibleValidate, RefusesWhatNeedsNoToolToBeSeen) {
  const auto problem = [](auto change) {
    api::DeploymentSpec spec = inputs().spec;
    change(spec);
    const auto valid = AnsibleExecutor().validate(spec);
    return valid ? std::string() : valid.error().message;
  };
  EXPECT_EQ(problem([](auto&) {}), "");
  EXPECT_THAT(problem([](auto& spec) { spec.source.reset(); }), HasSubstr("spec.source"));
  EXPECT_THAT(problem([](auto& spec) { block_of(spec).limit = "web:@/etc/hosts"; }), HasSubstr("spec.ansible.limit"));
}

TEST(AnsibleTools, AreAskedForOnlyWhenTheyAreNeeded) {
  api::DeploymentSpec spec = inputs().spec;
  EXPECT_THAT(AnsibleExecutor().tools(spec), ElementsAre("ansible-playbook"));
  block_of(spec).requirements = "r.yml";
  EXPECT_THAT(AnsibleExecutor().tools(spec), ElementsAre("ansible-playbook", "ansible-galaxy"));
}

}  // namespace
}  // namespace deployctl::ansible
