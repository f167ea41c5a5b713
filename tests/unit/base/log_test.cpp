#include "base/log.hpp"

#include <gtest/gtest.h>

#include <vector>

#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "base/redact.hpp"
#include "base/time.hpp"

namespace deployctl {
namespace {

struct Written {
  SecretSet secrets;
  std::vector<std::string> lines;

  Logger logger(LogEncoding encoding, LogLevel level = LogLevel::Info) {
    return Logger(level, encoding, &secrets, [this](std::string_view line) { lines.emplace_back(line); });
  }
  [[nodiscard]] Json json() const { return lines.empty() ? Json() : Json::parse(lines.back()); }
};

TEST(Logger, AJsonLineHasLevelTimeMessageAndFields) {
  Written written;
  written.logger(LogEncoding::Json).info("Deployment settled", {{"revision", 3}, {"step", "apply"}});
  const Json line = written.json();
  EXPECT_EQ(line.at("level"), "info");
  EXPECT_TRUE(parse_rfc3339(line.at("ts").get<std::string>()));
  EXPECT_EQ(line.at("msg"), "Deployment settled");
  EXPECT_EQ(line.at("revision"), 3);
  EXPECT_EQ(line.at("step"), "apply");
  EXPECT_TRUE(written.lines.back().starts_with(R"({"level":"info","ts":")")) << written.lines.back();
}

TEST(Logger, AnErrorIsAFieldWithItsKind) {
  Written written;
  written.logger(LogEncoding::Json)
      .error("Step failed", fail(ErrorKind::StepFailed, "exit code 1"), {{"step", "apply"}});
  EXPECT_EQ(written.json().at("level"), "error");
  EXPECT_EQ(written.json().at("error"), "exit code 1");
  EXPECT_EQ(written.json().at("errorKind"), "StepFailed");
  EXPECT_EQ(written.json().at("step"), "apply");
}

TEST(Logger, ALineAboutAnObjectNamesIt) {
  Written written;
  written.logger(LogEncoding::Json).about(LogLevel::Warning, {"shop", "web"}, "Rolled back", {{"attempt", 2}});
  const Json line = written.json();
  EXPECT_EQ(line.at("level"), "warning");
  EXPECT_EQ(line.at("controller"), "deployctl-deployment");
  EXPECT_EQ(line.at("controllerGroup"), "deployctl.io");
  EXPECT_EQ(line.at("controllerKind"), "Deployment");
  EXPECT_EQ(line.at("namespace"), "shop");
  EXPECT_EQ(line.at("name"), "web");
  EXPECT_EQ(line.at("attempt"), 2);
}

TEST(Logger, WhatIsBelowTheLevelIsNotWritten) {
  Written written;
  const Logger logger = written.logger(LogEncoding::Json, LogLevel::Warning);
  logger.debug("A");
  logger.info("B");
  EXPECT_TRUE(written.lines.empty());
  logger.warning("C");
  EXPECT_EQ(written.lines.size(), 1U);
}

TEST(Logger, AConsoleLineIsReadable) {
  Written written;
  written.logger(LogEncoding::Console)
      .info("Deployment settled", {{"name", "web"}, {"error", "no such file"}, {"attempt", 2}});
  const std::string& line = written.lines.back();
  ASSERT_GT(line.size(), 20U);
  EXPECT_TRUE(parse_rfc3339(line.substr(0, 20))) << line;
  EXPECT_EQ(line.substr(20), " INFO  Deployment settled name=web error=\"no such file\" attempt=2");
}

// fault S21
TEST(Logger, LineBreaksAnsiAndQuotesStayOneLineInBothEncodings) {
  const std::string evil = "a\n{\"level\":\"error\"}\r\x1b[31m\"x\\\xFF b=1";
  for (const LogEncoding encoding : {LogEncoding::Json, LogEncoding::Console}) {
    Written written;
    written.logger(encoding).info(evil, {{"value", evil}, {"list", Json{evil, {{evil, 1}}}}});
    ASSERT_EQ(written.lines.size(), 1U);
    EXPECT_EQ(written.lines.back().find_first_of("\n\r\x1b"), std::string::npos) << written.lines.back();
  }
}

// fault S21, P8
RC_GTEST_PROP(Logger, AnyBytesGiveOneValidJsonLine, (const std::string& message, const std::string& value)) {
  Written written;
  written.logger(LogEncoding::Json).info(message, {{"value", value}});
  RC_ASSERT(written.lines.size() == 1U);
  RC_ASSERT(written.lines.back().find('\n') == std::string::npos);
  RC_ASSERT(parse_json(written.lines.back()).has_value());
}

// fault X3
TEST(Logger, ASecretIsHiddenWhereverItStands) {
  for (const LogEncoding encoding : {LogEncoding::Json, LogEncoding::Console}) {
    Written written;
    written.secrets.replace({"shop", "web"}, {"hun\"ter2", "40414243", R"({"a":"b"})"});
    const Logger logger = written.logger(encoding);
    logger.info("Saw hun\"ter2", {{"text", "hun\"ter2"},
                                  {"list", Json{"hun\"ter2"}},
                                  {"key", Json{{"hun\"ter2", 1}}},
                                  {"number", 40414243},
                                  {"json", Json{{"a", "b"}}}});
    logger.error("Step failed", fail(ErrorKind::StepFailed, "said hun\"ter2"));
    for (const std::string& line : written.lines) {
      EXPECT_EQ(line.find("ter2"), std::string::npos) << line;
      EXPECT_EQ(line.find("40414243"), std::string::npos) << line;
      EXPECT_EQ(line.find(R"("a":"b")"), std::string::npos) << line;
      if (encoding == LogEncoding::Json) EXPECT_TRUE(parse_json(line)) << line;
    }
  }
}

TEST(Logger, AValueOfMegabytesIsCut) {
  Written written;
  written.logger(LogEncoding::Json)
      .info("Output", {{"output", std::string(10'000'000, 'x')}, {"list", std::vector<int>(100'000, 1)}});
  EXPECT_LT(written.lines.back().size(), 100'000U);
  EXPECT_TRUE(parse_json(written.lines.back()));
}

TEST(Logger, FormatTextInAMessageIsJustText) {
  Written written;
  written.logger(LogEncoding::Json).info("{} %s {0}");
  EXPECT_EQ(written.json().at("msg"), "{} %s {0}");
  testing::internal::CaptureStderr();
  Logger(LogLevel::Info, LogEncoding::Json, nullptr).info("{} %s {0}");
  EXPECT_NE(testing::internal::GetCapturedStderr().find("\"msg\":\"{} %s {0}\"}\n"), std::string::npos);
}

}  // namespace
}  // namespace deployctl
