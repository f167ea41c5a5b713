#include "base/strict_yaml.hpp"

#include <gtest/gtest.h>

#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace deployctl {
namespace {

Json one(std::string_view text) {
  const auto documents = parse_yaml(text);
  EXPECT_TRUE(documents) << text << ": " << (documents ? "" : documents.error().message);
  if (!documents || documents->size() != 1) return "not one document";
  return documents->front();
}

std::string refusal(std::string_view text, const YamlLimits& limits = {}) {
  const auto documents = parse_yaml(text, limits);
  EXPECT_FALSE(documents) << text.substr(0, 80);
  if (documents) return {};
  EXPECT_EQ(documents.error().kind, ErrorKind::Invalid);
  return documents.error().message;
}

bool mentions(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

TEST(StrictYaml, AManifestIsReadAsKubectlReadsIt) {
  EXPECT_EQ(one("kind: ConfigMap\ndata:\n  a: |\n    x\n    y\n  b: \"1\"\nlist:\n- 1\n- two\n"),
            Json::parse(R"({"kind":"ConfigMap","data":{"a":"x\ny\n","b":"1"},"list":[1,"two"]})"));
}

TEST(StrictYaml, PlainScalarsHaveTypes) {
  const std::vector<std::pair<std::string_view, Json>> rows = {
      {"true", true},
      {"False", false},
      {"null", nullptr},
      {"~", nullptr},
      {"12", 12},
      {"-12", -12},
      {"+12", 12},
      {"0x1F", 31},
      {"0o17", 15},
      {"0b101", 5},
      {"0644", 420},
      {"0", 0},
      {"089", 89},
      {"1.5", 1.5},
      {"-1e3", -1000.0},
      {".5", 0.5},
      {"1.", 1.0},
      {"yes", "yes"},
      {"on", "on"},
      {"1.2.3", "1.2.3"},
      {"12:30", "12:30"},
      {"1e", "1e"},
      {"-", "-"},
      {"0x", "0x"},
      {"1_000", "1_000"},
      {"e5", "e5"},
      {"+", "+"},
      {".", "."},
      {"0xZZ", "0xZZ"},
      {"--1", "--1"},
      {"18446744073709551615", 18446744073709551615U},
      {"-9223372036854775808", std::numeric_limits<std::int64_t>::min()}};
  for (const auto& [text, value] : rows) {
    const Json parsed = one("[" + std::string(text) + "]");
    ASSERT_TRUE(parsed.is_array() && parsed.size() == 1) << text;
    EXPECT_EQ(parsed.at(0), value) << text;
    EXPECT_EQ(parsed.at(0).type_name(), std::string(value.type_name())) << text;
  }
}

TEST(StrictYaml, QuotedScalarsAndStrTagsAreText) {
  EXPECT_EQ(one("[\"true\", '12', !!str 12, !!int 12, \"\", ! 5]"), Json::parse(R"(["true","12","12",12,"","5"])"));
}

// fault I2
TEST(StrictYaml, NumbersThatNoTypeHoldsAreRefused) {
  for (const std::string_view text :
       {"1e999", "18446744073709551616", "-9223372036854775809", ".inf", "-.INF", ".nan"}) {
    EXPECT_TRUE(mentions(refusal("a: 1\nb: " + std::string(text)), "line 2: number out of range")) << text;
  }
}

// fault I12
TEST(StrictYaml, TwoEqualKeysAreRefusedByNameAndLine) {
  const std::string message = refusal("a: 1\nb:\n  x: 1\n  \"x\": 2\n");
  EXPECT_TRUE(mentions(message, "line 4")) << message;
  EXPECT_TRUE(mentions(message, "duplicate key \"x\"")) << message;
}

TEST(StrictYaml, KeysAreTheTextThatStandsThere) {
  EXPECT_EQ(one("{1: a, true: b, 0x1: c}"), Json::parse(R"({"1":"a","true":"b","0x1":"c"})"));
}

TEST(StrictYaml, KeysThatAreNoTextAreRefused) {
  EXPECT_TRUE(mentions(refusal("? [a]\n: 1\n"), "a key that is not text"));
  EXPECT_TRUE(mentions(refusal("? {a: 1}\n: 1\n"), "a key that is not text"));
  EXPECT_TRUE(mentions(refusal(": 1\n"), "a key without text"));
}

TEST(StrictYaml, EmptyDocumentsAreLeftOut) {
  const auto documents = parse_yaml("# nothing\n---\n---\na: 1\n---\n# nothing\n---\nb: 2\n...\n");
  ASSERT_TRUE(documents);
  EXPECT_EQ(*documents, (std::vector<Json>{{{"a", 1}}, {{"b", 2}}}));
  EXPECT_TRUE(parse_yaml("").value().empty());
}

// yaml-cpp reads the first of these as two documents and the others without end.
TEST(StrictYaml, TextBehindTheEndOfADocumentIsRefused) {
  for (const std::string_view text : {"[a] b", "]", "a: 1\n]", "}", "[a]]", "\"a\" \"b\""}) {
    EXPECT_TRUE(mentions(refusal(text), "invalid YAML: line ")) << text;
  }
}

TEST(StrictYaml, AliasesAreExpanded) {
  EXPECT_EQ(one("a: &x {p: [1]}\nb: *x\nc: [*x, &y z, *y]\n"),
            Json::parse(R"({"a":{"p":[1]},"b":{"p":[1]},"c":[{"p":[1]},"z","z"]})"));
}

TEST(StrictYaml, AnAnchorEndsWithItsDocument) { EXPECT_FALSE(parse_yaml("a: &x 1\n---\nb: *x\n")); }

TEST(StrictYaml, ADialectLeavesMergeKeysAsTheyStandAndReadsOverItsOwnTags) {
  const YamlDialect dialect{.merges = false, .local_tags = {"!reset", "!override"}};
  const auto read =
      parse_yaml("base: &b {x: 1}\nall: {<<: *b, y: !reset null, z: !override [1], e: !reset}\n", {}, dialect);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->at(0).at("all"), Json::parse(R"({"<<":{"x":1},"y":null,"z":[1],"e":null})"));
  EXPECT_FALSE(parse_yaml("a: !other 1\n", {}, dialect));
  EXPECT_FALSE(parse_yaml("a: !reset 1\n"));
}

TEST(StrictYaml, MergeKeysGiveWhatTheMapDoesNotSayItself) {
  EXPECT_EQ(one("base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\nall:\n  <<: [*b, *m]\n  x: 0\n").at("all"),
            Json::parse(R"({"x":0,"y":2,"z":4})"));
  EXPECT_EQ(one("base: &b {x: 1}\nall: {<<: *b}\n").at("all"), Json::parse(R"({"x":1})"));
  EXPECT_EQ(one("{\"<<\": 1}"), Json::parse(R"({"<<":1})"));
  EXPECT_TRUE(mentions(refusal("<<: 1\n"), "not a map"));
}

// fault S11
TEST(StrictYaml, ABombOfAliasesIsRefusedBeforeItIsExpanded) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += before + (j < 9 ? ", " : "]\n");
  }
  EXPECT_TRUE(mentions(refusal(bomb), "more than 500000 values"));
}

// fault S11
TEST(StrictYaml, AnAliasInsideItsOwnAnchorIsRefused) {
  EXPECT_TRUE(mentions(refusal("a: &x [1, *x]\n"), "alias inside its own anchor"));
  EXPECT_TRUE(mentions(refusal("&x {a: *x}\n"), "alias inside its own anchor"));
}

// fault S11
TEST(StrictYaml, TenThousandDocumentsAreRefused) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "---\na: 1\n";
  EXPECT_TRUE(mentions(refusal(text), "more than 1000 documents"));
}

// fault S11
TEST(StrictYaml, NestingIsCappedWhereverItComesFrom) {
  EXPECT_FALSE(parse_yaml(std::string(100'000, '[')));
  EXPECT_FALSE(parse_yaml(std::string(100'000, '{')));
  std::string dashes;
  for (int i = 0; i < 50'000; ++i) dashes += "- ";
  EXPECT_FALSE(parse_yaml(dashes));
  EXPECT_TRUE(parse_yaml(std::string(100, '[') + std::string(100, ']')));
  EXPECT_TRUE(mentions(refusal(std::string(101, '[') + std::string(101, ']')), "nested deeper than 100"));
}

// fault S11
TEST(StrictYaml, NestingThroughAliasesCountsAsWell) {
  const std::string half = std::string(60, '[') + std::string(60, ']');
  EXPECT_TRUE(mentions(refusal("a: &x " + half + "\nb: " + std::string(60, '[') + "*x" + std::string(60, ']')),
                       "nested deeper than 100"));
}

// fault S13
TEST(StrictYaml, ATextOfMoreBytesThanAllowedIsRefusedUnread) {
  EXPECT_TRUE(mentions(refusal(std::string(11U * 1024 * 1024, ' ')), "larger than"));
}

TEST(StrictYaml, CharactersThatYamlDoesNotAllowAreRefused) {
  using namespace std::string_literals;
  EXPECT_TRUE(mentions(refusal("a: 1\nb: \x04\nc: 3\n"), "line 2"));  // yaml-cpp takes it for the end of the text
  EXPECT_FALSE(parse_yaml("a\0: 1"s));
  EXPECT_FALSE(parse_yaml("a: \xFF\xFE"));
}

TEST(StrictYaml, UnknownTagsAreRefused) {
  for (const std::string_view text :
       {"a: !!python/object:os.system x", "a: !vault |\n  x", "a: !!binary aGk=", "a: !Ref {b: c}"}) {
    EXPECT_TRUE(mentions(refusal(text), "tag")) << text;
  }
}

TEST(StrictYaml, SyntaxErrorsNameTheirLine) {
  EXPECT_TRUE(mentions(refusal("a: 1\nb: [1, 2\nc: 3\n"), "line "));
  EXPECT_TRUE(mentions(refusal("a: 1\n\tb: 2\n"), "line 2"));
}

TEST(StrictYaml, WindowsLineEndsAndAByteOrderMarkAreFine) {
  EXPECT_EQ(one("\xEF\xBB\xBF"
                "a: 1\r\nb: x\r\n"),
            Json::parse(R"({"a":1,"b":"x"})"));
  EXPECT_EQ(parse_yaml("a: 1\r\n---\r\nb: 2\r\n")->size(), 2U);
}

RC_GTEST_PROP(StrictYaml, NoTextBreaksTheParser, ()) {
  static_cast<void>(parse_yaml(*rc::gen::container<std::string>(
      rc::gen::element('a', '1', ' ', '\n', '-', ':', '[', ']', '{', '}', '&', '*', '!', '|', '>', '"', '\'', '#', ',',
                       '?', '%', '.', '<', '\t', '\\'))));
}

TEST(MarkedYaml, SaysWhereEveryKeyAndItemBegins) {
  const auto marked = parse_marked_yaml("apps:\n  web:\n    ports: [80, 81]\n    a/b: 1\n");
  ASSERT_TRUE(marked);
  EXPECT_EQ(marked->marks.at("/apps"), (YamlMark{1, 1}));
  EXPECT_EQ(marked->marks.at("/apps/web/ports"), (YamlMark{3, 5}));
  EXPECT_EQ(marked->marks.at("/apps/web/ports/1"), (YamlMark{3, 17}));
  EXPECT_EQ(marked->marks.at("/apps/web/a~1b"), (YamlMark{4, 5}));
}

TEST(MarkedYaml, AProblemSaysLineAndColumn) {
  const auto twice = parse_marked_yaml("a: 1\nb:\n  c: 1\n  c: 2\n");
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().mark, (YamlMark{4, 3}));
  EXPECT_EQ(twice.error().rule, "duplicate key \"c\"");
  const auto control = parse_marked_yaml("a: 1\nb: \x01");
  ASSERT_FALSE(control);
  EXPECT_EQ(control.error().mark, (YamlMark{2, 4}));
  EXPECT_FALSE(parse_marked_yaml("a: 1\n---\nb: 1\n")) << "one file holds one document";
}

TEST(MarkedYaml, ATextWithoutAValueIsNull) {
  const auto marked = parse_marked_yaml("# nothing yet\n");
  ASSERT_TRUE(marked);
  EXPECT_TRUE(marked->value.is_null());
}

}  // namespace
}  // namespace deployctl
