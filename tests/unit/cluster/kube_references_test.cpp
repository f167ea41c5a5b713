#include "cluster/kube_references.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <string>
#include <vector>

#include "base/sha256.hpp"
#include "support/fake_clock.hpp"
#include "support/memory_api_server.hpp"

namespace deployctl::cluster {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

const ObjectKey kWeb{"shop", "web"};
const std::string kSecret = "/api/v1/namespaces/shop/secrets/db";
const std::string kConfigMap = "/api/v1/namespaces/shop/configmaps/settings";

Json a_secret(const std::string& value) {
  return {{"metadata", {{"name", "db"}, {"namespace", "shop"}}}, {"data", {{"password", base64_encode(value)}}}};
}

class Bench {
 public:
  explicit Bench(std::vector<std::string> namespaces = {})
      : references(io.get_executor(), server, client, clock, logger, namespaces,
                   [this](const ObjectKey& key) { woken.push_back(key.str()); }) {}
  ~Bench() {
    running_.cancel();
    settle();
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  void start() {
    running_ = group_.spawn("references", references.run());
    settle();
  }
  void settle() {
    io.restart();
    io.poll();
  }
  Result<std::optional<ports::KeyValues>> secret(const std::string& name) {
    return read(references.secret(kWeb, name));
  }
  Result<std::optional<ports::KeyValues>> config_map(const std::string& name) {
    return read(references.config_map(kWeb, name));
  }

  asio::io_context io{1};
  support::FakeClock clock;
  std::vector<std::string> lines;
  Logger logger{LogLevel::Info, LogEncoding::Json, nullptr,
                [this](std::string_view line) { lines.emplace_back(line); }};
  support::MemoryApiServer server{io.get_executor()};
  kube::Client client{server, clock};
  std::vector<std::string> woken;
  KubeReferences references;

 private:
  Task<void> keep(Task<Result<std::optional<ports::KeyValues>>> task) { answer_ = co_await std::move(task); }
  Result<std::optional<ports::KeyValues>> read(Task<Result<std::optional<ports::KeyValues>>> task) {
    group_.spawn("read", keep(std::move(task)));
    settle();
    return answer_;
  }

  Result<std::optional<ports::KeyValues>> answer_;
  TaskHandle running_;
  TaskGroup group_{io.get_executor()};
};

TEST(KubeReferences, ASecretsValuesAreBytes) {
  Bench bench;
  bench.server.put(kSecret, a_secret(std::string("a\0b\xff", 4)));
  const auto read = bench.secret("db");
  ASSERT_TRUE(read && *read);
  EXPECT_THAT(**read, ElementsAre(Pair("password", std::string("a\0b\xff", 4))));
}

TEST(KubeReferences, AConfigMapsTextAndBinaryDataAreUnited) {
  Bench bench;
  bench.server.put(kConfigMap, {{"metadata", {{"name", "settings"}, {"namespace", "shop"}}},
                                {"data", {{"level", "info"}}},
                                {"binaryData", {{"logo", base64_encode("\xff\xfe")}}}});
  const auto read = bench.config_map("settings");
  ASSERT_TRUE(read && *read);
  EXPECT_THAT(**read, ElementsAre(Pair("level", "info"), Pair("logo", "\xff\xfe")));
}

TEST(KubeReferences, WhatDoesNotExistIsNothingAndNoError) {
  Bench bench;
  const auto read = bench.secret("db");
  ASSERT_TRUE(read);
  EXPECT_FALSE(*read);
}

TEST(KubeReferences, WhatMayNotBeReadIsForbidden) {
  Bench bench;
  bench.server.refuse("GET " + kSecret, 403, "secrets is forbidden");
  EXPECT_EQ(bench.secret("db").error().kind, ErrorKind::Forbidden);
}

// fault I13
TEST(KubeReferences, AMissingSecretThatIsMadeLaterWakesWhoReadIt) {
  Bench bench;
  bench.start();
  static_cast<void>(bench.secret("db"));
  bench.server.put(kSecret, a_secret("x"));
  bench.settle();
  EXPECT_THAT(bench.woken, ElementsAre("shop/web"));
}

TEST(KubeReferences, AChangeWakesWhoReadItAndADeleteToo) {
  Bench bench;
  bench.server.put(kSecret, a_secret("x"));
  bench.start();
  static_cast<void>(bench.secret("db"));
  EXPECT_THAT(bench.woken, IsEmpty());
  bench.server.put(kSecret, a_secret("y"));
  bench.settle();
  bench.server.erase(kSecret);
  bench.settle();
  EXPECT_THAT(bench.woken, ElementsAre("shop/web", "shop/web"));
}

TEST(KubeReferences, AChangeOfWhatNobodyReadsWakesNobody) {
  Bench bench;
  bench.start();
  bench.server.put(kSecret, a_secret("x"));
  bench.settle();
  EXPECT_THAT(bench.woken, IsEmpty());
}

TEST(KubeReferences, AnObjectThatIsGoneIsNotWoken) {
  Bench bench;
  bench.start();
  static_cast<void>(bench.secret("db"));
  bench.references.forget(kWeb);
  bench.server.put(kSecret, a_secret("x"));
  bench.settle();
  EXPECT_THAT(bench.woken, IsEmpty());
}

TEST(KubeReferences, TheWatchCarriesMetadataAlone) {
  Bench bench;
  bench.start();
  ASSERT_FALSE(bench.server.requests().empty());
  for (const auto& request : bench.server.requests())
    EXPECT_THAT(request.accept, testing::HasSubstr("as=PartialObjectMetadata")) << request.target;
}

// fault I13
TEST(KubeReferences, WhereTheWatchIsForbiddenEachReferenceIsLookedAtEvery30Seconds) {
  Bench bench;
  bench.server.refuse("GET /api/v1/secrets", 403, "secrets is forbidden", 1000);
  bench.start();
  static_cast<void>(bench.secret("db"));
  const auto woken_after_30_seconds = [&] {
    bench.woken.clear();
    bench.clock.advance(29s);
    bench.settle();
    EXPECT_THAT(bench.woken, IsEmpty());
    bench.clock.advance(1s);
    bench.settle();
    return bench.woken.size();
  };
  EXPECT_EQ(woken_after_30_seconds(), 0U) << "still missing";
  bench.server.put(kSecret, a_secret("x"));
  EXPECT_EQ(woken_after_30_seconds(), 1U) << "made";
  EXPECT_EQ(woken_after_30_seconds(), 0U) << "as it was";
  bench.server.put(kSecret, a_secret("y"));
  EXPECT_EQ(woken_after_30_seconds(), 1U) << "changed";
  bench.server.erase(kSecret);
  EXPECT_EQ(woken_after_30_seconds(), 1U) << "deleted";
}

TEST(KubeReferences, ARefusedWatchIsLoggedOnce) {
  Bench bench({"shop"});
  bench.server.refuse("GET /api/v1/namespaces/shop/secrets", 403, "secrets is forbidden", 100);
  bench.start();
  for (int i = 0; i < 10; ++i) {
    bench.clock.advance(40s);
    bench.settle();
  }
  std::size_t said = 0;
  for (const std::string& line : bench.lines) said += line.find("polling instead") != std::string::npos ? 1U : 0U;
  EXPECT_EQ(said, 1U);
}

}  // namespace
}  // namespace deployctl::cluster
