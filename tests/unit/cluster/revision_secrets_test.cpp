#include "cluster/revision_secrets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <string>

#include "base/sha256.hpp"
#include "support/fake_clock.hpp"
#include "support/memory_api_server.hpp"
#include "support/run_coroutine.hpp"

namespace deployctl::cluster {
namespace {

using testing::HasSubstr;

const ObjectKey kWeb{"shop", "web"};
const std::string kSecrets = "/api/v1/namespaces/shop/secrets/";

ports::KeptRevision a_revision(std::int64_t number, std::string payload = "inputs") {
  return {.number = number, .digest = "v1:" + std::string(64, 'a'), .payload = std::move(payload)};
}

class Bench {
 public:
  Result<void> save(ports::KeptRevision revision) {
    return support::run_coroutine(io, secrets.save(kWeb, "uid-web", std::move(revision)));
  }
  Result<ports::KeptRevision> load(std::int64_t number) {
    return support::run_coroutine(io, secrets.load(kWeb, number));
  }
  Result<void> remove(std::int64_t number) { return support::run_coroutine(io, secrets.remove(kWeb, number)); }
  std::vector<std::int64_t> list() {
    std::vector<std::int64_t> numbers;
    const auto infos = support::run_coroutine(io, secrets.list(kWeb));
    for (const auto& info : infos.value()) numbers.push_back(info.number);
    return numbers;
  }
  [[nodiscard]] bool in_use(const std::string& secret) const {
    const Json finalizers = server.object(kSecrets + secret).at("metadata").value("finalizers", Json::array());
    return std::ranges::find(finalizers, "deployctl.io/in-use") != finalizers.end();
  }

  asio::io_context io{1};
  support::FakeClock clock;
  support::MemoryApiServer server{io.get_executor()};
  kube::Client client{server, clock};
  RevisionSecrets secrets{client, "installation-1", 1000};
};

TEST(RevisionSecrets, WhatWasSavedIsLoaded) {
  Bench bench;
  ASSERT_TRUE(bench.save(a_revision(1, std::string("\0bytes\xff", 7))));
  const auto loaded = bench.load(1);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->payload, std::string("\0bytes\xff", 7));
  EXPECT_EQ(loaded->digest, a_revision(1).digest);
}

TEST(RevisionSecrets, ASecretIsImmutableTypedAndLabelled) {
  Bench bench;
  ASSERT_TRUE(bench.save(a_revision(7)));
  const Json& secret = bench.server.object(kSecrets + "web-r7");
  EXPECT_EQ(secret.at("type"), "deployctl.io/revision");
  EXPECT_EQ(secret.at("immutable"), true);
  const Json& metadata = secret.at("metadata");
  EXPECT_EQ(metadata.at("labels").at("deployctl.io/name"), "web");
  EXPECT_EQ(metadata.at("labels").at("deployctl.io/revision"), "7");
  EXPECT_EQ(metadata.at("labels").at("deployctl.io/installation"), "installation-1");
  EXPECT_FALSE(metadata.contains("ownerReferences"));
}

TEST(RevisionSecrets, ALargePayloadIsCutIntoPiecesAndTheHeadIsWrittenLast) {
  Bench bench;
  const std::string payload(2'500, 'x');
  ASSERT_TRUE(bench.save(a_revision(1, payload)));
  ASSERT_EQ(bench.server.count("POST"), 3U);
  std::vector<std::string> names;
  for (const auto& request : bench.server.requests())
    if (request.method == "POST") names.push_back(Json::parse(request.body).at("metadata").at("name"));
  EXPECT_THAT(names, testing::ElementsAre("web-r1-2", "web-r1-1", "web-r1"));
  EXPECT_EQ(bench.load(1)->payload, payload);
  EXPECT_THAT(bench.list(), testing::ElementsAre(1));
}

TEST(RevisionSecrets, APieceHoldsNineHundredKibibytes) {
  Bench bench;
  RevisionSecrets secrets(bench.client, "installation-1");
  ASSERT_TRUE(support::run_coroutine(bench.io, secrets.save(kWeb, "uid", a_revision(1, std::string(900 * 1024, 'x')))));
  EXPECT_EQ(bench.server.count("POST"), 1U);
}

TEST(RevisionSecrets, ANinthPieceIsForTheSealedCopy) {
  Bench bench;
  ASSERT_TRUE(bench.save(a_revision(1, std::string(9'000, 'x'))));
  EXPECT_EQ(bench.load(1)->payload.size(), 9'000U);
  ASSERT_TRUE(bench.remove(1));
  EXPECT_FALSE(bench.server.has(kSecrets + "web-r1-8"));
}

TEST(RevisionSecrets, MoreThanNinePiecesAreRefusedBeforeAnythingIsWritten) {
  Bench bench;
  const auto saved = bench.save(a_revision(1, std::string(9'001, 'x')));
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().kind, ErrorKind::Invalid);
  EXPECT_TRUE(bench.server.requests().empty());
}

TEST(RevisionSecrets, SavingTheSameAgainIsSuccess) {
  Bench bench;
  ASSERT_TRUE(bench.save(a_revision(1)));
  EXPECT_TRUE(bench.save(a_revision(1)));
}

TEST(RevisionSecrets, OtherContentUnderTheSameNumberIsAConflict) {
  Bench bench;
  ASSERT_TRUE(bench.save(a_revision(1)));
  const auto saved = bench.save(a_revision(1, "other inputs"));
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().kind, ErrorKind::Conflict);
  EXPECT_EQ(bench.load(1)->payload, "inputs");
}

TEST(RevisionSecrets, ASecretOfThatNameThatIsNotOursIsNeverTouched) {
  Bench bench;
  bench.server.put(kSecrets + "web-r1", {{"metadata", {{"name", "web-r1"}, {"namespace", "shop"}}},
                                         {"type", "Opaque"},
                                         {"data", {{"payload", base64_encode("inputs")}}}});
  const Json before = bench.server.object(kSecrets + "web-r1");
  EXPECT_EQ(bench.save(a_revision(1)).error().kind, ErrorKind::Conflict);
  EXPECT_EQ(bench.load(1).error().kind, ErrorKind::NotFound);
  EXPECT_TRUE(bench.remove(1));
  EXPECT_EQ(bench.server.object(kSecrets + "web-r1"), before);
}

TEST(RevisionSecrets, ARevisionOfAnotherInstallationIsNotOurs) {
  Bench bench;
  RevisionSecrets other(bench.client, "installation-2");
  ASSERT_TRUE(support::run_coroutine(bench.io, other.save(kWeb, "uid", a_revision(1))));
  EXPECT_EQ(bench.save(a_revision(1)).error().kind, ErrorKind::Conflict);
  EXPECT_TRUE(bench.list().empty());
}

TEST(RevisionSecrets, OnlyTheNewestIsInUse) {
  Bench bench;
  ASSERT_TRUE(bench.save(a_revision(1, std::string(1'500, 'x'))));
  EXPECT_TRUE(bench.in_use("web-r1-1"));
  ASSERT_TRUE(bench.save(a_revision(2)));
  EXPECT_TRUE(bench.in_use("web-r2"));
  EXPECT_FALSE(bench.in_use("web-r1"));
  EXPECT_FALSE(bench.in_use("web-r1-1"));
}

// fault F7
TEST(RevisionSecrets, SomebodyElsesFinalizerIsLeftAlone) {
  Bench bench;
  ASSERT_TRUE(bench.save(a_revision(1)));
  Json secret = bench.server.object(kSecrets + "web-r1");
  secret["metadata"]["finalizers"] = {"other.io/keep", "deployctl.io/in-use"};
  bench.server.put(kSecrets + "web-r1", secret);
  ASSERT_TRUE(bench.remove(1));
  EXPECT_EQ(bench.server.object(kSecrets + "web-r1").at("metadata").at("finalizers"), Json::array({"other.io/keep"}));
}

TEST(RevisionSecrets, AMissingPieceIsNamed) {
  Bench bench;
  ASSERT_TRUE(bench.save(a_revision(1, std::string(1'500, 'x'))));
  bench.server.erase(kSecrets + "web-r1-1");
  const auto loaded = bench.load(1);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().kind, ErrorKind::Invalid);
  EXPECT_THAT(loaded.error().message, HasSubstr("web-r1-1 is missing"));
}

TEST(RevisionSecrets, ContentThatDoesNotMatchItsHashIsRefused) {
  Bench bench;
  ASSERT_TRUE(bench.save(a_revision(1)));
  Json secret = bench.server.object(kSecrets + "web-r1");
  secret["data"]["payload"] = base64_encode("forged");
  bench.server.put(kSecrets + "web-r1", secret);
  EXPECT_EQ(bench.load(1).error().kind, ErrorKind::Invalid);
}

TEST(RevisionSecrets, ARevisionThatIsGoneIsNotFound) {
  Bench bench;
  EXPECT_EQ(bench.load(4).error().kind, ErrorKind::NotFound);
}

TEST(RevisionSecrets, TheNewestIsListedFirstAndOnlyThisObjectsOwn) {
  Bench bench;
  for (const std::int64_t number : {2, 10, 9}) ASSERT_TRUE(bench.save(a_revision(number)));
  ASSERT_TRUE(support::run_coroutine(bench.io, bench.secrets.save({"shop", "web-2"}, "uid", a_revision(99))));
  EXPECT_THAT(bench.list(), testing::ElementsAre(10, 9, 2));
}

TEST(RevisionSecrets, RemovingTakesAllPieces) {
  Bench bench;
  ASSERT_TRUE(bench.save(a_revision(1, std::string(2'500, 'x'))));
  ASSERT_TRUE(bench.remove(1));
  for (const char* name : {"web-r1", "web-r1-1", "web-r1-2"}) EXPECT_FALSE(bench.server.has(kSecrets + name)) << name;
  EXPECT_TRUE(bench.remove(1));
}

// fault R1
TEST(RevisionSecrets, ASaveThatWasInterruptedIsMadeAgainWithOtherContent) {
  Bench bench;
  ASSERT_TRUE(bench.save(a_revision(1, std::string(1'500, 'x'))));
  bench.server.put(kSecrets + "web-r1-1", [&bench] {
    Json left_over = bench.server.object(kSecrets + "web-r1-1");
    left_over["metadata"]["annotations"]["deployctl.io/content"] = "of another try";
    return left_over;
  }());
  bench.server.erase(kSecrets + "web-r1");
  const std::string payload(1'500, 'y');
  ASSERT_TRUE(bench.save(a_revision(1, payload)));
  EXPECT_EQ(bench.load(1)->payload, payload);
}

// fault A3
TEST(RevisionSecrets, ACreateWhoseAnswerWasLostIsSettledByReading) {
  Bench bench;
  bench.server.lose("POST", true);
  ASSERT_TRUE(bench.save(a_revision(1)));
  EXPECT_EQ(bench.server.count("POST"), 1U);
  EXPECT_EQ(bench.load(1)->payload, "inputs");
}

// fault I16
TEST(RevisionSecrets, LongNamesAreCutAndDoNotMeet) {
  const std::string one(253, 'a');
  const std::string other = std::string(252, 'a') + "b";
  const std::string name = revision_secret_name(one, 9'000'000'000'000'000'000, 7);
  EXPECT_LE(name.size(), 253U);
  EXPECT_NE(name, revision_secret_name(other, 9'000'000'000'000'000'000, 7));
  EXPECT_EQ(revision_secret_name("web", 3, 0), "web-r3");
  EXPECT_EQ(revision_secret_name("web", 3, 2), "web-r3-2");
}

}  // namespace
}  // namespace deployctl::cluster
