#pragma once

// SHA-256, HMAC and the two text forms of bytes the product writes (hex, base64). OpenSSL's EVP stays in the .cpp.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace deployctl {

/// 64 lower-case hex characters.
std::string sha256_hex(std::string_view bytes);
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);

/// Feeds a hash piece by piece (large sources are never joined into one string).
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(std::string_view bytes);
  /// 64 hex characters; the object must not be used afterwards.
  std::string finish_hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string base64_encode(std::string_view bytes);
/// Error: Invalid on any character outside the alphabet or wrong padding. White space is skipped.
Result<std::string> base64_decode(std::string_view text);

}  // namespace deployctl
