#include "http/client.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffer_traits.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>

namespace deployctl::http {

namespace {

namespace beast_http = boost::beast::http;
using boost::system::error_code;
using Parser = beast_http::response_parser<beast_http::buffer_body>;

constexpr std::size_t kReadSize = 64U * 1024;

std::string serialised(Message message) {
  beast_http::request<beast_http::string_body> request;
  request.version(11);
  request.method_string(message.method);
  request.target(message.target);
  request.set(beast_http::field::host, message.host);
  for (const auto& [name, value] : message.headers) request.insert(name, value);
  request.body() = std::move(message.body);
  if (!request.body().empty() || message.method == "POST" || message.method == "PUT" || message.method == "PATCH") {
    request.content_length(request.body().size());
  }
  beast_http::request_serializer<beast_http::string_body> serializer(request);
  std::string bytes;
  error_code error;
  while (!serializer.is_done() && !error) {
    serializer.next(error, [&](error_code&, const auto& buffers) {
      for (const auto buffer : boost::beast::buffers_range_ref(buffers)) {
        bytes.append(static_cast<const char*>(buffer.data()), buffer.size());
      }
      serializer.consume(boost::beast::buffer_bytes(buffers));
    });
  }
  return bytes;
}

Head head_of(const Parser& parser) {
  const auto& message = parser.get();
  return {.status = static_cast<int>(message.result_int()),
          .content_type = std::string(message[beast_http::field::content_type]),
          .retry_after = std::string(message[beast_http::field::retry_after]),
          .location = std::string(message[beast_http::field::location])};
}

Error broken(const error_code& error) {
  return fail(ErrorKind::Transient, "malformed HTTP answer: " + error.message());
}

}  // namespace

struct Connection::State {
  std::unique_ptr<TlsStream> stream;
  std::unique_ptr<Parser> parser;  ///< of the running exchange
  std::string in;                  ///< read and not yet parsed
  bool used = false;
  bool failed = false;

  Task<Result<bool>> fill();
  Task<Result<void>> read_head(bool& any);
  void new_parser(bool head_only);
};

/// More bytes into `in`; false at the end of the stream.
Task<Result<bool>> Connection::State::fill() {
  const std::size_t before = in.size();
  in.resize(before + kReadSize);
  auto count = co_await stream->read_some(std::span(in).subspan(before));
  in.resize(before + (count ? *count : 0));
  if (!count) co_return count.error();
  co_return *count > 0;
}

void Connection::State::new_parser(bool head_only) {
  parser = std::make_unique<Parser>();
  parser->header_limit(kMaxHeader);
  parser->body_limit(boost::none);  // a watch has no end (Beast's own limit is 8 MiB); callers have their caps
  parser->skip(head_only);
}

Task<Result<void>> Connection::State::read_head(bool& any) {
  while (!parser->is_header_done()) {
    error_code error;
    const std::size_t taken = parser->put(asio::buffer(in), error);
    in.erase(0, taken);
    if (error == beast_http::error::need_more) error = {};
    if (error) co_return broken(error);
    if (parser->is_header_done()) break;
    auto more = co_await fill();
    if (!more) co_return more.error();
    if (!*more) co_return fail(ErrorKind::Transient, "connection closed before the answer");
    any = true;
  }
  co_return Result<void>();
}

Connection::Connection(std::unique_ptr<TlsStream> stream) : state_(std::make_unique<State>()) {
  state_->stream = std::move(stream);
}
Connection::~Connection() = default;

Task<Attempt<Head>> Connection::start(Message message) {
  State& state = *state_;
  const bool reused = std::exchange(state.used, true);
  const bool head_only = message.method == "HEAD";
  state.failed = true;  // until the head is there: a cancelled exchange must not leave it reusable
  bool any = false;
  const auto lost = [&](const Error& error) { return Failure{reused && !any ? Phase::Stale : Phase::Sent, error}; };
  auto written = co_await state.stream->write(serialised(std::move(message)));
  if (!written) co_return lost(written.error());
  do {
    state.new_parser(head_only);
    auto head = co_await state.read_head(any);
    if (!head) co_return lost(head.error());
  } while (state.parser->get().result_int() / 100 == 1);  // 100 Continue and the like announce the real answer
  state.parser->eager(true);
  state.failed = false;
  co_return head_of(*state.parser);
}

Task<Result<std::string>> Connection::read_piece() {
  State& state = *state_;
  Parser& parser = *state.parser;
  std::string piece(kReadSize, '\0');
  while (!parser.is_done()) {
    auto& body = parser.get().body();
    body.data = piece.data();
    body.size = piece.size();
    error_code error;
    if (!state.in.empty()) state.in.erase(0, parser.put(asio::buffer(state.in), error));
    if (error == beast_http::error::need_more || error == beast_http::error::need_buffer) error = {};
    const std::size_t produced = piece.size() - body.size;
    if (error) {
      state.failed = true;
      co_return broken(error);
    }
    if (produced > 0) {
      piece.resize(produced);
      co_return piece;
    }
    if (parser.is_done()) break;
    state.failed = true;  // while we wait: a cancelled read must not leave it reusable
    auto more = co_await state.fill();
    if (!more) co_return more.error();
    if (!*more) {
      parser.put_eof(error);
      if (error) co_return fail(ErrorKind::Transient, "answer was cut short");
      break;
    }
    state.failed = false;
  }
  co_return std::string();
}

Task<Attempt<Answer>> Connection::exchange(Message message, std::size_t max_body) {
  auto head = co_await start(std::move(message));
  if (!head) co_return head.error();
  Answer answer{.head = std::move(*head), .body = {}};
  while (true) {
    auto piece = co_await read_piece();
    if (!piece) co_return Failure{Phase::Sent, piece.error()};
    if (piece->empty()) break;
    answer.body += *piece;
    if (answer.body.size() <= max_body) continue;
    answer.body.resize(max_body);
    answer.body_cut = true;
    close();
    break;
  }
  co_return answer;
}

bool Connection::reusable() const {
  const State& state = *state_;
  return !state.failed && state.parser && state.parser->is_done() && state.parser->keep_alive() && state.in.empty() &&
         state.stream->is_quiet();
}

void Connection::close() {
  state_->failed = true;
  state_->stream->close();
}

}  // namespace deployctl::http
