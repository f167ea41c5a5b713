#include "async/resolver.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "async/notifier.hpp"
#include "async/with_timeout.hpp"

namespace deployctl {
namespace {

constexpr std::size_t kThreads = 4;

using Addresses = std::vector<asio::ip::address>;

/// Blocks until the system has an answer.
Result<Addresses> ask_system(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); code != 0) {
    return fail(ErrorKind::Transient, fmt::format("resolving {}: {}", host, ::gai_strerror(code)));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, &::freeaddrinfo);
  Addresses addresses;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    asio::ip::tcp::endpoint endpoint;
    if (entry->ai_addrlen > endpoint.capacity()) continue;
    std::memcpy(endpoint.data(), entry->ai_addr, entry->ai_addrlen);
    addresses.push_back(endpoint.address());
  }
  return addresses;
}

std::string without_brackets(std::string host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') return host.substr(1, host.size() - 2);
  return host;
}

/// One caller's question; it and its answer are touched by the loop's thread alone.
struct Question {
  explicit Question(const asio::any_io_executor& executor) : answered(executor) {}

  Notifier answered;
  Result<Addresses> answer;
};

/// What a thread sees of it. Held weakly: a caller that gave up costs no lookup.
struct Waiting {
  std::string host;
  std::weak_ptr<Question> question;
};

}  // namespace

struct SystemResolver::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Waiting> waiting;
  bool is_closed = false;
  asio::any_io_executor executor;
  LookUp look_up;

  /// The next question that somebody still waits for, nothing after the end.
  std::optional<Waiting> next() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return is_closed || !waiting.empty(); });
      if (is_closed) return std::nullopt;
      Waiting first = std::move(waiting.front());
      waiting.pop_front();
      if (!first.question.expired()) return first;
    }
  }
  /// Hands the answer to the loop; after the end there may be no loop any more.
  void deliver(std::weak_ptr<Question> to, Result<Addresses> answer) {
    const std::lock_guard lock(mutex);
    if (is_closed) return;
    asio::post(executor, [to = std::move(to), answer = std::move(answer)]() mutable {
      const auto question = to.lock();
      if (question == nullptr) return;
      question->answer = std::move(answer);
      question->answered.notify();
    });
  }
  static void work(const std::shared_ptr<State>& state) {
    while (auto next = state->next()) state->deliver(std::move(next->question), state->look_up(next->host));
  }
};

SystemResolver::SystemResolver(asio::any_io_executor executor, Clock& clock)
    : SystemResolver(std::move(executor), clock, &ask_system) {}

SystemResolver::SystemResolver(asio::any_io_executor executor, Clock& clock, LookUp look_up)
    : state_(std::make_shared<State>()), clock_(clock) {
  state_->executor = std::move(executor);
  state_->look_up = std::move(look_up);
  // Detached: a lookup under way can take minutes and nothing can stop it. The threads own the state together.
  for (std::size_t i = 0; i < kThreads; ++i) std::thread(&State::work, state_).detach();
}

SystemResolver::~SystemResolver() {
  const std::lock_guard lock(state_->mutex);
  state_->is_closed = true;
  state_->executor = {};
  state_->changed.notify_all();
}

Task<Result<std::vector<asio::ip::tcp::endpoint>>> SystemResolver::resolve(std::string host, std::uint16_t port,
                                                                           Duration limit) {
  host = without_brackets(std::move(host));
  std::vector<asio::ip::tcp::endpoint> endpoints;
  boost::system::error_code not_numeric;
  const auto address = asio::ip::make_address(host, not_numeric);
  if (!not_numeric) {
    endpoints.emplace_back(address, port);
    co_return endpoints;
  }
  if (host.empty() || host.find('\0') != std::string::npos) co_return fail(ErrorKind::Invalid, "not a host name");
  if (host.empty() || host.find('\0') != std::string::npos) co_return fail(ErrorKind::Invalid, "not a host name");
  const auto question = std::make_shared<Question>(state_->executor);
  {
    const std::lock_guard lock(state_->mutex);
    std::erase_if(state_->waiting, [](const Waiting& other) { return other.question.expired(); });
    state_->waiting.push_back({host, question});
    state_->changed.notify_one();
  }
  if (!co_await with_timeout(clock_, limit, question->answered.wait())) {
    co_return fail(ErrorKind::Transient, fmt::format("resolving {}: no answer within {} ms", host, limit.count()));
  }
  if (!question->answer) co_return question->answer.error();
  for (const auto& found : *question->answer) endpoints.emplace_back(found, port);
  if (endpoints.empty()) co_return fail(ErrorKind::Transient, fmt::format("resolving {}: no address", host));
  co_return endpoints;
}

}  // namespace deployctl
