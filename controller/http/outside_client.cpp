#include "http/outside_client.hpp"

#include <optional>
#include <utility>

#include "async/with_timeout.hpp"
#include "base/duration.hpp"
#include "http/client.hpp"
#include "http/tls_stream.hpp"

namespace deployctl::http {

namespace {

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// What RFC 9110 section 15.4 asks: 303 reads the result, 301 and 302 after a POST do so in practice.
void redirect_method(int status, ports::HttpRequest& request) {
  const bool read = (status == 303 && request.method != "HEAD") || (status <= 302 && request.method == "POST");
  if (!read) return;
  request.method = "GET";
  request.body.clear();
}

Result<void> check_request(const ports::HttpRequest& request) {
  if (auto ok = check_header(request.method, ""); !ok) {
    return fail(ErrorKind::Invalid, "HTTP method is no token");
  }
  for (const auto& [name, value] : request.headers) {
    if (auto ok = check_header(name, value); !ok) return ok;
  }
  return {};
}

Message message_for(const Url& url, const ports::HttpRequest& request) {
  Message message{.method = request.method, .target = url.target, .host = url.authority()};
  message.headers = request.headers;
  message.headers.emplace_back("Connection", "close");
  // No Accept-Encoding: a body is taken as it comes and never unpacked (fault H4: gzip bomb).
  message.body = request.body;
  return message;
}

}  // namespace

OutsideClient::OutsideClient(asio::any_io_executor executor, Clock& clock, Resolver& resolver, FilterRules rules)
    : executor_(std::move(executor)), clock_(clock), resolver_(resolver), rules_(std::move(rules)) {}
OutsideClient::~OutsideClient() = default;

Task<Result<ports::HttpResponse>> OutsideClient::send(ports::HttpRequest request) {
  const Duration limit = request.timeout;
  auto answer = co_await with_timeout(clock_, limit, follow(std::move(request)));
  if (!answer) co_return fail(ErrorKind::TimedOut, "no complete answer within " + format_duration(limit));
  co_return std::move(*answer);
}

Task<Result<ports::HttpResponse>> OutsideClient::follow(ports::HttpRequest request) {
  if (auto ok = check_request(request); !ok) co_return ok.error();
  auto url = parse_url(request.url);
  if (!url) co_return url.error();
  for (int redirects = 0;; ++redirects) {
    if (auto ok = check_url(*url, rules_); !ok) co_return ok.error();
    auto hop = co_await visit(*url, request);
    if (!hop) co_return hop.error();
    const Head& head = hop->head;
    if (!is_redirect(head.status) || head.location.empty()) {
      co_return ports::HttpResponse{.status = head.status, .body = std::move(hop->body)};
    }
    if (redirects >= request.max_redirects) {
      co_return fail(ErrorKind::Transient, "more than " + std::to_string(request.max_redirects) + " redirects");
    }
    auto next = resolve_redirect(*url, head.location);
    if (!next) co_return next.error();
    // Headers may hold secrets: they are for the origin they were written for.
    if (!next->same_origin(*url)) request.headers.clear();
    redirect_method(head.status, request);
    url = std::move(next);
  }
}

Task<Result<Answer>> OutsideClient::visit(Url url, ports::HttpRequest request) {
  Destination destination{.host = url.host, .port = url.port};
  destination.allow = [this](const asio::ip::tcp::endpoint& endpoint) { return check_endpoint(endpoint, rules_); };
  if (url.tls) {
    auto context = context_for(request);
    if (!context) co_return context.error();
    destination.tls = std::move(*context);
  }
  auto stream = co_await TlsStream::connect(executor_, clock_, resolver_, std::move(destination));
  if (!stream) co_return stream.error().error;
  Connection connection(std::move(*stream));
  auto answer = co_await connection.exchange(message_for(url, request), request.max_body);
  if (!answer) co_return answer.error().error;
  co_return std::move(*answer);
}

Result<std::shared_ptr<TlsContext>> OutsideClient::context_for(const ports::HttpRequest& request) {
  if (request.insecure_skip_verify) return make_tls_context({.insecure_skip_verify = true});
  if (request.ca_pem) return make_tls_context({.ca_pem = request.ca_pem});
  if (!public_trust_) {
    auto made = make_tls_context({});
    if (!made) return made;
    public_trust_ = std::move(*made);
  }
  return public_trust_;
}

}  // namespace deployctl::http
