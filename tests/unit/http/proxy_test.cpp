#include "http/proxy.hpp"

#include <gtest/gtest.h>

namespace deployctl::http {
namespace {

TEST(Proxy, ReadsHostPortAndCredentials) {
  const auto proxy = parse_proxy("http://us%40er:pa%3Ass@proxy.example:3128");
  ASSERT_TRUE(proxy) << proxy.error().message;
  EXPECT_EQ(proxy->host, "proxy.example");
  EXPECT_EQ(proxy->port, 3128);
  EXPECT_EQ(proxy->authorization, "Basic dXNAZXI6cGE6c3M=");
  EXPECT_EQ(parse_proxy("http://[::1]")->host, "::1");
}

TEST(Proxy, OtherKindsAreRefusedWithoutRepeatingThePassword) {
  for (const char* url : {"socks5://u:hunter2@a:1", "https://u:hunter2@a:1", "proxy.example:3128", ""}) {
    const auto proxy = parse_proxy(url);
    ASSERT_FALSE(proxy) << url;
    EXPECT_EQ(proxy.error().message.find("hunter2"), std::string::npos);
  }
}

TEST(NoProxy, NamesCoverTheirSubdomains) {
  EXPECT_TRUE(bypasses_proxy("example.org", 443, "other, example.org"));
  EXPECT_TRUE(bypasses_proxy("a.example.org", 443, "example.org"));
  EXPECT_FALSE(bypasses_proxy("badexample.org", 443, "example.org"));
}

TEST(NoProxy, ALeadingDotMeansSubdomainsOnly) {
  EXPECT_TRUE(bypasses_proxy("a.example.org", 443, ".example.org"));
  EXPECT_FALSE(bypasses_proxy("example.org", 443, ".example.org"));
}

TEST(NoProxy, AddressesBlocksPortsAndTheStar) {
  EXPECT_TRUE(bypasses_proxy("10.96.0.1", 443, "10.96.0.1"));
  EXPECT_TRUE(bypasses_proxy("10.96.0.1", 443, "192.168.0.0/16,10.96.0.0/12"));
  EXPECT_FALSE(bypasses_proxy("11.96.0.1", 443, "10.96.0.0/12"));
  EXPECT_TRUE(bypasses_proxy("fd00::7", 443, "fd00::/8"));
  EXPECT_TRUE(bypasses_proxy("a.example", 443, "a.example:443"));
  EXPECT_FALSE(bypasses_proxy("a.example", 443, "a.example:8443"));
  EXPECT_TRUE(bypasses_proxy("a.example", 443, "*"));
  EXPECT_FALSE(bypasses_proxy("a.example", 443, ",, /,:,x/y"));
}

TEST(NoProxy, LoopbackNeverGoesThroughAProxy) {
  EXPECT_TRUE(bypasses_proxy("127.0.0.1", 443, ""));
  EXPECT_TRUE(bypasses_proxy("localhost", 443, ""));
  EXPECT_FALSE(bypasses_proxy("example.org", 443, ""));
}

}  // namespace
}  // namespace deployctl::http
