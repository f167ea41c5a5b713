#pragma once

// Names to addresses by table. IP literals resolve to themselves; an unknown name is NXDOMAIN. A name with several
// answers gives them in turn, the last one for ever (DNS rebinding).

#include <boost/asio/ip/address.hpp>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "async/resolver.hpp"

namespace deployctl::support {

class FakeResolver final : public Resolver {
 public:
  using Addresses = std::vector<std::string>;

  void set(const std::string& name, std::deque<Addresses> answers) { names_[name] = std::move(answers); }
  [[nodiscard]] std::size_t asked() const { return asked_; }

  Task<Result<std::vector<asio::ip::tcp::endpoint>>> resolve(std::string host, std::uint16_t port, Duration) override {
    ++asked_;
    boost::system::error_code no_address;
    const auto literal = asio::ip::make_address(host, no_address);
    if (!no_address) co_return std::vector<asio::ip::tcp::endpoint>{{literal, port}};
    const auto found = names_.find(host);
    if (found == names_.end()) co_return fail(ErrorKind::Transient, "name " + host + " does not resolve");
    std::vector<asio::ip::tcp::endpoint> endpoints;
    for (const auto& address : found->second.front()) endpoints.emplace_back(asio::ip::make_address(address), port);
    if (found->second.size() > 1) found->second.pop_front();
    co_return endpoints;
  }

 private:
  std::map<std::string, std::deque<Addresses>> names_;
  std::size_t asked_ = 0;
};

}  // namespace deployctl::support
