#pragma once

// ports::HttpClient for probes and http hooks: everything a tenant's URL may trigger. One total deadline over resolve,
// connect, TLS, redirects and body; body and redirect caps; every hop's URL and every connected address pass the url
// filter. Never through a proxy (the filter has to see the address), never decompresses. Headers given by the caller
// are not sent to another origin after a redirect. A new connection per hop: probes are rare and must see the truth.

#include <memory>

#include "async/clock.hpp"
#include "async/resolver.hpp"
#include "http/url_filter.hpp"
#include "ports/http_client.hpp"

namespace deployctl::http {

class TlsContext;
struct Answer;

class OutsideClient final : public ports::HttpClient {
 public:
  OutsideClient(asio::any_io_executor executor, Clock& clock, Resolver& resolver, FilterRules rules);
  ~OutsideClient() override;

  Task<Result<ports::HttpResponse>> send(ports::HttpRequest request) override;

 private:
  Task<Result<ports::HttpResponse>> follow(ports::HttpRequest request);
  Task<Result<Answer>> visit(Url url, ports::HttpRequest request);
  Result<std::shared_ptr<TlsContext>> context_for(const ports::HttpRequest& request);

  asio::any_io_executor executor_;
  Clock& clock_;
  Resolver& resolver_;
  FilterRules rules_;
  std::shared_ptr<TlsContext> public_trust_;  ///< the public bundle, loaded at the first https request
};

}  // namespace deployctl::http
