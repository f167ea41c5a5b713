#include "http/tls_stream.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "support/fake_api_server.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_resolver.hpp"
#include "support/run_coroutine.hpp"

namespace deployctl::http {
namespace {

struct Rig {
  asio::io_context loop{1};
  support::FakeClock clock;
  support::FakeResolver resolver;
  support::FakeApiServer server{loop.get_executor(), {}};

  Attempt<std::unique_ptr<TlsStream>> connect() {
    return support::run_coroutine(loop,
                                  server.serving(TlsStream::connect(loop.get_executor(), clock, resolver,
                                                                    {.host = "127.0.0.1", .port = server.port()})));
  }
};

// fault P1
TEST(TlsStream, TheDescriptorIsNotInherited) {
  Rig rig;
  const auto stream = rig.connect();
  ASSERT_TRUE(stream);
  EXPECT_EQ(::fcntl((*stream)->native_handle(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

TEST(TlsStream, AConnectionThatThePeerClosedIsNotQuiet) {
  Rig rig;
  const auto stream = rig.connect();
  ASSERT_TRUE(stream);
  EXPECT_FALSE((*stream)->is_quiet());  // the server ended when the task did
}

TEST(TlsContext, SaysWhichPemCannotBeRead) {
  EXPECT_EQ(make_tls_context({.ca_pem = "junk"}).error().message, "CA certificates cannot be read as PEM");
  EXPECT_EQ(make_tls_context({.ca_pem = ""}).error().kind, ErrorKind::Invalid);
  const support::TestAuthority authority;
  const auto one = authority.sign({});
  const auto other = authority.sign({});
  const std::string ca = authority.certificate_pem();
  EXPECT_TRUE(
      make_tls_context({.ca_pem = ca, .client_certificate_pem = one.certificate_pem, .client_key_pem = one.key_pem}));
  EXPECT_FALSE(make_tls_context({.ca_pem = ca, .client_certificate_pem = "junk", .client_key_pem = one.key_pem}));
  EXPECT_FALSE(
      make_tls_context({.ca_pem = ca, .client_certificate_pem = one.certificate_pem, .client_key_pem = other.key_pem}));
}

}  // namespace
}  // namespace deployctl::http
