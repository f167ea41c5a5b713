#pragma once

// The real Transport: a pool of kept-alive HTTP/1.1 connections, one exchange at a time on each; a watch has its own.
// One per process, outlives its users. Authorization goes to the configured host only (redirects are answers, never
// followed) and is never logged. The CA file is read again for each new connection, the token as kube/token says.

#include <functional>
#include <memory>
#include <string>

#include "async/clock.hpp"
#include "async/resolver.hpp"
#include "base/log.hpp"
#include "kube/config.hpp"
#include "kube/transport.hpp"

namespace deployctl::kube {

/// One try, for rest_client_* metrics.
struct RequestRecord {
  std::string method;
  std::string verb;
  std::string host;  ///< host:port
  std::string code;  ///< "200"; "<error>" when no answer came, as client-go
  Duration took{};
};
using RequestObserver = std::function<void(const RequestRecord&)>;

struct TransportOptions {
  std::string user_agent = "deployment-orchestrator";
  std::string https_proxy;  ///< HTTPS_PROXY of the environment, used when the config names none
  std::string no_proxy;     ///< NO_PROXY
  RequestObserver observer;
};

class HttpsTransport final : public Transport {
 public:
  HttpsTransport(asio::any_io_executor executor, Clock& clock, Resolver& resolver, const Logger& logger, Config config,
                 TransportOptions options = {});
  ~HttpsTransport() override;

  Task<http::Attempt<Response>> send(Request request) override;
  Task<http::Attempt<StreamResponse>> open(Request request) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace deployctl::kube
