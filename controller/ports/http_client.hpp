#pragma once

// One HTTP exchange with something outside the cluster's API: probes and http hooks. The implementation (http/client)
// checks every address it connects to, per connection and per redirect hop, against the url filter. Fakes:
// support/fake_http_client.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "async/asio.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace deployctl::ports {

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;  ///< no CR, LF or NUL: refused as Invalid
  std::string body;
  Duration timeout = std::chrono::seconds(5);  ///< total: resolve, connect, TLS, redirects, body
  std::size_t max_body = 64U * 1024;           ///< more is cut, not an error
  int max_redirects = 5;
  bool insecure_skip_verify = false;
  std::optional<std::string> ca_pem;  ///< instead of the public bundle
};

struct HttpResponse {
  int status = 0;
  std::string body;
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// Errors: Invalid (URL, header, scheme), AccessDenied (blocked address), TimedOut, Transient (connect, TLS,
  /// protocol; the message says which, never a body). Any status is a value. Cancelling throws operation_aborted and
  /// closes the connection.
  virtual Task<Result<HttpResponse>> send(HttpRequest request) = 0;
};

}  // namespace deployctl::ports
