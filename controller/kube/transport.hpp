#pragma once

// The way to one API server (port). The real one is HttpsTransport; tests use support/fake_transport, which checks the
// exact requests. Any HTTP status is a value here; what it means is said by kube/status_error, what is tried again by
// kube/retry.

#include <memory>
#include <optional>
#include <string>

#include "async/asio.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "http/failure.hpp"
#include "kube/request.hpp"

namespace deployctl::kube {

struct Response {
  int status = 0;
  std::string content_type;
  std::optional<Duration> retry_after;
  std::string body;
};

/// The body of a watch, piece by piece. Destroying it closes the connection.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  /// The next bytes, empty at the end. Errors: Transient (cut), TimedOut (nothing for `idle`). Cancelling throws.
  virtual Task<Result<std::string>> read(Duration idle) = 0;
};

/// A 200 has a stream; any other status has its (bounded) body instead.
struct StreamResponse {
  Response head;
  std::unique_ptr<BodyStream> body;
};

class Transport {
 public:
  virtual ~Transport() = default;
  /// One try within request.timeout, then Transient (a 401 is tried once more with a token read anew). Cancelling
  /// throws operation_aborted and closes that connection.
  virtual Task<http::Attempt<Response>> send(Request request) = 0;
  virtual Task<http::Attempt<StreamResponse>> open(Request request) = 0;
};

}  // namespace deployctl::kube
