#include "http/tcp_probe.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "support/run_coroutine.hpp"

namespace deployctl::http {
namespace {

using asio::ip::tcp;

/// Knows one name; everything else is read as an address.
class OneName final : public Resolver {
 public:
  explicit OneName(std::string address) : address_(std::move(address)) {}
  Task<Result<std::vector<tcp::endpoint>>> resolve(std::string host, std::uint16_t port, Duration /*limit*/) override {
    boost::system::error_code failed;
    const auto address = asio::ip::make_address(host == "shop.example" ? address_ : host, failed);
    if (failed) co_return fail(ErrorKind::Transient, "\"" + host + "\" does not resolve");
    co_return std::vector<tcp::endpoint>{{address, port}};
  }

 private:
  std::string address_;
};

class TcpProbeTest : public testing::Test {
 protected:
  Result<void> connect(const std::string& host, std::uint16_t port, bool allow_loopback = true) {
    OutsideTcpProbe probe(loop_.get_executor(), clock_, resolver_, {.allow_loopback = allow_loopback});
    return support::run_coroutine(loop_, probe.connect(host, port, std::chrono::seconds(5)));
  }

  asio::io_context loop_{1};
  SystemClock clock_{loop_.get_executor()};
  OneName resolver_{"127.0.0.1"};
  tcp::acceptor listener_{loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::uint16_t port_ = listener_.local_endpoint().port();
};

TEST_F(TcpProbeTest, PassesWhenSomebodyAccepts) {
  EXPECT_TRUE(connect("127.0.0.1", port_).has_value());
  EXPECT_TRUE(connect("shop.example", port_).has_value());
}

TEST_F(TcpProbeTest, FailsWhenNobodyListens) {
  listener_.close();
  const auto connected = connect("shop.example", port_);
  ASSERT_FALSE(connected.has_value());
  EXPECT_EQ(connected.error().kind, ErrorKind::Transient);
}

TEST_F(TcpProbeTest, FailsWhenTheNameDoesNotResolve) {
  EXPECT_EQ(connect("nothing.example", port_).error().kind, ErrorKind::Transient);
}

TEST_F(TcpProbeTest, BlockedAddressesAreRefusedAlsoBehindAName) {  // fault S14
  for (const char* host : {"127.0.0.1", "shop.example", "localhost", "169.254.169.254", "::1", "[::1]",
                           "::ffff:169.254.169.254", "kubernetes.default.svc"}) {
    const auto connected = connect(host, port_, false);
    ASSERT_FALSE(connected.has_value()) << host;
    EXPECT_EQ(connected.error().kind, ErrorKind::AccessDenied) << host << ": " << connected.error().message;
  }
}

TEST_F(TcpProbeTest, MetadataAddressesAreRefusedAlsoWithLoopbackAllowed) {  // fault S14
  EXPECT_EQ(connect("169.254.169.254", 80).error().kind, ErrorKind::AccessDenied);
}

TEST_F(TcpProbeTest, WhatIsNoHostIsRefused) {
  for (const std::string& host : {std::string(), std::string("a/b"), std::string("user@host"), std::string("a b"),
                                  std::string("a\r\nb"), std::string("a\0b", 3), std::string("127.1"),
                                  std::string("2130706433"), std::string("host:80"), std::string("[::1]:80")}) {
    EXPECT_FALSE(connect(host, port_).has_value()) << host;
  }
}

}  // namespace
}  // namespace deployctl::http
