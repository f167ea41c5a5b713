#include "ansible/commands.hpp"

#include <gmock/gmock.h>

#include "ansible/playground.hpp"
#include "ansible_fixture.hpp"

namespace deployctl::ansible {
namespace {

using executors::Effect;
using executors::Inputs;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

const std::string kOp = "/work/01K0000000000000000000000A";

TEST(AnsibleCommands, APlaybookRunsOnceWithItsInventoryAndVariablesFromFiles) {
  const auto step = play(inputs(), "playbook", "site.yml");
  EXPECT_EQ(step.effect, Effect::Once);
  EXPECT_EQ(command_of(step).argv,
            (std::vector<std::string>{"ansible-playbook", "--inventory=" + kOp + "/ansible/inventory",
                                      "--extra-vars=@" + kOp + "/ansible/variables.json", "--forks=5",
                                      kOp + "/src/site.yml"}));
  EXPECT_EQ(file_of(step, "ansible/inventory"), "web1\nweb2\n");
  for (const process::CommandFile& file : command_of(step).files) EXPECT_EQ(file.mode, 0600U) << file.path;
}

TEST(AnsibleCommands, OptionsAreGivenAsOneWordEach) {
  Inputs in = inputs();
  block_of(in).become = true;
  block_of(in).limit = "web:!db";
  block_of(in).tags = {"a", "b"};
  block_of(in).skip_tags = {"c"};
  block_of(in).inventory = {.path = "hosts/prod", .inline_text = {}};
  EXPECT_EQ(command_of(play(in, "playbook", "site.yml")).argv,
            (std::vector<std::string>{"ansible-playbook", "--inventory=" + kOp + "/src/hosts/prod",
                                      "--extra-vars=@" + kOp + "/ansible/variables.json", "--forks=5", "--become",
                                      "--limit=web:!db", "--tags=a,b", "--skip-tags=c", kOp + "/src/site.yml"}));
}

TEST(AnsibleCommands, JinjaInAValueIsMarkedAsData) {  // fault N1
  Inputs in = inputs();
  in.variables = {{"A", "{{ lookup('pipe', 'id') }}"}, {"B", "ü\"\n"}};
  EXPECT_EQ(file_of(play(in, "playbook", "site.yml"), "ansible/variables.json"),
            R"({"A":{"__ansible_unsafe":"{{ lookup('pipe', 'id') }}"},"B":{"__ansible_unsafe":"\u00fc\"\n"}})");
}

TEST(AnsibleCommands, CredentialsAreFilesThatEndInALineBreakAndNeverArguments) {  // fault N9
  Inputs in = inputs();
  in.vault_password = "canary-vault";
  in.ssh_private_key = "canary-key";
  in.ssh_known_hosts = "web1 ssh-ed25519 AAAA";
  const auto step = play(in, "playbook", "site.yml");
  EXPECT_EQ(file_of(step, "ansible/vault_password"), "canary-vault\n");
  EXPECT_EQ(file_of(step, "ansible/private_key"), "canary-key\n");
  EXPECT_EQ(file_of(step, "ansible/known_hosts"), "web1 ssh-ed25519 AAAA\n");
  EXPECT_EQ(command_of(step).env.at("ANSIBLE_VAULT_PASSWORD_FILE"), kOp + "/ansible/vault_password");
  EXPECT_EQ(command_of(step).env.at("ANSIBLE_PRIVATE_KEY_FILE"), kOp + "/ansible/private_key");
  EXPECT_THAT(command_of(step).argv, Not(Contains(HasSubstr("canary"))));
  for (const auto& [name, value] : command_of(step).env) EXPECT_THAT(value, Not(HasSubstr("canary"))) << name;
}

TEST(AnsibleCommands, OurSettingsWinOverTheUsersAndOverASourcesAnsibleCfg) {  // fault N8
  Inputs in = inputs({{"site.yml", {}}, {"ansible.cfg", {.bytes = "[defaults]\nstdout_callback = minimal\n"}}});
  in.env = {{"AWS_REGION", "eu"}, {"ANSIBLE_CONFIG", "/evil"}, {"ANSIBLE_STDOUT_CALLBACK", "minimal"}};
  const auto step = play(in, "playbook", "site.yml");
  const auto& env = command_of(step).env;
  EXPECT_EQ(env.at("AWS_REGION"), "eu");
  EXPECT_EQ(env.at("ANSIBLE_CONFIG"), kOp + "/ansible/ansible.cfg");
  EXPECT_EQ(file_of(step, "ansible/ansible.cfg"), "");
  EXPECT_EQ(env.at("ANSIBLE_STDOUT_CALLBACK"), "deployctl_events");
  EXPECT_THAT(file_of(step, "ansible/plugins/deployctl_events.py"), HasSubstr("class CallbackModule"));
}

TEST(AnsibleCommands, ASourceWithPlugInsOfAnsibleItselfIsRunFromACopyWithoutThem) {  // fault N8
  const Inputs in = inputs({{"site.yml", {.bytes = "play"}},
                            {"callback_plugins/evil.py", {.bytes = "evil"}},
                            {"roles/web/action_plugins/copy.py", {.bytes = "evil"}},
                            {"filter_plugins/nice.py", {.bytes = "nice"}},
                            {"files/run.sh", {.bytes = "run", .executable = true}}});
  const auto step = look_at(in, "site.yml");
  EXPECT_EQ(command_of(step).argv.back(), kOp + "/play/site.yml");
  EXPECT_EQ(command_of(step).cwd, kOp + "/play");
  EXPECT_EQ(file_of(step, "play/site.yml"), "play");
  EXPECT_EQ(file_of(step, "play/filter_plugins/nice.py"), "nice");
  std::vector<std::string> evil;
  for (const process::CommandFile& file : command_of(step).files) {
    if (file.bytes == "evil") evil.push_back(file.path);
    EXPECT_EQ(file.mode, file.path == "play/files/run.sh" ? 0700U : 0600U) << file.path;
  }
  EXPECT_EQ(evil, std::vector<std::string>{});
}

TEST(AnsibleCommands, HostKeysAreAlwaysCheckedAndNoConnectionOutlivesTheOperation) {  // fault N7
  const auto arguments_in = [](const std::string& work_dir) {
    Inputs in = inputs();
    in.work_dir = work_dir;
    return command_of(play(in, "playbook", "site.yml")).env.at("ANSIBLE_SSH_ARGS");
  };
  EXPECT_THAT(arguments_in("/op"), HasSubstr("StrictHostKeyChecking=yes"));
  EXPECT_THAT(arguments_in("/op"), HasSubstr("UserKnownHostsFile=\"/op/ansible/known_hosts\""));
  EXPECT_THAT(arguments_in("/op"), HasSubstr("ControlMaster=auto"));
  EXPECT_THAT(arguments_in("/" + std::string(80, 'x')), HasSubstr("ControlMaster=no"));
}

TEST(AnsibleCommands, TheRollbackPlaybookIsToldFromWhichRevisionToWhich) {
  Inputs in = inputs();
  block_of(in).rollback_playbook = "back.yml";
  in.rollback = true;
  in.restored_revision = 1;
  in.abandoned_revision = 2;
  const auto step = play_back(in);
  EXPECT_EQ(step.name, "rollback-playbook");
  EXPECT_EQ(step.effect, Effect::Once);
  EXPECT_THAT(command_of(step).argv,
              Contains(R"(--extra-vars={"deployctl_from_revision":2,"deployctl_to_revision":1})"));
  EXPECT_EQ(command_of(step).argv.back(), kOp + "/src/back.yml");
}

TEST(AnsibleCommands, ALookConnectsToNoHostAndACheckChangesNothing) {
  EXPECT_EQ(look_at(inputs(), "site.yml").effect, Effect::None);
  EXPECT_THAT(command_of(look_at(inputs(), "site.yml")).argv, Contains("--list-hosts"));
  EXPECT_EQ(check(inputs(), "site.yml").effect, Effect::None);
  EXPECT_THAT(command_of(check(inputs(), "site.yml")).argv, Contains("--check"));
}

TEST(AnsibleCommands, AHangingPlaybookIsStoppedWhenTheOperationsTimeIsUp) {  // fault N10
  Inputs in = inputs();
  in.spec.timeout = std::chrono::minutes(7);
  EXPECT_EQ(play(in, "playbook", "site.yml").timeout, std::chrono::minutes(7));
}

}  // namespace
}  // namespace deployctl::ansible
