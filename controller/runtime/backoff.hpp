#pragma once

// How long a key whose reconcile failed waits. Two limits, the longer wins: per key, twice as long after each failure
// (client-go: 5 ms to 1,000 s), with jitter from a hash of key and count; over all keys, a bucket of 100 retries filled
// at 10 a second. Pure: time is an argument.

#include <cstddef>
#include <unordered_map>

#include "base/object_key.hpp"
#include "base/time.hpp"

namespace deployctl::runtime {

struct BackoffOptions {
  Duration first = std::chrono::milliseconds(5);
  Duration longest = std::chrono::seconds(1000);
  double jitter = 0.2;  ///< longer by up to this share
  double rate = 10;     ///< retries per second over all keys
  double burst = 100;
};

/// A bucket of permissions; `reserve` takes one and says how long to wait for it.
class TokenBucket {
 public:
  TokenBucket(double rate, double burst) : rate_(rate), burst_(burst), tokens_(burst) {}
  Duration reserve(SteadyTime now);
  /// Takes one only if it is there now.
  bool try_take(SteadyTime now);

 private:
  void fill(SteadyTime now);

  double rate_;
  double burst_;
  double tokens_;
  SteadyTime filled_{};
};

class Backoff {
 public:
  explicit Backoff(BackoffOptions options = {}) : options_(options), bucket_(options.rate, options.burst) {}

  /// `key` failed once more: how long until it is tried again.
  Duration next(const ObjectKey& key, SteadyTime now);
  /// It succeeded (or is gone).
  void forget(const ObjectKey& key) { failures_.erase(key); }
  [[nodiscard]] std::size_t failures(const ObjectKey& key) const;

 private:
  BackoffOptions options_;
  std::unordered_map<ObjectKey, std::size_t> failures_;
  TokenBucket bucket_;
};

}  // namespace deployctl::runtime
