#include "kubectl/output.hpp"

#include <gtest/gtest.h>

#include "support/fake_kubectl.hpp"

namespace deployctl::kubectl {
namespace {

ErrorKind kind_of(const std::string& err) { return error_of(support::step_exited(1, "", err)).kind; }

// fault K1
TEST(KubectlOutput, ConflictNamesManagerAndFields) {
  const Error error =
      error_of(support::step_exited(1, "",
                                    "error: Apply failed with 1 conflict: conflict with \"someone\" using "
                                    "apps/v1: .spec.replicas\nPlease review the fields above"));
  EXPECT_EQ(error.kind, ErrorKind::Conflict);
  EXPECT_EQ(error.message, "Apply failed with 1 conflict: conflict with \"someone\" using apps/v1: .spec.replicas");
}

// fault K5
TEST(KubectlOutput, TerminatingNamespaceIsTransientAlthoughTheServerSaysForbidden) {
  EXPECT_EQ(
      kind_of(
          "Error from server (Forbidden): configmaps \"a\" is forbidden: unable to create new content in namespace x "
          "because it is being terminated"),
      ErrorKind::Transient);
  EXPECT_EQ(kind_of("Error from server (Forbidden): configmaps \"a\" is forbidden: User \"u\" cannot patch"),
            ErrorKind::AccessDenied);
}

TEST(KubectlOutput, TellsWhatTheServerCallsInvalidFromWhatMayPass) {
  EXPECT_EQ(kind_of("The Service \"web\" is invalid: spec.ports: Required value"), ErrorKind::Invalid);
  EXPECT_EQ(kind_of("Error from server (BadRequest): strict decoding error: unknown field \"spec.x\""),
            ErrorKind::Invalid);
  EXPECT_EQ(kind_of("error: no matches for kind \"Foo\" in version \"a/v1\""), ErrorKind::DependencyNotReady);
  EXPECT_EQ(kind_of("Unable to connect to the server: dial tcp 127.0.0.1:1: connect: connection refused"),
            ErrorKind::Transient);
  EXPECT_EQ(kind_of("something else"), ErrorKind::StepFailed);
}

TEST(KubectlOutput, EndsOfTheProcessHaveTheirOwnKinds) {
  executors::StepResult result;
  result.process.exit = {
      .kind = process::Exit::Kind::CouldNotStart, .code = 2, .detail = "/usr/bin/kubectl: no such file"};
  EXPECT_EQ(error_of(result).kind, ErrorKind::ExecutorUnavailable);
  result.process.exit = {.kind = process::Exit::Kind::TimedOut};
  EXPECT_EQ(error_of(result).kind, ErrorKind::StepTimedOut);
  result.process.exit = {.kind = process::Exit::Kind::Cancelled};
  EXPECT_EQ(error_of(result).kind, ErrorKind::Cancelled);
}

TEST(KubectlOutput, ObjectsAreReadFromAListAnObjectOrNothing) {
  EXPECT_EQ(read_objects("")->size(), 0U);
  EXPECT_EQ(read_objects(R"({"kind":"ConfigMap"})")->size(), 1U);
  EXPECT_EQ(read_objects(R"({"kind":"List","items":[{"kind":"A"},{"kind":"B"}]})")->size(), 2U);
  EXPECT_FALSE(read_objects("\x01junk"));
}

TEST(KubectlOutput, KindsTheServerDoesNotKnowAreTakenOut) {
  std::vector<ObjectId> ids = {{"a/v1", "Foo", "n", "x"}, {"v1", "ConfigMap", "n", "y"}};
  EXPECT_TRUE(drop_unknown_kinds(ids, "error: no matches for kind \"Foo\" in version \"a/v1\""));
  ASSERT_EQ(ids.size(), 1U);
  EXPECT_EQ(ids[0].kind, "ConfigMap");
  EXPECT_FALSE(drop_unknown_kinds(ids, "error: no matches for kind \"Foo\" in version \"a/v1\""));
}

// fault K2
TEST(KubectlOutput, DiffNamesTheObjectsThatDiffer) {
  const std::string out =
      "diff -u -N /t/LIVE-1/v1.ConfigMap.shop.web /t/MERGED-2/v1.ConfigMap.shop.web\n--- /t/LIVE\n+++ "
      "/t/MERGED\n-a\n+b\n";
  EXPECT_EQ(differing(out), std::vector<std::string>{"ConfigMap shop/web"});
  EXPECT_EQ(differing("diff -u -N /t/LIVE-1/apps.v1.Deployment.shop.web.example /t/MERGED-2/"
                      "apps.v1.Deployment.shop.web.example\n"
                      "diff -u -N /t/LIVE-1/v1.Namespace..shop /t/MERGED-2/v1.Namespace..shop\n"),
            (std::vector<std::string>{"Deployment shop/web.example", "Namespace shop"}));
}

TEST(KubectlOutput, MessagesLeaveOutOurFilesAndAdviceForOthers) {
  const auto words = [](const std::string& err) { return error_of(support::step_exited(1, "", err)).message; };
  EXPECT_EQ(words("error: error validating \"/var/w/01M858MRGT8KDZEDNGPX243BE7/objects.json\": error validating data: "
                  "ValidationError(ConfigMap): unknown field \"dataa\"; if you choose to ignore these errors, turn "
                  "validation off with --validate=false\n"),
            "error: error validating data: ValidationError(ConfigMap): unknown field \"dataa\"");
  EXPECT_EQ(words("error: resource mapping not found for name: \"x\" namespace: \"\" from "
                  "\"/var/w/01M858MRGT8KDZEDNGPX243BE7/objects.json\": no matches for kind \"Baz\" in version "
                  "\"foo.bar/v1\"\nensure CRDs are installed first\n"),
            "no matches for kind \"Baz\" in version \"foo.bar/v1\": install its CustomResourceDefinition, or correct "
            "apiVersion and kind");
  EXPECT_EQ(words("error: evalsymlink failure on '/w/01M858MRGT8KDZEDNGPX243BE7/src/nope.yaml' : lstat "
                  "/w/01M858MRGT8KDZEDNGPX243BE7/src/nope.yaml: no such file or directory"),
            "error: evalsymlink failure on 'nope.yaml' : lstat nope.yaml: no such file or directory");
}

}  // namespace
}  // namespace deployctl::kubectl
