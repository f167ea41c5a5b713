#include "base/secret_index.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace deployctl {
namespace {

TEST(SecretIndex, FindsTheLongestAtEachPositionOverlapsIncluded) {
  SecretIndex index;
  for (const std::string_view word : {"abcd", "abcdef", "cdef", "efgh"}) index.add(index.describe(word));
  EXPECT_EQ(index.find("-abcdefgh-"), (std::vector<Span>{{1, 7}, {3, 7}, {5, 9}}));
}

TEST(SecretIndex, FindsStringsOfEveryLength) {
  SecretIndex index;
  for (std::size_t length = 4; length < 200; ++length) {
    std::string word;
    for (std::size_t i = 0; i < length; ++i) word += static_cast<char>('a' + (i * length + i * i) % 26);
    index.add(index.describe(word));
    EXPECT_EQ(index.find("<" + word + ">").front(), (Span{1, 1 + length}));
  }
}

TEST(SecretIndex, ZeroBytesCount) {
  SecretIndex index;
  index.add(index.describe(std::string(5, '\0')));
  EXPECT_TRUE(index.find(std::string(4, '\0')).empty());
  EXPECT_EQ(index.find(std::string(5, '\0')).size(), 1U);
}

TEST(SecretIndex, WhatWasAddedTwiceIsKnownUntilItIsRemovedTwice) {
  SecretIndex index;
  const auto form = index.describe("secret");
  index.add(form);
  index.add(form);
  index.remove(form);
  EXPECT_EQ(index.find("secret").size(), 1U);
  index.remove(form);
  index.remove(form);
  EXPECT_TRUE(index.find("secret").empty());
  EXPECT_TRUE(index.is_empty());
}

TEST(SecretIndex, WhatStaysIsFoundAfterThousandsCameAndWent) {
  SecretIndex index;
  index.add(index.describe("lasting"));
  for (int i = 0; i < 3'000; ++i) {
    const auto passing = index.describe("passing-" + std::to_string(i));
    index.add(passing);
    index.remove(passing);
  }
  EXPECT_EQ(index.find("passing-7 lasting"), (std::vector<Span>{{10, 17}}));
}

// Quadratic work would take minutes here; the bound is a deadline for hangs.
TEST(SecretIndex, TheWorstTextForAWorstStringIsReadInLinearTime) {
  const auto start = std::chrono::steady_clock::now();
  SecretIndex index;
  index.add(index.describe(std::string(20'000, 'a') + "b"));
  index.add(index.describe("b" + std::string(20'000, 'a')));
  EXPECT_TRUE(index.find(std::string(200'000, 'a')).empty());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
}

}  // namespace
}  // namespace deployctl
