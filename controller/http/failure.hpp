#pragma once

// Why an exchange brought no answer, and how far it got: that decides whether the same request may be sent again. Any
// HTTP status is an answer and no failure.

#include <cstdint>
#include <expected>
#include <string>
#include <utility>

#include "base/error.hpp"

namespace deployctl::http {

enum class Phase : std::uint8_t {
  Connect,    ///< name does not resolve, refused, unreachable, address not allowed: nothing was sent
  Handshake,  ///< proxy or TLS said no: nothing was sent
  Stale,      ///< a kept-alive connection turned out closed before a byte of the answer: send again on a new one
  Sent,       ///< the request may have reached the server
};

struct Failure {
  Phase phase = Phase::Sent;
  Error error;
  bool operator==(const Failure&) const = default;
};

/// A value or a Failure. A class and no alias, so that ignoring one draws a warning; default-constructible, because it
/// crosses with_timeout.
template <class T>
class [[nodiscard]] Attempt : public std::expected<T, Failure> {
 public:
  using Base = std::expected<T, Failure>;
  using Base::Base;
  Attempt() = default;
  Attempt(Failure failure) : Base(std::unexpected(std::move(failure))) {}  // NOLINT(google-explicit-constructor)
};

}  // namespace deployctl::http
