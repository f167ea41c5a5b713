#pragma once

// ports::TcpProbe without a network: every connection is answered in turn, the last answer for ever.

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "ports/tcp_probe.hpp"

namespace deployctl::support {

class FakeTcpProbe final : public ports::TcpProbe {
 public:
  struct Asked {
    std::string host;
    std::uint16_t port = 0;
    Duration timeout{};
    bool operator==(const Asked&) const = default;
  };
  std::deque<Result<void>> answers{Result<void>()};
  std::vector<Asked> asked;

  Task<Result<void>> connect(std::string host, std::uint16_t port, Duration timeout) override {
    asked.push_back({std::move(host), port, timeout});
    Result<void> answer = answers.front();
    if (answers.size() > 1) answers.pop_front();
    co_return answer;
  }
};

}  // namespace deployctl::support
