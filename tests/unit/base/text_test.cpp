#include "base/text.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace deployctl {
namespace {

using namespace std::string_literals;

// fault P8
TEST(OneLine, WhatMovesATerminalIsGone) {
  EXPECT_EQ(one_line("a\x1b[31;1mred\x1b[0m b"), "ared b");
  EXPECT_EQ(one_line("\x1b]0;title\x07text"), "text");
  EXPECT_EQ(one_line("\x1b]8;;http://example.com\x1b\\link"), "link");
  EXPECT_EQ(one_line("\x1b(Bplain\x1b"
                     "7"),
            "plain");
  EXPECT_EQ(one_line("a\0b\x07\x08\x7f"s
                     "c"),
            "abc");
  EXPECT_EQ(one_line("a\xC2\x9B"
                     "31mb"),
            "a31mb");
}

TEST(OneLine, AnUnfinishedSequenceDoesNotSwallowTheTextBehindIt) {
  EXPECT_EQ(one_line("\x1b]0;the lock is held\nby another"), "0;the lock is held by another");
  EXPECT_EQ(one_line("end\x1b"), "end");
  EXPECT_EQ(one_line("end\x1b["), "end");
}

TEST(OneLine, LineBreaksAndBlanksBecomeSingleSpaces) {
  EXPECT_EQ(one_line("\n  first\r\n\tsecond\v\fthird  \n"), "first second third");
  EXPECT_EQ(one_line("a\xE2\x80\xA8"
                     "b\xE2\x80\xA9"
                     "c\xC2\x85"
                     "d"),
            "a b c d");
}

// fault P8
TEST(OneLine, BytesThatAreNoUtf8AreReplacedOneByOne) {
  EXPECT_EQ(one_line("a\xFF\xC3(\xE2\x82"), "a\uFFFD\uFFFD(\uFFFD\uFFFD");
}

// fault I4
TEST(OneLine, OverridesOfTheDirectionAreRemovedAndOtherTextKeptByteForByte) {
  EXPECT_EQ(one_line("user\u202Enimda\u202C \u2066x\u2069"), "usernimda x");
  EXPECT_EQ(one_line("שלום e\u0301 日本 🎉"), "שלום e\u0301 日本 🎉");
}

// fault P8
TEST(OneLine, TenMegabytesOfTerminalSequencesAreReadInOnePass) {
  std::string text;
  while (text.size() < 10'000'000) text += "\x1b]x\x1b[1";
  EXPECT_LT(one_line(text).size(), text.size());
}

RC_GTEST_PROP(OneLine, AnyBytesBecomeOneLineThatJsonTakes, (const std::string& bytes)) {
  const std::string line = one_line(bytes);
  RC_ASSERT(line.find_first_of("\n\r\t\x1b\x7f"s) == std::string::npos);
  RC_ASSERT(valid_utf8(line) == line);
  RC_ASSERT(one_line(line) == line);
  RC_ASSERT(nlohmann::json::parse(nlohmann::json(line).dump()) == line);
}

TEST(ValidUtf8, LineBreaksStayAndBadBytesAreReplaced) {
  EXPECT_EQ(valid_utf8("a\nb\xF0\x9F"), "a\nb\uFFFD\uFFFD");
  EXPECT_EQ(valid_utf8("\xC0\xAF\xED\xA0\x80\xF4\x90\x80\x80"),
            "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD");
}

// fault H11
TEST(Cut, ALongTextEndsWithAnEllipsisInsideTheLimit) {
  EXPECT_EQ(cut("short", 5), "short");
  EXPECT_EQ(cut("longer", 5), "lo…");
  EXPECT_EQ(cut(std::string(40'000, 'x'), 1024).size(), 1024U);
}

TEST(Cut, ACodePointIsNeverCutInTwo) {
  EXPECT_EQ(cut("日本語日本語", 8), "日…");
  EXPECT_EQ(cut("🎉🎉", 6), "…");
  EXPECT_EQ(cut("longer", 2), "");
}

RC_GTEST_PROP(Cut, NeverLongerThanAskedAndAlwaysValid, (const std::string& bytes)) {
  const std::string text = valid_utf8(bytes);
  const auto limit = *rc::gen::inRange<std::size_t>(0, 40);
  const std::string shorter = cut(text, limit);
  RC_ASSERT(shorter.size() <= limit);
  RC_ASSERT(valid_utf8(shorter) == shorter);
}

// fault I4
TEST(CodePoints, CombiningCharactersCountOneByOne) {
  EXPECT_EQ(code_points(""), 0U);
  EXPECT_EQ(code_points("e\u0301日🎉"), 4U);
  EXPECT_EQ(code_points("a\0b"s), 3U);
}

// fault I16
TEST(BoundedName, ANameThatFitsIsItself) {
  EXPECT_EQ(bounded_name("web-1", 63), "web-1");
  EXPECT_EQ(bounded_name(std::string(63, 'a'), 63), std::string(63, 'a'));
}

// fault I16
TEST(BoundedName, LongNamesAreCutAndStillTellEachOtherApart) {
  const std::string stem(300, 'a');
  const std::string one = bounded_name(stem + "1", 63);
  const std::string two = bounded_name(stem + "2", 63);
  EXPECT_EQ(one.size(), 63U);
  EXPECT_NE(one, two);
  EXPECT_EQ(one.substr(0, 54), two.substr(0, 54));
}

// fault I16
TEST(BoundedName, OtherCharactersNeverReachTheName) {
  const std::string name = bounded_name("My.App_1/日本", 63);
  EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string::npos);
  EXPECT_NE(name, bounded_name("My.App_2/日本", 63));
}

RC_GTEST_PROP(BoundedName, NeverLongerThanAsked, (const std::string& name)) {
  const auto limit = *rc::gen::inRange<std::size_t>(0, 70);
  RC_ASSERT(bounded_name(name, limit).size() <= limit);
}

}  // namespace
}  // namespace deployctl
