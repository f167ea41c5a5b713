#include "cluster/attachments.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <string>

#include "api/constants.hpp"
#include "base/sha256.hpp"
#include "support/fake_clock.hpp"
#include "support/memory_api_server.hpp"
#include "support/run_coroutine.hpp"

namespace deployctl::cluster {
namespace {

using ports::AttachedValues;
using ports::Attachment;
using testing::HasSubstr;

const ObjectKey kWeb{"shop", "web"};
const std::string kPlan = "/api/v1/namespaces/shop/secrets/web-plan";
const std::string kOutputs = "/api/v1/namespaces/shop/secrets/web-outputs";

AttachedValues a_plan(const std::string& id, std::string bytes = "bytes") {
  return {.values = {{"plan", std::move(bytes)}}, .note = id};
}

class Bench {
 public:
  Result<void> save(Attachment what, AttachedValues values) {
    return support::run_coroutine(io, attachments.save(kWeb, "uid-web", what, std::move(values)));
  }
  std::optional<AttachedValues> load(Attachment what) {
    return support::run_coroutine(io, attachments.load(kWeb, what)).value();
  }
  Result<void> remove(Attachment what) { return support::run_coroutine(io, attachments.remove(kWeb, what)); }

  asio::io_context io{1};
  support::FakeClock clock;
  support::MemoryApiServer server{io.get_executor()};
  kube::Client client{server, clock};
  Attachments attachments{client, "installation-1"};
};

TEST(Attachments, WhatWasSavedIsLoaded) {
  Bench bench;
  const AttachedValues plan = a_plan("0123", std::string("\0PK\xff", 4));
  ASSERT_TRUE(bench.save(Attachment::Plan, plan));
  EXPECT_EQ(bench.load(Attachment::Plan), plan);
  EXPECT_FALSE(bench.load(Attachment::Outputs));
}

TEST(Attachments, SecretIsLabelledAndOutputsAreInUse) {
  Bench bench;
  ASSERT_TRUE(bench.save(Attachment::Plan, a_plan("0123")));
  ASSERT_TRUE(bench.save(Attachment::Outputs, {.values = {{"url", "http://web"}}, .note = ""}));
  const Json& plan = bench.server.object(kPlan).at("metadata");
  EXPECT_EQ(plan.at("labels").at("app.kubernetes.io/managed-by"), "deployment-orchestrator");
  EXPECT_EQ(plan.at("labels").at("deployctl.io/name"), "web");
  EXPECT_FALSE(plan.contains("finalizers"));
  EXPECT_FALSE(plan.contains("ownerReferences"));
  EXPECT_EQ(bench.server.object(kOutputs).at("metadata").at("finalizers"), Json({"deployctl.io/in-use"}));
}

TEST(Attachments, NewValuesTakeThePlaceOfTheOld) {
  Bench bench;
  ASSERT_TRUE(bench.save(Attachment::Outputs, {.values = {{"a", "1"}, {"b", "2"}}, .note = "a"}));
  const AttachedValues next{.values = {{"b", "3"}}, .note = ""};
  ASSERT_TRUE(bench.save(Attachment::Outputs, next));
  EXPECT_EQ(bench.load(Attachment::Outputs), next);
}

TEST(Attachments, SavingTheSameAgainWritesNothing) {
  Bench bench;
  ASSERT_TRUE(bench.save(Attachment::Plan, a_plan("0123")));
  ASSERT_TRUE(bench.save(Attachment::Plan, a_plan("0123")));
  EXPECT_EQ(bench.server.count("PATCH"), 0U);
}

TEST(Attachments, SecretOfSomebodyElseIsNeverTouched) {
  Bench bench;
  const Json foreign{{"metadata", {{"name", "web-plan"}, {"namespace", "shop"}}}, {"data", {{"plan", "eA=="}}}};
  bench.server.put(kPlan, foreign);
  const auto saved = bench.save(Attachment::Plan, a_plan("0123"));
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().kind, ErrorKind::AlreadyExists);
  EXPECT_THAT(saved.error().message, HasSubstr("web-plan exists and is not ours"));
  EXPECT_FALSE(bench.load(Attachment::Plan));
  EXPECT_TRUE(bench.remove(Attachment::Plan));
  EXPECT_EQ(bench.server.object(kPlan).at("data").at("plan"), "eA==");
}

TEST(Attachments, SecretOfAnotherObjectIsNotOurs) {
  Bench bench;
  ASSERT_TRUE(bench.save(Attachment::Plan, a_plan("0123")));
  Json other = bench.server.object(kPlan);
  other["metadata"]["annotations"]["deployctl.io/owner"] = "shop/other";
  bench.server.put(kPlan, other);
  EXPECT_FALSE(bench.load(Attachment::Plan));
  EXPECT_FALSE(bench.save(Attachment::Plan, a_plan("4567")));
}

TEST(Attachments, WhatSomebodyChangedIsNotTrusted) {
  Bench bench;
  ASSERT_TRUE(bench.save(Attachment::Plan, a_plan("0123")));
  Json changed = bench.server.object(kPlan);
  changed["data"]["plan"] = base64_encode("another plan");
  bench.server.put(kPlan, changed);
  EXPECT_FALSE(bench.load(Attachment::Plan));
}

TEST(Attachments, RemovedWithItsFinalizer) {
  Bench bench;
  ASSERT_TRUE(bench.save(Attachment::Outputs, {.values = {{"a", "1"}}, .note = ""}));
  ASSERT_TRUE(bench.remove(Attachment::Outputs));
  EXPECT_FALSE(bench.server.has(kOutputs));
  EXPECT_TRUE(bench.remove(Attachment::Outputs)) << "gone already is success";
}

TEST(Attachments, LostAnswerIsLookedUp) {
  Bench bench;
  bench.server.lose("POST", true);
  EXPECT_TRUE(bench.save(Attachment::Plan, a_plan("0123")));
  EXPECT_EQ(bench.load(Attachment::Plan), a_plan("0123"));
}

TEST(Attachments, SecretThatGoesWhileItIsWrittenIsToBeTriedAgain) {
  Bench bench;
  ASSERT_TRUE(bench.save(Attachment::Plan, a_plan("0123")));
  bench.server.before = [&](const kube::Request& request) {
    if (request.method == "PATCH") bench.server.erase(kPlan);
  };
  EXPECT_EQ(bench.save(Attachment::Plan, a_plan("4567")).error().kind, ErrorKind::Conflict);
  bench.server.before = nullptr;
  EXPECT_TRUE(bench.save(Attachment::Plan, a_plan("4567")));
  EXPECT_EQ(bench.load(Attachment::Plan), a_plan("4567"));
}

TEST(Attachments, WhatDoesNotFitIsRefused) {
  Bench bench;
  const auto saved = bench.save(Attachment::Plan, a_plan("0123", std::string(1'000'000, 'x')));
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().kind, ErrorKind::Invalid);
  EXPECT_TRUE(bench.server.requests().empty());
}

TEST(Attachments, LongNamesAreCutAndStayApart) {  // fault I16
  const std::string a = ports::attachment_name(std::string(252, 'a') + "x", Attachment::Outputs);
  const std::string b = ports::attachment_name(std::string(252, 'a') + "y", Attachment::Outputs);
  EXPECT_LE(a.size(), 253U);
  EXPECT_NE(a, b);
  EXPECT_EQ(ports::attachment_name("web", Attachment::Outputs), "web-outputs");
}

}  // namespace
}  // namespace deployctl::cluster
