#include "app/tool_versions.hpp"

#include <gtest/gtest.h>

namespace deployctl::app {
namespace {

TEST(ToolVersions, AreTheFirstVersionLikeWord) {
  EXPECT_EQ(version_in("Docker version 20.10.24+dfsg1, build 297e128"), "20.10.24");
  EXPECT_EQ(version_in("Client Version: v1.34.4\nKustomize Version: v5.7.1"), "1.34.4");
  EXPECT_EQ(version_in("built 2026 with love."), "unknown");
  EXPECT_EQ(version_in(""), "unknown");
}

}  // namespace
}  // namespace deployctl::app
