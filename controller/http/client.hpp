#pragma once

// One HTTP/1.1 client connection: one exchange after another over a TlsStream. The API transport keeps a pool of
// these, the outside client opens one per hop. Beast parses and serialises behind this header.
//
// One thread, one exchange at a time. Has no deadlines of its own: wrap calls in with_timeout. A cancelled or failed
// exchange leaves the connection unusable (`reusable()` is false).

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/failure.hpp"
#include "http/tls_stream.hpp"

namespace deployctl::http {

struct Message {
  std::string method = "GET";
  std::string target = "/";
  std::string host;  ///< the Host header
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

struct Head {
  int status = 0;
  std::string content_type;
  std::string retry_after;
  std::string location;
};

struct Answer {
  Head head;
  std::string body;
  bool body_cut = false;  ///< there was more than max_body; the rest was not read
};

inline constexpr std::size_t kMaxHeader = 64U * 1024;

class Connection {
 public:
  explicit Connection(std::unique_ptr<TlsStream> stream);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Request out, whole answer in. Failures: Stale (closed before a byte of the answer came, on a connection used
  /// before), Sent.
  Task<Attempt<Answer>> exchange(Message message, std::size_t max_body);

  /// Request out, head in; the body is then read piece by piece. No limit on its length: the caller's decoder has one.
  Task<Attempt<Head>> start(Message message);
  /// The next piece of the body; empty at its end. Error: Transient when it was cut short.
  Task<Result<std::string>> read_piece();

  /// The last answer was read to its end, the server keeps the connection and has not closed it since.
  [[nodiscard]] bool reusable() const;
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace deployctl::http
