#pragma once

// ports::TcpProbe for tcp health checks: resolves, connects, closes. Host and every connected address pass the url
// filter, as those of http checks do. Never through a proxy.

#include "async/clock.hpp"
#include "async/resolver.hpp"
#include "http/url_filter.hpp"
#include "ports/tcp_probe.hpp"

namespace deployctl::http {

class OutsideTcpProbe final : public ports::TcpProbe {
 public:
  OutsideTcpProbe(asio::any_io_executor executor, Clock& clock, Resolver& resolver, FilterRules rules);

  Task<Result<void>> connect(std::string host, std::uint16_t port, Duration timeout) override;

 private:
  Task<Result<void>> try_connect(Url url);

  asio::any_io_executor executor_;
  Clock& clock_;
  Resolver& resolver_;
  FilterRules rules_;
};

}  // namespace deployctl::http
