#include "config/nearest.hpp"

#include <gtest/gtest.h>

namespace deployctl::config {
namespace {

TEST(Nearest, AFewMistypedLettersAreForgiven) {
  const std::vector<std::string> known = {"image", "ports", "memory", "retry"};
  EXPECT_EQ(nearest("imag", known), "image");
  EXPECT_EQ(nearest("imaeg", known), "image") << "exchanged";
  EXPECT_EQ(nearest("prots", known), "ports");
  EXPECT_EQ(nearest("memmory", known), "memory");
  EXPECT_EQ(nearest("wbe", {"api", "web"}), "web");
}

TEST(Nearest, AWordThatOnlyGoesOnOrStopsEarlyIsMeant) {
  EXPECT_EQ(nearest("production", {"dev", "prod"}), "prod");
  EXPECT_EQ(nearest("max", {"maxSurge"}), "maxSurge");
  EXPECT_EQ(nearest("pr", {"production"}), "") << "two letters say nothing";
}

TEST(Nearest, NothingIsGuessedForAnotherWord) {
  EXPECT_EQ(nearest("dev", {"prod", "staging"}), "");
  EXPECT_EQ(nearest("cat", {"dog"}), "");
  EXPECT_EQ(nearest("", {"web"}), "");
  EXPECT_EQ(nearest("web", {}), "");
  EXPECT_EQ(nearest(std::string(65, 'a'), {std::string(65, 'a')}), "") << "a long word is not compared";
  EXPECT_EQ(did_you_mean("cat", {"dog"}), "");
}

TEST(Nearest, TheFewestMistakesWinAndTheFirstOfEquals) {
  EXPECT_EQ(nearest("reties", {"retry", "retries"}), "retries");
  EXPECT_EQ(nearest("prt", {"port", "part"}), "port");
}

}  // namespace
}  // namespace deployctl::config
