#include "http/url_filter.hpp"

#include <gtest/gtest.h>

namespace deployctl::http {
namespace {

FilterRules strict() {
  return {.api_server = {{asio::ip::make_address("10.96.0.1"), 443}}, .api_server_names = {"api.example"}};
}
FilterRules loopback_allowed() {
  FilterRules rules = strict();
  rules.allow_loopback = true;
  return rules;
}

/// Internal: it was accepted.
ErrorKind refusal(const Result<Url>& parsed) { return parsed ? ErrorKind::Internal : parsed.error().kind; }
ErrorKind refusal(const Result<void>& checked) { return checked ? ErrorKind::Internal : checked.error().kind; }

Result<void> check(const std::string& url, const FilterRules& rules) {
  auto parsed = parse_url(url);
  if (!parsed) return parsed.error();
  return check_url(*parsed, rules);
}
Result<void> check_ip(const std::string& address, const FilterRules& rules, std::uint16_t port = 80) {
  return check_endpoint({asio::ip::make_address(address), port}, rules);
}

TEST(ParseUrl, SplitsWhatIsNeeded) {
  const auto url = parse_url("HTTPS://Example.ORG:8443/a%20b?c=d#fragment");
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->host, "example.org");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->target, "/a%20b?c=d");
  EXPECT_EQ(url->authority(), "example.org:8443");
}

TEST(ParseUrl, PortAndPathHaveDefaults) {
  EXPECT_EQ(parse_url("https://a")->port, 443);
  EXPECT_EQ(parse_url("http://a?x=1")->target, "/?x=1");
  EXPECT_EQ(parse_url("http://[::1]:80/")->authority(), "[::1]");
}

// fault S14
TEST(ParseUrl, OtherSchemesAreRefused) {
  for (const char* url : {"unix:///var/run/docker.sock", "file:///etc/passwd", "gopher://a", "ftp://a/b", "//a/b", "a",
                          "http:a", "javascript:alert(1)", "", "http://", "http:///x", "http+unix://%2Fvar%2Frun/x"}) {
    EXPECT_EQ(refusal(parse_url(url)), ErrorKind::Invalid) << url;
  }
}

// fault S14
TEST(ParseUrl, NumbersThatOnlyLookLikeNamesAreRefused) {
  for (const char* host : {"2130706433", "127.1", "0x7f000001", "0177.0.0.1", "127.0.0.0x1", "1.2.3.4.5", "256.1.1.1",
                           "0x7f.1", "a.1", "127.0.0.1.", "127.0.0.1.example"}) {
    const auto url = parse_url("http://" + std::string(host) + "/");
    EXPECT_EQ(refusal(url), ErrorKind::Invalid) << host;
  }
}

// fault S16
TEST(ParseUrl, ControlCharactersAreRefused) {
  for (const std::string& url :
       {std::string("http://a/\r\nX: y"), std::string("http://a/b c"), std::string("http://a/\0b", 12),
        std::string("http://a\tb/"), std::string("http://a/\x7f")}) {
    EXPECT_EQ(refusal(parse_url(url)), ErrorKind::Invalid);
  }
  EXPECT_EQ(refusal(parse_url("http://a%0d%0ab/")), ErrorKind::Invalid);
}

TEST(ParseUrl, UserInformationIsRefusedAndNotRepeated) {
  const Error error = parse_url("http://user:hunter2@a/").error();
  EXPECT_EQ(error.kind, ErrorKind::Invalid);
  EXPECT_EQ(error.message.find("hunter2"), std::string::npos);
}

TEST(ParseUrl, PortsOutOfRangeAreRefused) {
  EXPECT_FALSE(parse_url("http://a:0/"));
  EXPECT_FALSE(parse_url("http://a:70000/"));
}

// fault S14
TEST(UrlFilter, LinkLocalAndMetadataAreRefusedAlways) {
  for (const char* url :
       {"http://169.254.169.254/latest/meta-data", "http://[fe80::1]/", "http://[::ffff:169.254.169.254]/",
        "http://[::169.254.169.254]/", "http://[64:ff9b::a9fe:a9fe]/", "http://[2002:a9fe:a9fe::1]/",
        "http://[fd00:ec2::254]/", "http://100.100.100.200/", "http://metadata.google.internal/", "http://224.0.0.1/",
        "http://255.255.255.255/", "http://[ff02::1]/"}) {
    EXPECT_EQ(refusal(check(url, loopback_allowed())), ErrorKind::AccessDenied) << url;
  }
}

// fault S14
TEST(UrlFilter, LoopbackIsRefusedUnlessAllowed) {
  for (const char* url :
       {"http://localhost:8080/", "http://x.localhost/", "http://LOCALHOST./", "http://127.0.0.1/", "http://127.9.9.9/",
        "http://0.0.0.0/", "http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[::127.0.0.1]/"}) {
    EXPECT_EQ(refusal(check(url, strict())), ErrorKind::AccessDenied) << url;
    EXPECT_TRUE(check(url, loopback_allowed())) << url;
  }
}

// fault S14
TEST(UrlFilter, TheApiServerIsRefusedByNameAndAddress) {
  for (const char* url :
       {"https://kubernetes.default.svc/api", "https://kubernetes.default.svc.cluster.local/", "https://kubernetes/",
        "https://api.example/", "https://10.96.0.1/", "https://[::ffff:10.96.0.1]/"}) {
    EXPECT_EQ(refusal(check(url, strict())), ErrorKind::AccessDenied) << url;
    EXPECT_TRUE(check(url, loopback_allowed())) << url;
  }
}

TEST(UrlFilter, AnotherPortOfTheApiServersHostIsNotTheApiServer) {
  EXPECT_TRUE(check_ip("10.96.0.1", strict(), 30080));
}

TEST(UrlFilter, OrdinaryHostsPass) {
  for (const char* url : {"http://shop.prod.svc:8080/healthz", "https://10.0.0.7/", "http://[fd12::7]/",
                          "http://192.168.1.1/", "https://kubernetes.io/"}) {
    EXPECT_TRUE(check(url, strict())) << url;
  }
}

// fault S15
TEST(UrlFilter, TheConnectedAddressIsJudgedWhateverTheNameWas) {
  EXPECT_EQ(refusal(check_ip("169.254.169.254", strict())), ErrorKind::AccessDenied);
  EXPECT_EQ(refusal(check_ip("::ffff:169.254.169.254", loopback_allowed())), ErrorKind::AccessDenied);
  EXPECT_EQ(refusal(check_ip("127.0.0.1", strict())), ErrorKind::AccessDenied);
  EXPECT_TRUE(check_ip("93.184.216.34", strict()));
}

TEST(Redirect, RelativeAndAbsoluteTargetsAreResolved) {
  const Url from = parse_url("https://a.example:8443/x/y?q=1").value();
  EXPECT_EQ(resolve_redirect(from, "../z?w=2")->target, "/z?w=2");
  EXPECT_TRUE(resolve_redirect(from, "/z")->same_origin(from));
  EXPECT_EQ(resolve_redirect(from, "//b.example/z")->host, "b.example");
  EXPECT_FALSE(resolve_redirect(from, "http://a.example:8443/")->same_origin(from));
}

// fault S16
TEST(Redirect, BadTargetsAreRefused) {
  const Url from = parse_url("https://a.example/").value();
  for (const char* location : {"file:///etc/passwd", "http://a/\r\nX: y", "unix:///x", "http://127.1/"}) {
    EXPECT_FALSE(resolve_redirect(from, location)) << location;
  }
}

// fault S16
TEST(Headers, LineBreaksAreRefusedAndTheValueIsNotRepeated) {
  EXPECT_TRUE(check_header("X-Token", "abc def"));
  for (const std::string& value : {std::string("a\r\nX: y"), std::string("s3cret\n"), std::string("a\0b", 3)}) {
    const auto refused = check_header("X-Token", value);
    EXPECT_EQ(refused.error().kind, ErrorKind::Invalid);
    EXPECT_EQ(refused.error().message.find("s3cret"), std::string::npos);
  }
  for (const char* name : {"", "X Token", "X:", "X\r\nY"}) EXPECT_FALSE(check_header(name, "v")) << name;
}

TEST(Headers, ALongOneIsRefusedAndTheValueIsNotRepeated) {
  EXPECT_TRUE(check_header("X-Token", std::string(32U * 1024 - 7, 'x')));
  const auto refused = check_header("X-Token", std::string(32U * 1024 - 6, 'x'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), (Error{ErrorKind::Invalid, "header X-Token has more than 32768 bytes"}));
}

}  // namespace
}  // namespace deployctl::http
