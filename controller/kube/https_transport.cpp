#include "kube/https_transport.hpp"

#include <charconv>
#include <utility>
#include <vector>

#include "async/with_timeout.hpp"
#include "base/duration.hpp"
#include "base/sha256.hpp"
#include "http/client.hpp"
#include "http/proxy.hpp"
#include "http/url_filter.hpp"
#include "kube/token.hpp"

namespace deployctl::kube {

namespace {

using http::Attempt;
using http::Connection;
using http::Failure;
using http::Phase;

constexpr std::size_t kIdleConnections = 16;
/// An error's body is shown in part only.
constexpr std::size_t kErrorBody = 64U * 1024;

std::optional<Duration> parse_retry_after(const std::string& text) {
  unsigned seconds = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || error != std::errc() || rest != text.data() + text.size()) return std::nullopt;
  return std::chrono::seconds(seconds);
}

Response response_from(http::Head head, std::string body) {
  return {.status = head.status,
          .content_type = std::move(head.content_type),
          .retry_after = parse_retry_after(head.retry_after),
          .body = std::move(body)};
}

/// As good as a lost answer, and no fault of who asked.
Failure no_answer_within(Duration limit) {
  return {Phase::Sent, fail(ErrorKind::Transient, "no answer within " + format_duration(limit))};
}

class HttpsBody final : public BodyStream {
 public:
  HttpsBody(std::unique_ptr<Connection> connection, Clock& clock) : connection_(std::move(connection)), clock_(clock) {}

  Task<Result<std::string>> read(Duration idle) override {
    auto piece = co_await with_timeout(clock_, idle, connection_->read_piece());
    if (!piece) co_return fail(ErrorKind::TimedOut, "nothing came for " + format_duration(idle));
    co_return std::move(*piece);
  }

 private:
  std::unique_ptr<Connection> connection_;
  Clock& clock_;
};

TokenSource token_source(const Config& config, const Clock& clock, const Logger& logger) {
  if (!config.token_file.empty()) return {config.token_file, clock, logger};
  return TokenSource(config.token);
}

}  // namespace

struct HttpsTransport::State {
  asio::any_io_executor executor;
  Clock& clock;
  Resolver& resolver;
  const Logger& logger;
  Config config;
  TransportOptions options;
  TokenSource tokens;
  std::string authority = {};
  std::vector<std::unique_ptr<Connection>> idle = {};
  http::TlsTrust trust = {};
  std::shared_ptr<http::TlsContext> context = {};

  Task<Attempt<Response>> send(Request request);
  Task<Attempt<StreamResponse>> open(Request request);
  Task<Attempt<Response>> send_as(Request request, std::string token);
  Task<Attempt<StreamResponse>> open_as(Request request, std::string token);
  Task<Attempt<http::Answer>> exchange(Request request, std::string token);
  Task<Attempt<std::unique_ptr<Connection>>> connect();
  std::unique_ptr<Connection> take_idle();
  void keep(std::unique_ptr<Connection> connection);
  Result<std::shared_ptr<http::TlsContext>> tls_context();
  Result<std::optional<http::Proxy>> proxy() const;
  Result<void> check_token(const std::string& token) const;
  http::Message message_for(const Request& request, const std::string& token) const;
  void observe(const Request& request, int status, SteadyTime since) const;
};

HttpsTransport::HttpsTransport(asio::any_io_executor executor, Clock& clock, Resolver& resolver, const Logger& logger,
                               Config config, TransportOptions options)
    : state_(new State{.executor = std::move(executor),
                       .clock = clock,
                       .resolver = resolver,
                       .logger = logger,
                       .config = config,
                       .options = std::move(options),
                       .tokens = token_source(config, clock, logger)}) {
  state_->authority = authority(config);
}
HttpsTransport::~HttpsTransport() = default;

Task<Attempt<Response>> HttpsTransport::send(Request request) {
  const SteadyTime since = state_->clock.steady();
  auto answer = co_await with_timeout(state_->clock, request.timeout, state_->send(request));
  if (answer) co_return std::move(*answer);
  state_->observe(request, 0, since);
  co_return no_answer_within(request.timeout);
}

Task<Attempt<StreamResponse>> HttpsTransport::open(Request request) {
  const SteadyTime since = state_->clock.steady();
  auto answer = co_await with_timeout(state_->clock, request.timeout, state_->open(request));
  if (answer) co_return std::move(*answer);
  state_->observe(request, 0, since);
  co_return no_answer_within(request.timeout);
}

Task<Attempt<Response>> HttpsTransport::State::send(Request request) {
  const std::string token = tokens.current();
  auto answer = co_await send_as(request, token);
  if (answer && answer->status == 401 && tokens.refresh(token)) {
    answer = co_await send_as(std::move(request), tokens.current());
  }
  co_return answer;
}

Task<Attempt<StreamResponse>> HttpsTransport::State::open(Request request) {
  const std::string token = tokens.current();
  auto answer = co_await open_as(request, token);
  if (answer && answer->head.status == 401 && tokens.refresh(token)) {
    answer = co_await open_as(std::move(request), tokens.current());
  }
  co_return answer;
}

Task<Attempt<Response>> HttpsTransport::State::send_as(Request request, std::string token) {
  if (auto ok = check_token(token); !ok) co_return Failure{Phase::Handshake, ok.error()};
  const SteadyTime since = clock.steady();
  auto answer = co_await exchange(request, std::move(token));
  observe(request, answer ? answer->head.status : 0, since);
  if (!answer) co_return answer.error();
  if (answer->body_cut) {
    co_return Failure{Phase::Sent,
                      fail(ErrorKind::Invalid, "answer is larger than " + std::to_string(request.max_body) + " bytes")};
  }
  co_return response_from(std::move(answer->head), std::move(answer->body));
}

Task<Attempt<http::Answer>> HttpsTransport::State::exchange(Request request, std::string token) {
  if (auto kept = take_idle()) {
    auto answer = co_await kept->exchange(message_for(request, token), request.max_body);
    if (answer) {
      keep(std::move(kept));
      co_return answer;
    }
    // The server closed it just now. It may have read the request all the same: only a repeatable one goes again.
    if (answer.error().phase != Phase::Stale || !request.repeatable) co_return answer;
  }
  auto fresh = co_await connect();
  if (!fresh) co_return fresh.error();
  auto answer = co_await (*fresh)->exchange(message_for(request, token), request.max_body);
  if (answer) keep(std::move(*fresh));
  co_return answer;
}

Task<Attempt<StreamResponse>> HttpsTransport::State::open_as(Request request, std::string token) {
  if (auto ok = check_token(token); !ok) co_return Failure{Phase::Handshake, ok.error()};
  const SteadyTime since = clock.steady();
  auto connection = co_await connect();
  if (!connection) {
    observe(request, 0, since);
    co_return connection.error();
  }
  auto head = co_await (*connection)->start(message_for(request, token));
  observe(request, head ? head->status : 0, since);
  if (!head) co_return head.error();
  StreamResponse answer{.head = response_from(std::move(*head), {})};
  if (answer.head.status == 200) {
    answer.body = std::make_unique<HttpsBody>(std::move(*connection), clock);
    co_return answer;
  }
  while (answer.head.body.size() < kErrorBody) {
    auto piece = co_await (*connection)->read_piece();
    if (!piece || piece->empty()) break;
    answer.head.body += *piece;
  }
  co_return answer;
}

Task<Attempt<std::unique_ptr<Connection>>> HttpsTransport::State::connect() {
  http::Destination destination{.host = config.host, .port = config.port, .server_name = config.tls_server_name};
  auto through = proxy();
  if (!through) co_return Failure{Phase::Handshake, through.error()};
  destination.proxy = std::move(*through);
  if (config.tls) {
    auto made = tls_context();
    if (!made) co_return Failure{Phase::Handshake, made.error()};
    destination.tls = std::move(*made);
  }
  auto stream = co_await http::TlsStream::connect(executor, clock, resolver, std::move(destination));
  if (!stream) co_return stream.error();
  co_return std::make_unique<Connection>(std::move(*stream));
}

std::unique_ptr<Connection> HttpsTransport::State::take_idle() {
  while (!idle.empty()) {
    std::unique_ptr<Connection> last = std::move(idle.back());
    idle.pop_back();
    if (last->reusable()) return last;
  }
  return nullptr;
}

void HttpsTransport::State::keep(std::unique_ptr<Connection> connection) {
  if (idle.size() < kIdleConnections && connection->reusable()) idle.push_back(std::move(connection));
}

/// The files are read for each new connection (fault A8); the context is made anew only when they changed.
Result<std::shared_ptr<http::TlsContext>> HttpsTransport::State::tls_context() {
  http::TlsTrust now{.insecure_skip_verify = config.insecure_skip_tls_verify};
  auto ca = config.ca.read();
  auto certificate = config.client_certificate.read();
  auto key = config.client_key.read();
  for (const auto* text : {&ca, &certificate, &key}) {
    if (*text) continue;
    // In the middle of a rotation: what was good a moment ago is still the best there is.
    if (context) return context;
    return text->error();
  }
  if (!config.ca.empty()) now.ca_pem = std::move(*ca);
  now.client_certificate_pem = std::move(*certificate);
  now.client_key_pem = std::move(*key);
  if (context && now == trust) return context;
  auto made = http::make_tls_context(now);
  if (!made && context) return context;
  if (!made) return made;
  trust = std::move(now);
  context = std::move(*made);
  return context;
}

Result<std::optional<http::Proxy>> HttpsTransport::State::proxy() const {
  const bool from_environment = config.proxy_url.empty();
  const std::string& url = from_environment ? options.https_proxy : config.proxy_url;
  const bool direct = from_environment && http::bypasses_proxy(config.host, config.port, options.no_proxy);
  if (url.empty() || direct) return std::optional<http::Proxy>();
  auto parsed = http::parse_proxy(url);
  if (!parsed) return parsed.error();
  return std::optional(std::move(*parsed));
}

Result<void> HttpsTransport::State::check_token(const std::string& token) const {
  return http::check_header("Authorization", token);
}

http::Message HttpsTransport::State::message_for(const Request& request, const std::string& token) const {
  http::Message message{.method = request.method, .target = config.path_prefix + request.target, .host = authority};
  message.headers = {{"User-Agent", options.user_agent}, {"Accept", request.accept}};
  if (!request.content_type.empty()) message.headers.emplace_back("Content-Type", request.content_type);
  if (!token.empty()) {
    message.headers.emplace_back("Authorization", "Bearer " + token);
  } else if (!config.username.empty()) {
    message.headers.emplace_back("Authorization", "Basic " + base64_encode(config.username + ":" + config.password));
  }
  message.body = request.body;
  return message;
}

void HttpsTransport::State::observe(const Request& request, int status, SteadyTime since) const {
  if (!options.observer) return;
  options.observer({.method = request.method,
                    .verb = request.verb,
                    .host = authority,
                    .code = status == 0 ? "<error>" : std::to_string(status),
                    .took = std::chrono::duration_cast<Duration>(clock.steady() - since)});
}

}  // namespace deployctl::kube
