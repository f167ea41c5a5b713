#include "base/strict_json.hpp"

#include <gtest/gtest.h>

#include <limits>

#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace deployctl {
namespace {

std::string refusal(std::string_view text, const JsonLimits& limits = {}) {
  const auto parsed = parse_json(text, limits);
  EXPECT_FALSE(parsed) << text.substr(0, 80);
  if (parsed) return {};
  EXPECT_EQ(parsed.error().kind, ErrorKind::Invalid);
  return parsed.error().message;
}

bool mentions(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

TEST(StrictJson, AGoodTextIsReadAsItStands) {
  const auto parsed = parse_json(R"({"a": [1, -2, 3.5, true, null, "x"], "b": {"c": {}}, "d": []})");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(dump_json(*parsed), R"({"a":[1,-2,3.5,true,null,"x"],"b":{"c":{}},"d":[]})");
}

// fault I12
TEST(StrictJson, TwoEqualKeysAreRefusedByNameAndLine) {
  const std::string message = refusal("{\"a\": 1,\n \"b\": {\"x\": 1,\n  \"x\": 2}}");
  EXPECT_TRUE(mentions(message, "line 3")) << message;
  EXPECT_TRUE(mentions(message, "duplicate key \"x\"")) << message;
}

// fault I12
TEST(StrictJson, KeysThatDifferOnlyInTheirEscapesAreEqual) {
  EXPECT_TRUE(mentions(refusal(R"({"ab": 1, "\u0061b": 2})"), "duplicate key"));
}

TEST(StrictJson, EqualKeysInDifferentObjectsAreFine) { EXPECT_TRUE(parse_json(R"([{"a":{"a":1}},{"a":2}])")); }

// fault S12
TEST(StrictJson, AHundredThousandLevelsAreRefused) {
  EXPECT_TRUE(mentions(refusal(std::string(100'000, '[')), "nested deeper than 100"));
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_TRUE(mentions(refusal(objects), "nested deeper than 100"));
}

TEST(StrictJson, TheDeepestAllowedIsAllowed) {
  EXPECT_TRUE(parse_json(std::string(100, '[') + std::string(100, ']')));
  EXPECT_FALSE(parse_json(std::string(101, '[') + std::string(101, ']')));
}

TEST(StrictJson, MoreValuesThanAllowedAreRefused) {
  EXPECT_TRUE(parse_json("[1,2,3]", {.max_nodes = 4}));
  EXPECT_TRUE(mentions(refusal("[1,2,3,4]", {.max_nodes = 4}), "more than 4 values"));
}

TEST(StrictJson, MoreBytesThanAllowedAreRefusedUnread) {
  EXPECT_TRUE(mentions(refusal("[1,2,3]", {.max_bytes = 6}), "7 bytes"));
}

// fault I2
TEST(StrictJson, NumbersThatNoTypeHoldsAreRefused) {
  for (const std::string_view text : {"1e999", "-1e999", "18446744073709551616", "-9223372036854775809"}) {
    EXPECT_TRUE(mentions(refusal(text), "number out of range")) << text;
  }
}

// fault I2
TEST(StrictJson, TheLargestNumbersAreExact) {
  EXPECT_EQ(parse_json("9223372036854775808").value(), Json(std::uint64_t{1} << 63U));
  EXPECT_EQ(parse_json("-9223372036854775808").value(), Json(std::numeric_limits<std::int64_t>::min()));
}

TEST(StrictJson, WhatIsNoJsonIsRefused) {
  for (const std::string_view text : {"", " ", "{", "[1,]", "{\"a\":}", "{a:1}", "'a'", "1 2", "[1] x", "nul", "01",
                                      "\"\xFF\"", "\"\n\"", "NaN", "/* */ 1", "\"\\ud800\""}) {
    EXPECT_TRUE(mentions(refusal(text), "invalid JSON: line ")) << text;
  }
}

TEST(StrictJson, AMessageNeverRepeatsTheText) {
  EXPECT_FALSE(mentions(refusal("{\"password\": hunter2}"), "hunter2"));
  EXPECT_FALSE(mentions(refusal("{\"password\": \"hunter2\n\"}"), "hunter2"));
}

TEST(StrictJson, AMessageIsOneShortLine) {
  const std::string message =
      refusal("{\"" + std::string(100'000, 'k') + "\":1,\"" + std::string(100'000, 'k') + "\":1}");
  EXPECT_LT(message.size(), 300U);
  EXPECT_FALSE(mentions(refusal("{\"a\\n\\u001b[31mb\":1,\"a\\n\\u001b[31mb\":1}"), "\n"));
}

TEST(DumpJson, BytesThatAreNoUtf8AreReplaced) { EXPECT_EQ(dump_json(Json("a\xFF")), "\"a\uFFFD\""); }

RC_GTEST_PROP(StrictJson, NoTextBreaksTheParser, (const std::string& text)) { static_cast<void>(parse_json(text)); }

RC_GTEST_PROP(StrictJson, WhatIsWrittenReadsBackAsItWas, ()) {
  const auto members = *rc::gen::resize(20, rc::gen::arbitrary<std::map<std::string, std::vector<int>>>());
  Json value = Json::object();
  for (const auto& [key, numbers] : members) value[dump_json(Json(key))] = numbers;
  RC_ASSERT(parse_json(dump_json(value)).value() == value);
}

}  // namespace
}  // namespace deployctl
