#include <gtest/gtest.h>

#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "base/strict_yaml.hpp"
#include "base/text.hpp"

namespace deployctl {
namespace {

/// Any JSON value of at most `depth` levels, with the strings that YAML likes to misread among its own.
rc::Gen<std::string> any_text() {
  const auto awkward = rc::gen::elementOf(std::vector<std::string>{"true",
                                                                   "yes",
                                                                   "no",
                                                                   "on",
                                                                   "null",
                                                                   "~",
                                                                   "",
                                                                   "012",
                                                                   "0x1",
                                                                   "1e3",
                                                                   "1.",
                                                                   ".5",
                                                                   "-",
                                                                   "- a",
                                                                   "a: b",
                                                                   "a #b",
                                                                   "*a",
                                                                   "&a",
                                                                   "!a",
                                                                   "%a",
                                                                   "@a",
                                                                   "<<",
                                                                   "\n",
                                                                   " a ",
                                                                   "a\nb\n",
                                                                   "\t",
                                                                   "\u0085",
                                                                   "\u2028",
                                                                   "\u2029",
                                                                   "\uFEFF",
                                                                   "\x7f",
                                                                   "\x1b",
                                                                   "\u009f",
                                                                   "---",
                                                                   "...",
                                                                   "{}",
                                                                   "[]",
                                                                   "'",
                                                                   "\"",
                                                                   "\\",
                                                                   "\\n",
                                                                   "🎉",
                                                                   std::string(1100, 'k')});
  return rc::gen::oneOf(awkward, rc::gen::map(rc::gen::arbitrary<std::string>(),
                                              [](const std::string& bytes) { return valid_utf8(bytes); }));
}

Json any_value(int depth) {
  const int kind = *rc::gen::inRange(0, depth > 0 ? 7 : 5);
  if (kind == 0) return nullptr;
  if (kind == 1) return *rc::gen::arbitrary<bool>();
  if (kind == 2) return *rc::gen::arbitrary<std::int64_t>();
  if (kind == 3) return static_cast<double>(*rc::gen::arbitrary<int>()) / 8 + 0.0625;
  if (kind == 4) return *any_text();
  Json value = kind == 5 ? Json::array() : Json::object();
  const int size = *rc::gen::inRange(0, 4);
  for (int i = 0; i < size; ++i) {
    if (kind == 5) {
      value.push_back(any_value(depth - 1));
    } else {
      value[*any_text()] = any_value(depth - 1);
    }
  }
  return value;
}

RC_GTEST_PROP(DumpYaml, WhatIsWrittenReadsBackAsItWas, ()) {
  const Json value = {{"value", any_value(4)}};
  const auto documents = parse_yaml(dump_yaml(value));
  RC_ASSERT(documents.has_value());
  RC_ASSERT(*documents == std::vector<Json>{value});
}

TEST(DumpYaml, IsWrittenInBlocksWithEveryStringQuoted) {
  const Json value = Json::parse(R"({"a":{"b":["x",{"c":1},[],["true"]]},"d":{},"e":null})");
  EXPECT_EQ(dump_yaml(value), R"("a":
  "b":
    - "x"
    -
      "c": 1
    - []
    -
      - "true"
"d": {}
"e": null
)");
}

TEST(DumpYaml, CharactersThatOtherReadersRefuseAreEscaped) {
  EXPECT_EQ(dump_yaml(Json("\x7F\xC2\x85\xE2\x80\xA8\xEF\xBB\xBF")), "\"\\u007f\\u0085\\u2028\\ufeff\"\n");
}

TEST(DumpYaml, ScalarsAloneAreDocumentsToo) {
  EXPECT_EQ(dump_yaml(Json("yes")), "\"yes\"\n");
  EXPECT_EQ(dump_yaml(Json(5)), "5\n");
}

}  // namespace
}  // namespace deployctl
