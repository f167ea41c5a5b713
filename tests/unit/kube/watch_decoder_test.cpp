#include "kube/watch_decoder.hpp"

#include <gtest/gtest.h>

namespace deployctl::kube {
namespace {

const DecodeOptions kOurs{.kind = "Deployment"};
constexpr std::size_t kCap = 4096;

std::string event(const std::string& type, const std::string& name, const std::string& version,
                  const std::string& spec = "{}") {
  return R"({"type":")" + type + R"(","object":{"kind":"Deployment","metadata":{"name":")" + name +
         R"(","namespace":"n","resourceVersion":")" + version + R"("},"spec":)" + spec + "}}\n";
}

std::string name_of(const WatchItem& item) { return std::get<Applied>(item).object.key.name; }

// fault W5
TEST(WatchDecoder, TwoEventsInOnePieceAreBothTold) {
  WatchDecoder decoder(kOurs, kCap);
  const auto items = decoder.feed(event("ADDED", "a", "1") + event("MODIFIED", "b", "2"));
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(name_of(items[0]), "a");
  EXPECT_EQ(name_of(items[1]), "b");
}

// fault W5
TEST(WatchDecoder, OneBytePiecesGiveEachEventOnce) {
  WatchDecoder decoder(kOurs, kCap);
  const std::string bytes = event("ADDED", "a", "1", R"({"s":"größe \n \"x\" 日本"})") + event("DELETED", "a", "2");
  std::vector<WatchItem> items;
  for (const char byte : bytes) {
    for (auto& item : decoder.feed(std::string_view(&byte, 1))) items.push_back(std::move(item));
  }
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(std::get<Applied>(items[0]).object.spec, R"({"s":"größe \n \"x\" 日本"})");
  EXPECT_EQ(std::get<Removed>(items[1]).object.resource_version, "2");
}

// fault W4
TEST(WatchDecoder, AnEventCutInsideACharacterIsDroppedAtTheEnd) {
  WatchDecoder decoder(kOurs, kCap);
  const std::string whole = event("ADDED", "a", "1");
  const std::string cut = event("ADDED", "b", "2", "{\"s\":\"\xe6\x97\xa5\"}");
  const auto items = decoder.feed(whole + cut.substr(0, cut.find('\xe6') + 2));
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(name_of(items[0]), "a");
  EXPECT_TRUE(decoder.finish().empty());
}

// fault W4
TEST(WatchDecoder, WhereverTheStreamIsCutNothingHalfIsTold) {
  const std::string bytes = event("ADDED", "a", "1", R"({"s":"日本"})");
  for (std::size_t length = 0; length + 2 < bytes.size(); ++length) {
    WatchDecoder decoder(kOurs, kCap);
    EXPECT_TRUE(decoder.feed(bytes.substr(0, length)).empty()) << length;
    EXPECT_TRUE(decoder.finish().empty()) << length;
  }
}

// fault W3
TEST(WatchDecoder, AnErrorEventWithoutALineBreakIsReadAtTheEnd) {
  WatchDecoder decoder(kOurs, kCap);
  EXPECT_TRUE(
      decoder.feed(R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}})")
          .empty());
  const auto items = decoder.finish();
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(std::get<ErrorEvent>(items[0]).error.kind, ErrorKind::Gone);
}

// fault W3
TEST(WatchDecoder, ABareStatusIsAnErrorToo) {
  WatchDecoder decoder(kOurs, kCap);
  static_cast<void>(
      decoder.feed(R"({"kind":"Status","apiVersion":"v1","code":410,"reason":"Gone","message":"too old"})"));
  const auto items = decoder.finish();
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(std::get<ErrorEvent>(items[0]).error.kind, ErrorKind::Gone);
}

// fault W1
TEST(WatchDecoder, AnErrorEventIsATypedError) {
  WatchDecoder decoder(kOurs, kCap);
  const auto items = decoder.feed("{\"type\":\"ERROR\",\"object\":{\"code\":500,\"message\":\"boom\"}}\n");
  EXPECT_EQ(std::get<ErrorEvent>(items.at(0)).error, (Error{ErrorKind::Transient, "boom (500)"}));
}

// fault W6
TEST(WatchDecoder, AnEndlessLineIsTooLargeAndKeepsNoMemory) {
  WatchDecoder decoder(kOurs, kCap);
  std::size_t told = 0;
  for (int piece = 0; piece < 100; ++piece) {
    for (const auto& item : decoder.feed(std::string(1000, 'x')))
      told += std::holds_alternative<TooLarge>(item) ? 1 : 0;
  }
  EXPECT_EQ(told, 1U);
  EXPECT_TRUE(decoder.finish().empty());
}

// fault W6
TEST(WatchDecoder, ALargeEventWithinOnePieceIsTooLargeAsWell) {
  WatchDecoder decoder(kOurs, kCap);
  const auto items =
      decoder.feed(event("ADDED", "a", "1") + event("ADDED", "b", "2", "\"" + std::string(9000, 'x') + "\""));
  ASSERT_EQ(items.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<TooLarge>(items[1]));
}

TEST(WatchDecoder, ManySmallEventsMayBeLargerThanTheCapTogether) {
  WatchDecoder decoder(kOurs, kCap);
  std::string bytes;
  for (int i = 0; i < 200; ++i) bytes += event("ADDED", "a" + std::to_string(i), "1");
  EXPECT_EQ(decoder.feed(bytes).size(), 200U);
}

// fault W7
TEST(WatchDecoder, ABookmarkIsOnlyAVersion) {
  WatchDecoder decoder(kOurs, kCap);
  const auto items = decoder.feed(event("BOOKMARK", "", "77"));
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(std::get<Bookmark>(items[0]).resource_version, "77");
}

// fault W9
TEST(WatchDecoder, WhatIsUnknownIsSkippedAndTheStreamGoesOn) {
  WatchDecoder decoder(kOurs, kCap);
  const auto items = decoder.feed("{\"type\":\"SURPRISE\",\"object\":{}}\n" + std::string("not json\n") +
                                  "{\"type\":\"ADDED\",\"object\":{\"kind\":\"Table\",\"metadata\":{}}}\n" +
                                  "{\"type\":\"ADDED\",\"object\":{\"kind\":\"Deployment\"}}\n" +
                                  "{\"type\":\"ADDED\"}\n\n" + event("ADDED", "a", "1"));
  ASSERT_EQ(items.size(), 6U);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_TRUE(std::holds_alternative<Skipped>(items[i])) << i;
  EXPECT_EQ(name_of(items[5]), "a");
}

// fault W20
TEST(WatchDecoder, AnObjectThatCannotBeReadIsToldAlone) {
  WatchDecoder decoder(kOurs, kCap);
  const auto items = decoder.feed(
      "{\"type\":\"MODIFIED\",\"object\":{\"kind\":\"Deployment\",\"metadata\":{\"name\":\"a\",\"generation\":\"x\"}}}"
      "\n" +
      event("ADDED", "b", "2"));
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(std::get<Undecodable>(items[0]).key.name, "a");
  EXPECT_EQ(name_of(items[1]), "b");
}

}  // namespace
}  // namespace deployctl::kube
