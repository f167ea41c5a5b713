#include "async/resolver.hpp"

#include <netdb.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "async/notifier.hpp"
#include "async/with_timeout.hpp"

namespace deployctl {
namespace {

using Endpoints = std::vector<asio::ip::tcp::endpoint>;
constexpr std::size_t kThreads = 4;

std::string without_brackets(const std::string& host) {
  return host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
}

/// Blocks; runs on the resolver's own threads.
Result<Endpoints> look_up(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (code != 0) return fail(ErrorKind::Transient, "cannot resolve " + host + ": " + ::gai_strerror(code));
  Endpoints endpoints;
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
    asio::ip::tcp::endpoint endpoint;
    endpoint.resize(each->ai_addrlen);
    std::copy_n(reinterpret_cast<const char*>(each->ai_addr), each->ai_addrlen,
                reinterpret_cast<char*>(endpoint.data()));
    endpoint.port(port);
    endpoints.push_back(endpoint);
  }
  ::freeaddrinfo(list);
  if (endpoints.empty()) return fail(ErrorKind::Transient, "cannot resolve " + host + ": no address");
  return endpoints;
}

struct Lookup {
  explicit Lookup(asio::any_io_executor executor) : done(std::move(executor)) {}
  Notifier done;
  Result<Endpoints> found;
};

}  // namespace

struct SystemResolver::State {
  asio::any_io_executor executor;
  Clock& clock;
  asio::thread_pool threads{kThreads};
};

SystemResolver::SystemResolver(asio::any_io_executor executor, Clock& clock)
    : state_(std::make_shared<State>(std::move(executor), clock)) {}

SystemResolver::~SystemResolver() {
  state_->threads.stop();
  state_->threads.join();
}

Task<Result<Endpoints>> SystemResolver::resolve(std::string host, std::uint16_t port, Duration limit) {
  const std::string name = without_brackets(host);
  boost::system::error_code not_numeric;
  const auto address = asio::ip::make_address(name, not_numeric);
  if (!not_numeric) co_return Endpoints{{address, port}};
  if (name.find('\0') != std::string::npos) co_return fail(ErrorKind::Invalid, "a host name must not hold NUL");

  const auto lookup = std::make_shared<Lookup>(state_->executor);
  asio::post(state_->threads, [lookup, name, port, executor = state_->executor] {
    auto found = look_up(name, port);
    asio::post(executor, [lookup, found = std::move(found)]() mutable {
      lookup->found = std::move(found);
      lookup->done.notify();
    });
  });
  const bool in_time = co_await with_timeout(state_->clock, limit, lookup->done.wait());
  if (!in_time) co_return fail(ErrorKind::Transient, "cannot resolve " + name + ": no answer in time");
  co_return std::move(lookup->found);
}

}  // namespace deployctl
