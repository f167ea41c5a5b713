#pragma once

// ports::HttpClient without a network: requests are remembered; each URL gives its answers in turn, the last one for
// ever. A URL of `hangs` is answered only by cancelling, one of `throws` by an exception.

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "ports/http_client.hpp"

namespace deployctl::support {

class FakeHttpClient final : public ports::HttpClient {
 public:
  std::map<std::string, std::deque<Result<ports::HttpResponse>>> answers;
  std::set<std::string> hangs, throws;
  std::vector<ports::HttpRequest> requests;

  Task<Result<ports::HttpResponse>> send(ports::HttpRequest request) override {
    const std::string url = request.url;
    requests.push_back(std::move(request));
    if (hangs.contains(url)) {
      asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
      co_await never.async_wait(asio::use_awaitable);
    }
    if (throws.contains(url)) throw std::length_error("the client is broken");
    auto& queue = answers[url];
    if (queue.empty()) co_return ports::HttpResponse{.status = 200};
    Result<ports::HttpResponse> answer = queue.front();
    if (queue.size() > 1) queue.pop_front();
    co_return answer;
  }
};

}  // namespace deployctl::support
