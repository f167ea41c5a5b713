#include "process/tool_finder.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "support/temporary_directory.hpp"

namespace deployctl::process {
namespace {

class ToolFinderTest : public testing::Test {
 protected:
  std::string add(const std::string& name) {
    const std::filesystem::path file = disk_.write(name, "#!/bin/true\n");
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    return file.string();
  }
  support::TemporaryDirectory disk_;
  ToolFinder finder_ = ToolFinder::among({disk_.path() / "bin"}, {disk_.path() / "plugins"});
};

TEST_F(ToolFinderTest, FindsWhatBeginsWithDockerAmongItsPluginsFirst) {
  const std::string old = add("bin/docker-compose");
  EXPECT_EQ(finder_.find("docker-compose").value_or(""), old);
  const std::string plugin = add("plugins/docker-compose");
  EXPECT_EQ(finder_.find("docker-compose").value_or(""), plugin);
}

TEST_F(ToolFinderTest, LooksForNothingElseThere) {
  add("plugins/kubectl");
  EXPECT_FALSE(finder_.find("kubectl").has_value());
  EXPECT_EQ(finder_.path().find("plugins"), std::string::npos);
}

TEST_F(ToolFinderTest, SaysWhereItLooked) {  // fault P5
  const auto found = finder_.find("docker-compose");
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().kind, ErrorKind::ExecutorUnavailable);
  EXPECT_NE(found.error().message.find((disk_.path() / "plugins").string()), std::string::npos);
}

}  // namespace
}  // namespace deployctl::process
