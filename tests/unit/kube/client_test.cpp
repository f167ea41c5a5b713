#include "kube/client.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "support/fake_clock.hpp"
#include "support/fake_transport.hpp"

namespace deployctl::kube {
namespace {

using std::chrono::seconds;

struct Rig {
  asio::io_context loop{1};
  support::FakeClock clock;
  support::FakeTransport api{loop.get_executor()};
  Client client{api, clock};
  std::vector<Duration> waited;

  /// Every wait between two tries passes at once.
  template <class T>
  T run(Task<T> task) {
    std::optional<T> value;
    asio::co_spawn(loop, std::move(task), [&](std::exception_ptr, T result) { value = std::move(result); });
    loop.restart();
    loop.poll();
    while (!value && clock.next_deadline()) {
      waited.push_back(std::chrono::duration_cast<Duration>(*clock.next_deadline() - clock.steady()));
      clock.advance(waited.back());
      loop.restart();
      loop.poll();
    }
    return std::move(value).value();
  }
};

const std::string kSecret = "/api/v1/namespaces/n/secrets/a";

TEST(KubeClient, GivesTheBodyOfASuccess) {
  Rig rig;
  rig.api.expect("GET", kSecret).reply(200, "{}");
  EXPECT_EQ(rig.run(rig.client.send(get(kSecrets, {"n", "a"}))).value(), "{}");
}

TEST(KubeClient, AnErrorNamesVerbAndPath) {
  Rig rig;
  rig.api.expect("GET", kSecret).refuse(403, "Forbidden", "no rights");
  EXPECT_EQ(rig.run(rig.client.send(get(kSecrets, {"n", "a"}))).error(),
            (Error{ErrorKind::Forbidden, "get /api/v1/namespaces/n/secrets/a: no rights (403 Forbidden)"}));
}

// fault A1
TEST(KubeClient, WaitsAsLongAsRetryAfterSays) {
  Rig rig;
  rig.api.expect("GET", kSecret).refuse(429, "TooManyRequests").retry_after(seconds(7));
  rig.api.expect("GET", kSecret).reply(200, "{}");
  EXPECT_TRUE(rig.run(rig.client.send(get(kSecrets, {"n", "a"}))));
  ASSERT_EQ(rig.waited.size(), 1U);
  EXPECT_GE(rig.waited[0], seconds(7));
}

TEST(KubeClient, TellsOfEachTryThatIsFollowedByAnother) {
  Rig rig;
  std::vector<std::string> told;
  Client client(rig.api, rig.clock,
                [&](const std::string& code, const std::string& verb) { told.push_back(verb + " " + code); });
  rig.api.expect("GET", kSecret).refuse(429, "TooManyRequests").retry_after(seconds(1));
  rig.api.expect("GET", kSecret).fail(http::Phase::Connect);
  rig.api.expect("GET", kSecret).reply(200, "{}");
  EXPECT_TRUE(rig.run(client.send(get(kSecrets, {"n", "a"}))));
  EXPECT_EQ(told, (std::vector<std::string>{"get 429", "get <error>"}));
}

// fault A2
TEST(KubeClient, GivesUpAfterTenTries) {
  Rig rig;
  for (int i = 0; i < 10; ++i) rig.api.expect("GET", kSecret).refuse(503, "ServiceUnavailable");
  EXPECT_EQ(rig.run(rig.client.send(get(kSecrets, {"n", "a"}))).error().kind, ErrorKind::Transient);
}

// fault A3
TEST(KubeClient, ACreateWhoseAnswerWasLostIsNotSentAgain) {
  Rig rig;
  rig.api.expect("POST", "/api/v1/namespaces/n/secrets?fieldManager=m").fail(http::Phase::Sent);
  EXPECT_EQ(rig.run(rig.client.send(create(kSecrets, "n", Json::object(), "m"))).error().kind, ErrorKind::Transient);
}

// fault A4
TEST(KubeClient, AConflictIsTheAnswer) {
  Rig rig;
  rig.api.expect("PATCH", kSecret + "?fieldManager=m").refuse(409, "Conflict");
  const auto answer = rig.run(rig.client.send(merge_patch(kSecrets, {.key = {"n", "a"}, .field_manager = "m"}, {})));
  EXPECT_EQ(answer.error().kind, ErrorKind::Conflict);
}

TEST(KubeClient, AJsonPatchWhoseTestFailedIsAConflict) {
  Rig rig;
  rig.api.expect("PATCH", kSecret + "?fieldManager=m")
      .refuse(422, "Invalid", "the server rejected our request due to an error in our request");
  const auto answer = rig.run(rig.client.send(json_patch(kSecrets, {.key = {"n", "a"}, .field_manager = "m"}, {})));
  EXPECT_EQ(answer.error().kind, ErrorKind::Conflict);
}

// fault A5
TEST(KubeClient, ARejectedFieldIsInvalidAndNotTriedAgain) {
  Rig rig;
  rig.api.expect("PATCH", kSecret + "?fieldManager=m").refuse(422, "Invalid", "data: Invalid value");
  const auto answer = rig.run(rig.client.send(json_patch(kSecrets, {.key = {"n", "a"}, .field_manager = "m"}, {})));
  EXPECT_EQ(answer.error().kind, ErrorKind::Invalid);
}

TEST(KubeClient, ListsAllPages) {
  Rig rig;
  rig.api.expect("GET", "/api/v1/namespaces/n/secrets?labelSelector=a%3Db&limit=500")
      .reply(200, R"({"metadata":{"continue":"t"},"items":[{"n":1},{"n":2}]})");
  rig.api.expect("GET", "/api/v1/namespaces/n/secrets?labelSelector=a%3Db&limit=500&continue=t")
      .reply(200, R"({"metadata":{},"items":[{"n":3}]})");
  EXPECT_EQ(rig.run(rig.client.list_all(kSecrets, {.ns = "n", .label_selector = "a=b"}))->size(), 3U);
}

// fault W17
TEST(KubeClient, AnExpiredContinueTokenStartsTheListAgain) {
  Rig rig;
  rig.api.expect("GET", "/api/v1/secrets?limit=500").reply(200, R"({"metadata":{"continue":"t"},"items":[{"n":1}]})");
  rig.api.expect("GET", "/api/v1/secrets?limit=500&continue=t").refuse(410, "Expired");
  rig.api.expect("GET", "/api/v1/secrets?limit=500").reply(200, R"({"metadata":{},"items":[{"n":1}]})");
  EXPECT_EQ(rig.run(rig.client.list_all(kSecrets, {}))->size(), 1U);
}

// fault A18
TEST(KubeClient, AnAnswerThatIsNoJsonIsAnError) {
  Rig rig;
  rig.api.expect("GET", kSecret).reply(200, "<html>");
  EXPECT_EQ(rig.run(rig.client.send_json(get(kSecrets, {"n", "a"}))).error().kind, ErrorKind::Invalid);
}

}  // namespace
}  // namespace deployctl::kube
