#include "http/outside_client.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "support/fake_api_server.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_resolver.hpp"
#include "support/run_coroutine.hpp"

namespace deployctl::http {
namespace {

using std::chrono::seconds;
using support::FakeApiServer;
using support::http_answer;

struct Rig {
  explicit Rig(FakeApiServer::Options options = {}) : server(loop.get_executor(), std::move(options)) {
    resolver.set("probe.example", {{"127.0.0.1"}});
    resolver.set("other.example", {{"127.0.0.1"}});
  }

  asio::io_context loop{1};
  support::FakeClock clock;
  support::FakeResolver resolver;
  FakeApiServer server;
  FilterRules rules{.allow_loopback = true};

  std::string url(const std::string& path, const std::string& host = "probe.example", bool tls = false) const {
    return (tls ? "https://" : "http://") + host + ":" + std::to_string(server.port()) + path;
  }
  Result<ports::HttpResponse> send(ports::HttpRequest request) {
    OutsideClient client(loop.get_executor(), clock, resolver, rules);
    return support::run_coroutine(loop, server.serving(client.send(std::move(request))));
  }
};

TEST(OutsideClient, GivesStatusAndBodyWhateverTheStatus) {
  Rig rig;
  rig.server.answer(http_answer(503, "busy"));
  const auto answer = rig.send({.url = rig.url("/healthz?a=b"), .headers = {{"X-Token", "t"}}});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->body, "busy");
  EXPECT_EQ(rig.server.requests().at(0).target, "/healthz?a=b");
  EXPECT_EQ(rig.server.requests().at(0).headers.at("x-token"), "t");
  EXPECT_EQ(rig.server.requests().at(0).headers.at("host"), "probe.example:" + std::to_string(rig.server.port()));
}

TEST(OutsideClient, SendsMethodAndBody) {
  Rig rig;
  rig.server.answer(http_answer(204, ""));
  EXPECT_TRUE(rig.send({.method = "POST", .url = rig.url("/hook"), .body = "{}"}));
  EXPECT_EQ(rig.server.requests().at(0).method, "POST");
  EXPECT_EQ(rig.server.requests().at(0).body, "{}");
}

TEST(OutsideClient, AnAnswerToHeadHasNoBody) {
  Rig rig;
  rig.server.answer("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
  EXPECT_EQ(rig.send({.method = "HEAD", .url = rig.url("/")})->status, 200);
}

// fault H4: slow drip
TEST(OutsideClient, ASlowDripEndsAtTheTotalDeadline) {
  Rig rig;
  std::vector<FakeApiServer::Piece> drip{{support::chunked_head()}};
  for (int i = 0; i < 10; ++i) drip.push_back({support::chunk("x"), [&] { rig.clock.advance(seconds(1)); }});
  rig.server.answer_in_pieces(drip, FakeApiServer::After::Silence);
  const auto answer = rig.send({.url = rig.url("/"), .timeout = seconds(5)});
  EXPECT_EQ(answer.error(), (Error{ErrorKind::TimedOut, "no complete answer within 5s"}));
}

// fault H4: no answer at all
TEST(OutsideClient, ASilentServerEndsAtTheDeadline) {
  Rig rig;
  rig.server.answer_in_pieces({{"", [&] { rig.clock.advance(seconds(5)); }}}, FakeApiServer::After::Silence);
  EXPECT_EQ(rig.send({.url = rig.url("/")}).error().kind, ErrorKind::TimedOut);
}

// fault H4: endless body
TEST(OutsideClient, AnEndlessBodyIsCutAtTheCap) {
  Rig rig;
  std::vector<FakeApiServer::Piece> endless{{support::chunked_head()}};
  for (int i = 0; i < 200; ++i) endless.push_back({support::chunk(std::string(1000, 'x'))});
  rig.server.answer_in_pieces(endless, FakeApiServer::After::Silence);
  const auto answer = rig.send({.url = rig.url("/"), .max_body = 64U * 1024});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body.size(), 64U * 1024);
}

// fault H4: redirect loop
TEST(OutsideClient, ARedirectLoopEndsAtTheCap) {
  Rig rig;
  for (int i = 0; i < 6; ++i) rig.server.answer(http_answer(302, "", "Location: /again\r\n"));
  const auto answer = rig.send({.url = rig.url("/")});
  EXPECT_EQ(answer.error(), (Error{ErrorKind::Transient, "more than 5 redirects"}));
  EXPECT_EQ(rig.server.requests().size(), 6U);
}

// fault H4: gzip bomb
TEST(OutsideClient, NothingIsUnpackedAndNoPackingIsAskedFor) {
  Rig rig;
  const std::string packed = "\x1f\x8b\x08 thousand times larger when unpacked";
  rig.server.answer(http_answer(200, packed, "Content-Encoding: gzip\r\n"));
  EXPECT_EQ(rig.send({.url = rig.url("/")})->body, packed);
  EXPECT_FALSE(rig.server.requests().at(0).headers.contains("accept-encoding"));
}

// fault H4: NXDOMAIN
TEST(OutsideClient, ANameThatDoesNotExistIsSaid) {
  Rig rig;
  const auto answer = rig.send({.url = "http://no.such.example/"});
  EXPECT_EQ(answer.error(), (Error{ErrorKind::Transient, "name no.such.example does not resolve"}));
}

// fault H4: expired TLS
TEST(OutsideClient, AnExpiredCertificateIsSaid) {
  const support::TestAuthority authority;
  Rig rig({.identity = authority.sign({.names = {"probe.example"}, .first_day = -3, .last_day = -1})});
  const auto answer = rig.send({.url = rig.url("/", "probe.example", true), .ca_pem = authority.certificate_pem()});
  EXPECT_EQ(answer.error().kind, ErrorKind::Transient);
  EXPECT_NE(answer.error().message.find("certificate has expired"), std::string::npos) << answer.error().message;
}

TEST(OutsideClient, AGivenAuthorityIsTrusted) {
  const support::TestAuthority authority;
  Rig rig({.identity = authority.sign({.names = {"probe.example"}})});
  rig.server.answer(http_answer(200, "ok"));
  const auto answer = rig.send({.url = rig.url("/", "probe.example", true), .ca_pem = authority.certificate_pem()});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(rig.server.server_name(), "probe.example");
}

TEST(OutsideClient, VerificationIsSkippedOnlyWhenAsked) {
  const support::KeyAndCertificate own = support::self_signed({.names = {"probe.example"}});
  Rig refused({.identity = own});
  EXPECT_FALSE(refused.send({.url = refused.url("/", "probe.example", true)}));
  Rig skipped({.identity = own});
  skipped.server.answer(http_answer(200, "ok"));
  EXPECT_TRUE(skipped.send({.url = skipped.url("/", "probe.example", true), .insecure_skip_verify = true}));
}

// fault S14
TEST(OutsideClient, ABlockedUrlIsNotConnectedTo) {
  Rig rig;
  rig.rules.allow_loopback = false;
  for (const auto& host : {"127.0.0.1", "localhost", "169.254.169.254"}) {
    EXPECT_EQ(rig.send({.url = rig.url("/", host)}).error().kind, ErrorKind::AccessDenied) << host;
  }
  EXPECT_EQ(rig.server.connections(), 0U);
}

// fault S15: DNS rebinding
TEST(OutsideClient, ANameThatLeadsToABlockedAddressIsNotConnectedTo) {
  Rig rig;
  rig.rules.allow_loopback = false;
  const auto answer = rig.send({.url = rig.url("/")});
  EXPECT_EQ(answer.error().kind, ErrorKind::AccessDenied);
  EXPECT_EQ(rig.server.connections(), 0U);
}

// fault S15: DNS rebinding
TEST(OutsideClient, EachHopIsResolvedAndJudgedAnew) {
  Rig rig;
  rig.resolver.set("probe.example", {{"127.0.0.1"}, {"169.254.169.254"}});
  rig.server.answer(http_answer(302, "", "Location: /next\r\n"));
  EXPECT_EQ(rig.send({.url = rig.url("/")}).error().kind, ErrorKind::AccessDenied);
  EXPECT_EQ(rig.resolver.asked(), 2U);
}

// fault S15: redirect to a blocked host
TEST(OutsideClient, ARedirectToABlockedHostIsNotFollowed) {
  Rig rig;
  rig.server.answer(http_answer(307, "", "Location: http://169.254.169.254/latest\r\n"));
  EXPECT_EQ(rig.send({.url = rig.url("/")}).error().kind, ErrorKind::AccessDenied);
}

TEST(OutsideClient, HeadersStayWithTheirOrigin) {
  Rig rig;
  rig.server.answer(http_answer(302, "", "Location: /same\r\n"));
  rig.server.answer(http_answer(302, "", "Location: " + rig.url("/x", "other.example") + "\r\n"));
  rig.server.answer(http_answer(200, ""));
  EXPECT_TRUE(rig.send({.url = rig.url("/"), .headers = {{"Authorization", "secret"}}}));
  EXPECT_TRUE(rig.server.requests().at(1).headers.contains("authorization"));
  EXPECT_FALSE(rig.server.requests().at(2).headers.contains("authorization"));
}

TEST(OutsideClient, APostIsReadAfterASeeOtherAndRepeatedAfterATemporaryRedirect) {
  Rig rig;
  rig.server.answer(http_answer(307, "", "Location: /again\r\n"));
  rig.server.answer(http_answer(303, "", "Location: /result\r\n"));
  rig.server.answer(http_answer(200, ""));
  EXPECT_TRUE(rig.send({.method = "POST", .url = rig.url("/"), .body = "b"}));
  EXPECT_EQ(rig.server.requests().at(1).method, "POST");
  EXPECT_EQ(rig.server.requests().at(1).body, "b");
  EXPECT_EQ(rig.server.requests().at(2).method, "GET");
  EXPECT_EQ(rig.server.requests().at(2).body, "");
}

// fault S16
TEST(OutsideClient, LineBreaksInHeadersAreRefusedBeforeAnythingIsSent) {
  Rig rig;
  EXPECT_EQ(rig.send({.url = rig.url("/"), .headers = {{"X", "a\r\nY: b"}}}).error().kind, ErrorKind::Invalid);
  EXPECT_EQ(rig.send({.method = "GET / HTTP/1.1\r\nX:", .url = rig.url("/")}).error().kind, ErrorKind::Invalid);
  EXPECT_EQ(rig.server.connections(), 0U);
}

// fault A18
TEST(OutsideClient, GarbageAndAnOverlongHeaderAreErrorsAndNoCrash) {
  Rig rig;
  rig.server.answer("SSH-2.0-OpenSSH\r\n\r\n", FakeApiServer::After::Close);
  EXPECT_EQ(rig.send({.url = rig.url("/")}).error().kind, ErrorKind::Transient);
  rig.server.answer("HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n", FakeApiServer::After::Close);
  EXPECT_EQ(rig.send({.url = rig.url("/")}).error().kind, ErrorKind::Transient);
}

// fault A18: wrong Content-Length
TEST(OutsideClient, AnAnswerThatIsCutShortIsAnError) {
  Rig rig;
  rig.server.answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", FakeApiServer::After::Close);
  EXPECT_EQ(rig.send({.url = rig.url("/")}).error(), (Error{ErrorKind::Transient, "answer was cut short"}));
}

TEST(OutsideClient, ABodyWithoutLengthEndsWithTheConnection) {
  Rig rig;
  rig.server.answer("HTTP/1.1 200 OK\r\n\r\nabc", FakeApiServer::After::Close);
  EXPECT_EQ(rig.send({.url = rig.url("/")})->body, "abc");
}

TEST(OutsideClient, ARefusedConnectionIsTransient) {
  Rig rig;
  EXPECT_EQ(rig.send({.url = "http://127.0.0.1:1/"}).error().kind, ErrorKind::Transient);
}

TEST(OutsideClient, TheNextAddressIsTriedWhenOneRefuses) {
  Rig rig;
  rig.resolver.set("probe.example", {{"127.0.0.2", "127.0.0.1"}});
  rig.server.answer(http_answer(200, "ok"));
  EXPECT_TRUE(rig.send({.url = rig.url("/")}));
}

}  // namespace
}  // namespace deployctl::http
