#include "kube/https_transport.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "support/fake_api_server.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_resolver.hpp"
#include "support/run_coroutine.hpp"
#include "support/temporary_directory.hpp"

namespace deployctl::kube {
namespace {

using http::Attempt;
using http::Phase;
using support::chunk;
using support::chunked_head;
using support::FakeApiServer;
using support::http_answer;
using After = FakeApiServer::After;

const support::TestAuthority& authority() {
  static const support::TestAuthority made;
  return made;
}
support::KeyAndCertificate for_loopback() { return authority().sign({.addresses = {"127.0.0.1"}}); }

struct Rig {
  explicit Rig(FakeApiServer::Options options) : server(loop.get_executor(), std::move(options)) {
    config.host = "127.0.0.1";
    config.port = server.port();
    config.ca.text = authority().certificate_pem();
    config.token = "s3cr3t-token";
    resolver.set("api.example", {{"127.0.0.1"}});
    options_.observer = [this](const RequestRecord& record) {
      records.push_back(record.verb + " " + record.method + " " + record.code);
    };
  }
  Rig() : Rig(FakeApiServer::Options{.identity = for_loopback()}) {}

  asio::io_context loop{1};
  support::FakeClock clock;
  support::FakeResolver resolver;
  std::vector<std::string> log;
  Logger logger{LogLevel::Debug, LogEncoding::Json, nullptr, [this](std::string_view line) { log.emplace_back(line); }};
  FakeApiServer server;
  Config config;
  TransportOptions options_;
  std::vector<std::string> records;
  std::unique_ptr<HttpsTransport> transport_;

  HttpsTransport& transport() {
    if (!transport_) {
      transport_ = std::make_unique<HttpsTransport>(loop.get_executor(), clock, resolver, logger, config, options_);
    }
    return *transport_;
  }
  Attempt<Response> send(Request request = get(kSecrets, {"n", "a"})) {
    return support::run_coroutine(loop, server.serving(transport().send(std::move(request))));
  }
  /// Several in turn while the server lives on.
  std::vector<Attempt<Response>> send_all(std::vector<Request> requests) {
    return support::run_coroutine(loop, server.serving(in_turn(std::move(requests))));
  }
  Task<std::vector<Attempt<Response>>> in_turn(std::vector<Request> requests) {
    std::vector<Attempt<Response>> answers;
    for (auto& request : requests) answers.push_back(co_await transport().send(std::move(request)));
    co_return answers;
  }
  /// The whole body of a stream.
  Task<std::string> read_all(Request request, std::string* error) {
    auto opened = co_await transport().open(std::move(request));
    if (!opened) {
      *error = opened.error().error.message;
      co_return std::string();
    }
    std::string all;
    while (opened->body) {
      auto piece = co_await opened->body->read(std::chrono::seconds(295));
      if (!piece) *error = piece.error().message;
      if (!piece || piece->empty()) break;
      all += *piece;
    }
    co_return all;
  }
  std::string stream(std::string* error) {
    return support::run_coroutine(loop, server.serving(read_all(watch(kSecrets, {.resource_version = "1"}), error)));
  }
};

std::string refusal(const Attempt<Response>& answer) {
  return answer ? "answered " + std::to_string(answer->status) : answer.error().error.message;
}

TEST(HttpsTransport, SendsTheRequestWithTokenAndGivesTheAnswer) {
  Rig rig;
  rig.config.path_prefix = "/k8s/c1";
  rig.server.answer(http_answer(201, "{\"a\":1}", "Retry-After: 7\r\n"));
  const auto answer = rig.send(create(kSecrets, "n", {{"kind", "Secret"}}, "m"));
  ASSERT_TRUE(answer) << refusal(answer);
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->body, "{\"a\":1}");
  EXPECT_EQ(answer->content_type, "application/json");
  EXPECT_EQ(answer->retry_after, std::chrono::seconds(7));
  const auto& sent = rig.server.requests().at(0);
  EXPECT_EQ(sent.method, "POST");
  EXPECT_EQ(sent.target, "/k8s/c1/api/v1/namespaces/n/secrets?fieldManager=m");
  EXPECT_EQ(sent.headers.at("authorization"), "Bearer s3cr3t-token");
  EXPECT_EQ(sent.headers.at("content-type"), "application/json");
  EXPECT_EQ(sent.body, R"({"kind":"Secret"})");
}

TEST(HttpsTransport, TellsTheObserverOfEachTry) {
  Rig rig;
  rig.server.answer(http_answer(404, "{}"));
  static_cast<void>(rig.send());
  rig.config.port = 1;
  rig.transport_.reset();
  static_cast<void>(rig.send());
  EXPECT_EQ(rig.records, (std::vector<std::string>{"get GET 404", "get GET <error>"}));
}

TEST(HttpsTransport, KeepsTheConnectionForTheNextRequest) {
  Rig rig;
  rig.server.answer(http_answer(200, "{}"));
  rig.server.answer(chunked_head() + chunk("{") + chunk("}") + "0\r\n\r\n");
  const auto answers = rig.send_all({get(kSecrets, {"n", "a"}), get(kSecrets, {"n", "b"})});
  EXPECT_EQ(answers.at(1)->body, "{}");
  EXPECT_EQ(rig.server.connections(), 1U);
}

TEST(HttpsTransport, AConnectionThatTheServerClosedIsReplaced) {
  Rig rig;
  rig.server.answer(http_answer(200, "{}"), After::Close);
  rig.server.answer(http_answer(200, "{}"));
  const auto answers = rig.send_all({get(kSecrets, {"n", "a"}), get(kSecrets, {"n", "b"})});
  EXPECT_TRUE(answers.at(1));
  EXPECT_EQ(rig.server.connections(), 2U);
}

// fault A3
TEST(HttpsTransport, AKeptConnectionClosedUnderARequestIsReplacedForOneThatMayBeRepeated) {
  Rig rig;
  rig.server.answer(http_answer(200, "{}"));
  rig.server.answer("", After::Close);
  rig.server.answer(http_answer(200, "{}"));
  const auto answers = rig.send_all({get(kSecrets, {"n", "a"}), get(kSecrets, {"n", "b"})});
  EXPECT_TRUE(answers.at(1)) << refusal(answers.at(1));
  EXPECT_EQ(rig.server.connections(), 2U);
}

// fault A3
TEST(HttpsTransport, ButNotForACreate) {
  Rig rig;
  rig.server.answer(http_answer(200, "{}"));
  rig.server.answer("", After::Close);
  const auto answers = rig.send_all({get(kSecrets, {"n", "a"}), create(kSecrets, "n", {}, "m")});
  ASSERT_FALSE(answers.at(1));
  EXPECT_EQ(answers.at(1).error().phase, Phase::Stale);
}

// api.md: no failure of the release, and the lost answer of a write is looked for
TEST(HttpsTransport, ASilentServerEndsAtTheRequestsDeadlineAndIsTransient) {
  Rig rig;
  rig.server.answer_in_pieces({{"", [&] { rig.clock.advance(std::chrono::seconds(30)); }}}, After::Silence);
  const auto answer = rig.send();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().error, (Error{ErrorKind::Transient, "no answer within 30s"}));
  EXPECT_EQ(rig.records, std::vector<std::string>{"get GET <error>"});
}

TEST(HttpsTransport, ARefusedConnectionSaysThatNothingWasSent) {
  Rig rig;
  rig.config.port = 1;
  const auto answer = rig.send();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().phase, Phase::Connect);
}

TEST(HttpsTransport, AnAnswerOverTheCapIsRefused) {
  Rig rig;
  Request request = get(kSecrets, {"n", "a"});
  request.max_body = 1000;
  rig.server.answer(http_answer(200, std::string(1001, 'x')));
  const auto answer = rig.send(request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().error.kind, ErrorKind::Invalid);
}

// fault A6
TEST(HttpsTransport, After401TheTokenIsReadAnewAndTheRequestSentOnceMore) {
  const support::TemporaryDirectory directory;
  Rig rig;
  rig.config.token_file = directory.write("token", "old").string();
  rig.server.answer_in_pieces({{http_answer(401, "{}"), [&] { directory.write("token", "new"); }}});
  rig.server.answer(http_answer(200, "{}"));
  const auto answer = rig.send();
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(rig.server.requests().at(0).headers.at("authorization"), "Bearer old");
  EXPECT_EQ(rig.server.requests().at(1).headers.at("authorization"), "Bearer new");
}

// fault A6
TEST(HttpsTransport, A401WithTheSameTokenIsTheAnswer) {
  const support::TemporaryDirectory directory;
  Rig rig;
  rig.config.token_file = directory.write("token", "old").string();
  rig.server.answer(http_answer(401, "{}"));
  EXPECT_EQ(rig.send()->status, 401);
}

// fault A8
TEST(HttpsTransport, ARotatedCaIsUsedByTheNextConnection) {
  const support::TemporaryDirectory directory;
  const support::TestAuthority other;
  Rig rig;
  rig.config.ca = {.file = directory.write("ca.crt", other.certificate_pem()).string()};
  EXPECT_FALSE(rig.send());
  directory.write("ca.crt", authority().certificate_pem());
  rig.server.answer(http_answer(200, "{}"));
  EXPECT_TRUE(rig.send());
}

// fault A9
TEST(HttpsTransport, ACertificateForAnotherHostIsRefused) {
  Rig rig({.identity = authority().sign({.names = {"other.example"}})});
  rig.config.host = "api.example";
  EXPECT_NE(refusal(rig.send()).find("hostname mismatch"), std::string::npos);
}

// fault A9
TEST(HttpsTransport, AnExpiredCertificateIsRefused) {
  Rig rig({.identity = authority().sign({.addresses = {"127.0.0.1"}, .first_day = -3, .last_day = -1})});
  EXPECT_NE(refusal(rig.send()).find("certificate has expired"), std::string::npos);
}

// fault A9
TEST(HttpsTransport, ACertificateOfAnUnknownAuthorityIsRefused) {
  Rig rig({.identity = support::TestAuthority().sign({.addresses = {"127.0.0.1"}})});
  const auto answer = rig.send();
  EXPECT_NE(refusal(answer).find("unable to get local issuer certificate"), std::string::npos) << refusal(answer);
  EXPECT_EQ(answer.error().phase, Phase::Handshake);
}

// fault A9
TEST(HttpsTransport, ASelfSignedCertificateIsRefused) {
  Rig rig({.identity = support::self_signed({.addresses = {"127.0.0.1"}})});
  EXPECT_NE(refusal(rig.send()).find("self-signed certificate"), std::string::npos);
}

// fault A10
TEST(HttpsTransport, AServerNamedByAddressIsVerifiedByItAndGetsNoServerName) {
  Rig rig;
  rig.server.answer(http_answer(200, "{}"));
  EXPECT_TRUE(rig.send());
  EXPECT_EQ(rig.server.server_name(), "");
}

// fault A10
TEST(HttpsTransport, AnotherAddressInTheCertificateIsRefused) {
  Rig rig({.identity = authority().sign({.addresses = {"127.0.0.2"}})});
  EXPECT_NE(refusal(rig.send()).find("IP address mismatch"), std::string::npos);
}

// fault A11
TEST(HttpsTransport, OldTlsIsRefused) {
  Rig rig({.identity = for_loopback(), .old_tls_only = true});
  EXPECT_FALSE(rig.send());
}

// fault A11
TEST(HttpsTransport, AWeakKeyIsRefused) {
  Rig rig({.identity = authority().sign({.addresses = {"127.0.0.1"}, .rsa_bits = 1024})});
  EXPECT_NE(refusal(rig.send()).find("key too weak"), std::string::npos);
}

// fault A16
TEST(HttpsTransport, TheTlsServerNameIsVerifiedAndSent) {
  Rig rig({.identity = authority().sign({.names = {"inner.example"}})});
  rig.config.tls_server_name = "inner.example";
  rig.server.answer(http_answer(200, "{}"));
  EXPECT_TRUE(rig.send());
  EXPECT_EQ(rig.server.server_name(), "inner.example");
}

// fault A17
TEST(HttpsTransport, ARedirectIsAnAnswerAndTheTokenGoesNowhereElse) {
  Rig rig;
  rig.server.answer(http_answer(307, "", "Location: https://evil.example/\r\n"));
  EXPECT_EQ(rig.send()->status, 307);
  EXPECT_EQ(rig.server.requests().size(), 1U);
}

// fault X10
TEST(HttpsTransport, TheTokenIsInNoMessageAndNoLogLine) {
  Rig rig;
  rig.config.token = "s3cr3t\r\nX: y";
  const auto refused = rig.send();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refusal(refused).find("s3cr3t"), std::string::npos);
  for (const auto& line : rig.log) EXPECT_EQ(line.find("s3cr3t"), std::string::npos);
}

// fault A18
TEST(HttpsTransport, GarbageInsteadOfAnAnswerIsAnError) {
  for (const std::string& bytes :
       {std::string("<html>\r\n\r\n"), std::string("HTTP/1.1 200 OK\r\nX: ") + std::string(70'000, 'x') + "\r\n\r\n",
        std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"),
        std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")}) {
    Rig rig;
    rig.server.answer(bytes, After::Close);
    const auto answer = rig.send();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().error.kind, ErrorKind::Transient);
  }
}

TEST(HttpsTransport, GoesThroughTheProxyOfTheConfig) {
  Rig rig({.identity = authority().sign({.names = {"api.example"}}), .behind_proxy = true});
  rig.config.host = "api.example";
  rig.config.port = 6443;
  rig.config.proxy_url = "http://user:pass@127.0.0.1:" + std::to_string(rig.server.port());
  rig.server.answer(http_answer(200, "{}"));
  const auto answer = rig.send();
  ASSERT_TRUE(answer) << refusal(answer);
  EXPECT_EQ(rig.server.requests().at(0).method, "CONNECT");
  EXPECT_EQ(rig.server.requests().at(0).target, "api.example:6443");
  EXPECT_EQ(rig.server.requests().at(0).headers.at("proxy-authorization"), "Basic dXNlcjpwYXNz");
  EXPECT_FALSE(rig.server.requests().at(0).headers.contains("authorization"));
  EXPECT_EQ(rig.server.server_name(), "api.example");
}

// fault W6: the parser's own limit is 8 MiB
TEST(HttpsTransport, AWatchBodyHasNoLimit) {
  Rig rig;
  std::vector<FakeApiServer::Piece> pieces{{chunked_head()}};
  for (int i = 0; i < 9; ++i) pieces.push_back({chunk(std::string(1024U * 1024, 'x'))});
  pieces.push_back({"0\r\n\r\n"});
  rig.server.answer_in_pieces(std::move(pieces));
  std::string error;
  EXPECT_EQ(rig.stream(&error).size(), 9U * 1024 * 1024);
  EXPECT_EQ(error, "");
}

// fault W4
TEST(HttpsTransport, AWatchThatIsCutIsAnErrorAfterWhatCame) {
  Rig rig;
  rig.server.answer(chunked_head() + chunk("whole\n") + "10\r\nhalf", After::Close);
  std::string error;
  EXPECT_EQ(rig.stream(&error), "whole\nhalf");
  EXPECT_EQ(error, "answer was cut short");
}

void advance_when_somebody_sleeps(Rig& rig, Duration by) {
  asio::post(rig.loop, [&rig, by] {
    if (rig.clock.sleepers() == 0) return advance_when_somebody_sleeps(rig, by);
    rig.clock.advance(by);
  });
}

Task<std::string> second_read(Rig& rig) {
  auto opened = co_await rig.transport().open(watch(kSecrets, {.resource_version = "1"}));
  auto first = co_await opened->body->read(std::chrono::seconds(295));
  advance_when_somebody_sleeps(rig, std::chrono::seconds(295));
  auto second = co_await opened->body->read(std::chrono::seconds(295));
  co_return second ? *second : second.error().message;
}

// fault W11
TEST(HttpsTransport, AWatchThatIsSilentForTooLongIsGivenUp) {
  Rig rig;
  rig.server.answer(chunked_head() + chunk("one\n"), After::Silence);
  EXPECT_EQ(support::run_coroutine(rig.loop, rig.server.serving(second_read(rig))), "nothing came for 4m55s");
}

// fault W2
TEST(HttpsTransport, ARefusedWatchGivesItsBody) {
  Rig rig;
  rig.server.answer(http_answer(410, R"({"kind":"Status","code":410})"));
  const auto answer = support::run_coroutine(
      rig.loop, rig.server.serving(rig.transport().open(watch(kSecrets, {.resource_version = "1"}))));
  EXPECT_EQ(answer->head.status, 410);
  EXPECT_EQ(answer->head.body, R"({"kind":"Status","code":410})");
  EXPECT_EQ(answer->body, nullptr);
}

}  // namespace
}  // namespace deployctl::kube
