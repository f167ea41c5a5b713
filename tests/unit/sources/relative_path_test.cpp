#include "sources/relative_path.hpp"

#include <gtest/gtest.h>

namespace deployctl::sources {
namespace {

TEST(RelativePath, IsMadePlain) {
  EXPECT_EQ(relative_path("f", "."), "");
  EXPECT_EQ(relative_path("f", ""), "");
  EXPECT_EQ(relative_path("f", "a/b"), "a/b");
  EXPECT_EQ(relative_path("f", "./a//b/./"), "a/b");
  EXPECT_EQ(relative_path("f", "..."), "...");
}

TEST(RelativePath, KeepsWhatOnlyLooksEncoded) { EXPECT_EQ(relative_path("f", "%2e%2e/x"), "%2e%2e/x"); }

TEST(RelativePath, ThatCouldLeadOutIsRefusedWithFieldAndValue) {  // fault S6
  EXPECT_EQ(relative_path("spec.path", "../..").error().message,
            "spec.path: path \"../..\" has \"..\"; it must stay inside");
  EXPECT_EQ(relative_path("spec.path", "/etc").error().message,
            "spec.path: path \"/etc\" is absolute; write it relative to the source");
  for (const std::string& path : {std::string("a/../../b"), std::string("a/.."), std::string("..")}) {
    EXPECT_EQ(relative_path("f", path).error().kind, ErrorKind::Invalid) << path;
  }
}

TEST(RelativePath, WithNulOrControlCharactersIsRefused) {  // fault S6
  for (const std::string& path :
       {std::string("a\0b", 3), std::string("a\nb"), std::string("\x1b[31m"), std::string("\x7f")}) {
    EXPECT_FALSE(relative_path("f", path).has_value());
  }
}

TEST(RelativePath, LongerThanAFileSystemTakesIsRefused) {
  EXPECT_TRUE(relative_path("f", std::string(255, 'a')).has_value());
  EXPECT_FALSE(relative_path("f", std::string(256, 'a')).has_value());
  EXPECT_FALSE(relative_path("f", std::string(5000, '/')).has_value());
}

}  // namespace
}  // namespace deployctl::sources
