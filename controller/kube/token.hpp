#pragma once

// The bearer token of the controller's own identity. A token file is read again when the last read is older than a
// minute less 10 s (tokens rotate; some clusters really end them after an hour) and at once after a 401. While the file
// is empty or gone the last good token is kept.

#include <optional>
#include <string>

#include "async/clock.hpp"
#include "base/log.hpp"

namespace deployctl::kube {

inline constexpr Duration kTokenPeriod = std::chrono::seconds(50);

class TokenSource {
 public:
  /// A fixed token (may be empty: none).
  explicit TokenSource(std::string token) : token_(std::move(token)) {}
  TokenSource(std::string file, const Clock& clock, const Logger& logger);

  /// The token to send now.
  const std::string& current();
  /// After a 401: reads the file anew; true when another token than `refused` is there now.
  bool refresh(const std::string& refused);

 private:
  void read();

  std::string file_;
  std::string token_;
  const Clock* clock_ = nullptr;
  const Logger* logger_ = nullptr;
  std::optional<SteadyTime> read_at_;
  bool reported_ = false;
};

}  // namespace deployctl::kube
