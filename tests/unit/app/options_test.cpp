#include "app/options.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace deployctl::app {
namespace {

TEST(ListenAddress, IsAHostAndAPortOrOff) {
  EXPECT_EQ(*parse_listen_address(":8080"), (ListenAddress{.host = "", .port = 8080}));
  EXPECT_EQ(*parse_listen_address("127.0.0.1:0"), (ListenAddress{.host = "127.0.0.1", .port = 0}));
  EXPECT_EQ(*parse_listen_address("[::1]:9"), (ListenAddress{.host = "::1", .port = 9}));
  EXPECT_FALSE(parse_listen_address("0")->enabled);
}

TEST(ListenAddress, AnythingElseIsNamedWithItsForm) {
  for (const char* text : {"", "8080", "localhost:", ":70000", ":-1", ":80x"}) {
    const auto parsed = parse_listen_address(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_NE(parsed.error().message.find("use HOST:PORT, :PORT or 0"), std::string::npos);
  }
}

TEST(ExecutorNamespaces, NamesTypesAndWhereTheyMayRun) {
  const auto parsed = parse_executor_namespaces({"docker=a,b", "command=ops", "kubernetes=*"});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->at("docker"), (std::set<std::string>{"a", "b"}));
  EXPECT_EQ(parsed->at("command"), std::set<std::string>{"ops"});
  EXPECT_FALSE(parsed->contains("kubernetes"));
}

TEST(ExecutorNamespaces, AnEmptyListMeansNowhere) {
  const auto parsed = parse_executor_namespaces({"docker="});
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->at("docker").empty());
}

TEST(ExecutorNamespaces, AnUnknownTypeIsRefused) {
  EXPECT_FALSE(parse_executor_namespaces({"podman=a"}));
  EXPECT_FALSE(parse_executor_namespaces({"docker"}));
}

TEST(Options, SeriesOfObjectsAreOnUntilTheyAreSwitchedOff) {
  std::string program = "deployment-orchestrator";
  std::string off = "--metrics-per-object=false";
  std::array<char*, 2> given = {program.data(), off.data()};
  EXPECT_TRUE(parse_options(1, given.data()).metrics_per_object);
  EXPECT_FALSE(parse_options(2, given.data()).metrics_per_object);
}

}  // namespace
}  // namespace deployctl::app
