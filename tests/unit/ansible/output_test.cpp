#include "ansible/output.hpp"

#include <gmock/gmock.h>

#include "ansible_fixture.hpp"
#include "support/fake_ansible.hpp"
#include "support/process_results.hpp"

namespace deployctl::ansible {
namespace {

using executors::StepResult;
using support::exited;
using support::recap_line;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

StepResult ended(int code, std::string out, std::string err = {}) {
  return {.process = exited(code, std::move(out), std::move(err)), .http = {}};
}

TEST(AnsibleHosts, AreThoseOfAllPlaysEachOnce) {
  EXPECT_THAT(read_hosts("\nplaybook: site.yml\n\n  play #1 (web): web\tTAGS: []\n    pattern: ['web']\n"
                         "    hosts (2):\n      web2\n      web1\n\n  play #2 (all): all\tTAGS: []\n"
                         "    pattern: ['all']\n    hosts (2):\n      db1\n      web1\n"),
              ElementsAre("db1", "web1", "web2"));
  EXPECT_THAT(read_hosts("    hosts (0):\n"), ElementsAre());
}

TEST(AnsibleRecap, IsTheLastLineHoweverMuchStandsBeforeIt) {
  const auto recap =
      read_recap(recap_line({{"ok", 9}}) + "[... 7 lines, 70 bytes left out ...]\n" + recap_line(Json::object()));
  ASSERT_TRUE(recap);
  EXPECT_EQ(words_of(recap.value_or(Recap{})), "2 hosts, 4 tasks ok, 1 changed");
  EXPECT_FALSE(read_recap("junk {\"event\": \"recap\""));
  EXPECT_FALSE(read_recap(R"({"event": "recap", "hosts": )"));
}

TEST(AnsibleRecap, ADriftNamesTheTasksAndHosts) {
  Recap recap{.changed = 3, .changes = {{"web1", "page", ""}, {"web2", "page", ""}}};
  EXPECT_EQ(words_of_changes(recap), "would change: task \"page\" on web1, task \"page\" on web2 and 1 more");
}

TEST(AnsiblePlayError, CountsHostsAndNamesTheFirstTrouble) {  // fault N4
  const std::string recap = recap_line({{"hosts", 4},
                                        {"failed", 1},
                                        {"unreachable", 2},
                                        {"troubles", {{{"host", "web1"}, {"task", "page"}, {"message", "no space"}}}}});
  const Error error = error_of_play(inputs(), ended(2, recap));
  EXPECT_EQ(error.kind, ErrorKind::StepFailed);
  EXPECT_EQ(error.message, "of 4 hosts, 1 failed, 2 unreachable; task \"page\" on web1: no space");
}

TEST(AnsiblePlayError, WhenNoHostCouldBeReachedNothingWasTouchedAndItIsTriedAgain) {  // fault N2
  const Error error = error_of_play(
      inputs(), ended(4, recap_line({{"hosts", 1},
                                     {"unreachable", 1},
                                     {"ok", 0},
                                     {"changed", 0},
                                     {"troubles", {{{"host", "w"}, {"task", "t"}, {"message", "timed out"}}}}})));
  EXPECT_EQ(error.kind, ErrorKind::ExecutorUnavailable);
  EXPECT_EQ(error.message, "of 1 host, 1 unreachable; task \"t\" on w: timed out");
}

TEST(AnsiblePlayError, WithoutARecapItIsWhatAnsibleSaid) {
  EXPECT_EQ(error_of_play(inputs(), ended(1, "", "[WARNING]: x\nERROR! it broke\n")).message, "it broke");
  EXPECT_EQ(error_of_play(inputs(), ended(9, "", "")).message, "ansible-playbook ended with exit code 9");
}

TEST(AnsibleLookError, ASyntaxErrorIsInvalidAndNamesFileAndLineBelowTheSource) {  // fault N2
  const Error error = error_of_look(
      inputs(),
      ended(4, "",
            "ERROR! 'hots' is not a valid attribute for a Play\n\nThe error appears to be in "
            "'/work/01K0000000000000000000000A/src/site.yml': line 1, column 3, but may\nbe elsewhere in the "
            "file depending on the exact syntax problem.\n\nThe offending line appears to be:\n\n- hots: all"));
  EXPECT_EQ(error.kind, ErrorKind::Invalid);
  EXPECT_EQ(error.message,
            "'hots' is not a valid attribute for a Play The error appears to be in 'site.yml': line 1, column 3");
}

TEST(AnsibleLookError, ReadsTheWordsOfNewerVersionsToo) {
  const Error error =
      error_of_look(inputs(), ended(4, "",
                                    "[WARNING]: x\n[ERROR]: 'hots' is not a valid attribute for a Play\nOrigin: "
                                    "/work/01K0000000000000000000000A/src/site.yml:1:3\n\n1 - hots: all\n"));
  EXPECT_EQ(error.kind, ErrorKind::Invalid);
  EXPECT_EQ(error.message, "'hots' is not a valid attribute for a Play Origin: site.yml:1:3");
}

TEST(AnsibleLookError, AWrongVaultPasswordWaitsForTheSecretAndAMissingOneForTheSpec) {  // fault N9
  auto in = inputs();
  EXPECT_EQ(error_of_look(in, ended(1, "", "ERROR! Attempting to decrypt but no vault secrets found\n")).kind,
            ErrorKind::Invalid);
  in.vault_password = "wrong";
  const Error wrong = error_of_look(
      in, ended(1, "", "ERROR! Decryption failed (no vault secrets were found that could decrypt) on /x/all.yml\n"));
  EXPECT_EQ(wrong.kind, ErrorKind::DependencyNotReady);
  EXPECT_THAT(wrong.message, HasSubstr("spec.ansible.vaultPasswordSecretRef: the password does not decrypt"));
  EXPECT_THAT(wrong.message, Not(HasSubstr("wrong")));
}

/// What ansible-playbook 2.14 prints with our callback when the task needs a value that is encrypted inline.
std::string failed_by(const std::string& words, const std::string& more = {}) {
  return R"({"event": "play", "name": "all"}
{"event": "task", "name": "write page"}
{"event": "failed", "host": "web1", "task": "write page", "message": ")" +
         words + R"(", "ignored": false}
{"event": "recap", "hosts": 1, "failed": 1, "unreachable": 0, "ok": 0, "changed": 0, "troubles": [{"host": "web1", "task": "write page", "message": ")" +
         words + R"(", "ignored": false})" + more + R"(], "changes": []})" + "\n";
}

TEST(AnsiblePlayError, AnInlineValueThatThePasswordDoesNotDecryptIsSaidAsTheLookSaysIt) {  // fault N9
  const Error wrong = error_of_play(
      inputs(), ended(2, failed_by("Decryption failed (no vault secrets were found that could decrypt)")));
  EXPECT_EQ(wrong.kind, ErrorKind::DependencyNotReady);
  EXPECT_EQ(
      wrong.message,
      "spec.ansible.vaultPasswordSecretRef: the password does not decrypt what is encrypted: of 1 host, 1 failed; "
      "task \"write page\" on web1: Decryption failed (no vault secrets were found that could decrypt)");
  const Error missing =
      error_of_play(inputs(), ended(2, failed_by("Attempting to decrypt but no vault secrets found")));
  EXPECT_EQ(missing.kind, ErrorKind::Invalid);
  EXPECT_THAT(missing.message,
              StartsWith("spec.ansible.vaultPasswordSecretRef: set it, something is encrypted: of 1 "));
  const Error conditional = error_of_play(
      inputs(),
      ended(2, failed_by("The conditional check 'greeting == 'hello'' failed. The error was: Decryption failed "
                         "(no vault secrets were found that could decrypt) The error appears to be in...")));
  EXPECT_EQ(conditional.kind, ErrorKind::DependencyNotReady);
}

TEST(AnsiblePlayError, AnEncryptedFileThatAPlayReadsIsTheSame) {  // fault N9
  const Error wrong = error_of_play(
      inputs(),
      ended(1, "", "ERROR! Decryption failed (no vault secrets were found that could decrypt) on /x/secret.yml\n"));
  EXPECT_EQ(wrong.kind, ErrorKind::DependencyNotReady);
}

TEST(AnsiblePlayError, WhatAToolOfATaskSaysAboutDecryptionIsAFailureOfTheRelease) {
  EXPECT_EQ(
      error_of_play(inputs(), ended(2, failed_by("non-zero return code: gpg: decryption failed: vault is closed")))
          .kind,
      ErrorKind::StepFailed);
  const std::string both =
      failed_by("Decryption failed (no vault secrets were found that could decrypt)",
                R"(, {"host": "web2", "task": "run", "message": "non-zero return code", "ignored": false})");
  EXPECT_EQ(error_of_play(inputs(), ended(2, both)).kind, ErrorKind::StepFailed) << "not the password alone";
}

TEST(AnsibleRequirementsError, AServerThatDoesNotAnswerIsASourceThatFailedAndToldInItsWords) {
  const Error collection = error_of_requirements(
      inputs(),
      ended(1, "Starting galaxy collection install process\nProcess install dependency map\n",
            "[WARNING]: Skipping Galaxy server http://127.0.0.1:9/. Got an unexpected error\nwhen getting available "
            "versions of collection community.docker: Unknown error\nwhen attempting to call Galaxy at "
            "'http://127.0.0.1:9/api': <urlopen error\n[Errno 111] Connection refused>. <urlopen error [Errno 111] "
            "Connection refused>\nERROR! Unknown error when attempting to call Galaxy at 'http://127.0.0.1:9/api': "
            "<urlopen error [Errno 111] Connection refused>. <urlopen error [Errno 111] Connection refused>\n"));
  EXPECT_EQ(collection.kind, ErrorKind::SourceFailed);
  EXPECT_THAT(collection.message, StartsWith("spec.ansible.requirements: Unknown error when attempting to call Galaxy "
                                             "at 'http://127.0.0.1:9/api': <urlopen error [Errno 111] Connection"));
  const Error role = error_of_requirements(
      inputs(),
      ended(1, "Starting galaxy role install process\n- downloading role from http://127.0.0.1:9/role.tar.gz\n",
            " [ERROR]: failed to download the file: <urlopen error [Errno 111] Connection\nrefused>\n[WARNING]: - web "
            "was NOT installed successfully.\nERROR! - you can use --ignore-errors to skip failed roles and finish "
            "processing the list.\n"));
  EXPECT_EQ(role.kind, ErrorKind::SourceFailed);
  EXPECT_EQ(role.message,
            "spec.ansible.requirements: [ERROR]: failed to download the file: <urlopen error [Errno 111] Connection "
            "refused> [WARNING]: - web was NOT installed successfully.");
}

TEST(AnsibleRequirementsError, WhatTheFileOrTheServerSaysIsTold) {
  const Error file = error_of_requirements(
      inputs(), ended(1, "",
                      "ERROR! Expecting only 'roles' and/or 'collections' as base keys in the requirements file. "
                      "Found: rolls\n"));
  EXPECT_EQ(file.kind, ErrorKind::StepFailed);
  EXPECT_THAT(file.message, HasSubstr("Expecting only 'roles'"));
}

TEST(AnsibleLookError, ATracebackIsNobodysSpec) {
  EXPECT_EQ(error_of_look(inputs(), ended(250, "", "ERROR! Unexpected Exception, this is probably a bug: x")).kind,
            ErrorKind::StepFailed);
  EXPECT_EQ(error_of_look(inputs(), ended(1, "", "Killed")).kind, ErrorKind::StepFailed);
}

}  // namespace
}  // namespace deployctl::ansible
