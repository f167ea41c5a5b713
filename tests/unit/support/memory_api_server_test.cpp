#include "support/memory_api_server.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "kube/client.hpp"
#include "support/fake_clock.hpp"
#include "support/run_coroutine.hpp"

namespace deployctl::support {
namespace {

const std::string kPath = "/api/v1/namespaces/shop/secrets/db";

Json a_secret() { return {{"metadata", {{"name", "db"}, {"namespace", "shop"}, {"labels", {{"app", "web"}}}}}}; }

class Bench {
 public:
  Bench() { server.put(kPath, a_secret()); }
  Result<Json> send(kube::Request request) { return run_coroutine(io, client.send_json(std::move(request))); }
  Result<Json> patch(const Json& operations) {
    return send(kube::json_patch(kube::kSecrets, {{"shop", "db"}, {}, "test"}, operations));
  }

  asio::io_context io{1};
  FakeClock clock;
  MemoryApiServer server{io.get_executor()};
  kube::Client client{server, clock};
};

TEST(MemoryApiServer, EachChangeHasAHigherVersion) {
  Bench bench;
  const Json before = bench.server.object(kPath).at("metadata").at("resourceVersion");
  bench.server.put(kPath, bench.server.object(kPath));
  EXPECT_GT(std::stol(bench.server.object(kPath).at("metadata").at("resourceVersion").get<std::string>()),
            std::stol(before.get<std::string>()));
}

TEST(MemoryApiServer, AFailedTestRefusesThePatchWhole) {
  Bench bench;
  const Json before = bench.server.object(kPath);
  EXPECT_FALSE(bench.patch(Json::parse(R"([{"op":"add","path":"/data","value":{"a":"eA=="}},
                                            {"op":"test","path":"/metadata/name","value":"other"}])")));
  EXPECT_EQ(bench.server.object(kPath), before);
}

TEST(MemoryApiServer, ATestOfNullPassesWhenTheMemberIsNotThere) {
  Bench bench;
  EXPECT_TRUE(bench.patch(Json::parse(R"([{"op":"test","path":"/status/operation","value":null}])")));
  EXPECT_FALSE(bench.patch(Json::parse(R"([{"op":"test","path":"/metadata/name","value":null}])")));
}

TEST(MemoryApiServer, ADeleteWaitsForFinalizers) {
  Bench bench;
  ASSERT_TRUE(bench.patch(Json::parse(R"([{"op":"add","path":"/metadata/finalizers","value":["x.io/y"]}])")));
  ASSERT_TRUE(bench.send(kube::remove(kube::kSecrets, {"shop", "db"})));
  EXPECT_TRUE(bench.server.has(kPath));
  ASSERT_TRUE(bench.patch(Json::parse(R"([{"op":"remove","path":"/metadata/finalizers"}])")));
  EXPECT_FALSE(bench.server.has(kPath));
}

TEST(MemoryApiServer, ListsWhatTheSelectorNames) {
  Bench bench;
  bench.server.put("/api/v1/namespaces/shop/secrets/other", {{"metadata", {{"name", "other"}}}});
  const auto listed = bench.send(kube::list(kube::kSecrets, {.ns = "shop", .label_selector = "app=web"}));
  ASSERT_TRUE(listed);
  EXPECT_EQ(listed->at("items").size(), 1U);
}

TEST(MemoryApiServer, ALostAnswerMayHaveTakenEffect) {
  Bench bench;
  bench.server.lose("POST", true);
  const Json made{{"metadata", {{"name", "made"}}}};
  EXPECT_EQ(bench.send(kube::create(kube::kSecrets, "shop", made, "test")).error().kind, ErrorKind::Transient);
  EXPECT_TRUE(bench.server.has("/api/v1/namespaces/shop/secrets/made"));
}

}  // namespace
}  // namespace deployctl::support
