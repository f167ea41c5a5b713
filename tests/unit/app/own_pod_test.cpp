#include "app/own_pod.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <stdexcept>

#include "support/temporary_directory.hpp"

namespace deployctl::app {
namespace {

engine::OwnPod pod_of(std::map<std::string, std::string> variables, const std::string& namespace_file = "/nowhere") {
  return own_pod([&](const char* name) { return variables[name]; }, namespace_file);
}

const std::map<std::string, std::string> kAll{
    {"POD_UID", "u"}, {"POD_NAME", "orchestrator-1"}, {"POD_NAMESPACE", "system"}, {"NODE_NAME", "n"}};

TEST(OwnPod, IsWhatTheDownwardApiSays) {
  EXPECT_EQ(pod_of(kAll), (engine::OwnPod{.ns = "system", .name = "orchestrator-1", .uid = "u", .node = "n"}));
}

TEST(OwnPod, OutsideAPodThereIsNone) {
  EXPECT_EQ(pod_of({}), engine::OwnPod{});
  EXPECT_EQ(pod_of({{"POD_NAME", "x"}, {"NODE_NAME", "n"}}), engine::OwnPod{});
}

TEST(OwnPod, NamespaceMayComeFromTheServiceAccount) {
  const support::TemporaryDirectory directory;
  const std::string file = (directory.path() / "namespace").string();
  std::ofstream(file) << "system";
  auto variables = kAll;
  variables.erase("POD_NAMESPACE");
  EXPECT_EQ(pod_of(variables, file), pod_of(kAll));
}

TEST(OwnPod, WhatIsMissingIsNamedAtStart) {
  for (const char* missing : {"POD_NAME", "POD_NAMESPACE", "NODE_NAME"}) {
    auto variables = kAll;
    variables.erase(missing);
    try {
      pod_of(variables);
      ADD_FAILURE() << "taken without " << missing;
    } catch (const std::runtime_error& error) {
      EXPECT_NE(std::string(error.what()).find(missing), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace deployctl::app
