#include "sources/subtree.hpp"

#include <gtest/gtest.h>

namespace deployctl::sources {
namespace {

const ports::SourceTree kSource{
    {"a", {.bytes = "1"}}, {"web/b", {.bytes = "2"}}, {"web/c/d", {.bytes = "3"}}, {"webx", {}}};

TEST(Subtree, OfTheWholeSourceIsTheSource) { EXPECT_EQ(subtree(kSource, "."), kSource); }

TEST(Subtree, HasPathsRelativeToIt) {
  EXPECT_EQ(subtree(kSource, "./web/"), (ports::SourceTree{{"b", {.bytes = "2"}}, {"c/d", {.bytes = "3"}}}));
}

TEST(Subtree, ThatIsNoDirectoryIsRefused) {
  EXPECT_EQ(subtree(kSource, "nothing").error().message, "spec.path: \"nothing\" is not a directory of the source");
  EXPECT_FALSE(subtree(kSource, "a").has_value());
  EXPECT_FALSE(subtree(kSource, "..").has_value());  // fault S6
}

}  // namespace
}  // namespace deployctl::sources
