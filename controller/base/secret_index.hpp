#pragma once

// Finds any of very many byte strings in a text in one pass (Rabin-Karp). Only hashes are kept: a secret of a megabyte
// costs as much as one of ten bytes, adding and removing is cheap whatever else is known, and no secret stays in memory
// for the sake of being hidden. The hash is modulo 2^61-1 with a random base per process, so nobody can make two texts
// meet. Used by SecretSet alone. One thread: no locks.

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace deployctl {

/// Bytes [begin, end) of a text.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;

  bool operator==(const Span&) const = default;
};

class SecretIndex {
 public:
  /// What is kept of one byte string.
  struct Form {
    std::size_t length = 0;
    std::uint64_t hash = 0;
    std::uint64_t prefix_hash = 0;  ///< of its first 2^level bytes, the largest power of two that fits
    std::uint16_t gram = 0;         ///< of its first four bytes

    auto operator<=>(const Form&) const = default;
  };

  SecretIndex();

  /// `bytes` has at least four bytes (kShortestSecret).
  [[nodiscard]] Form describe(std::string_view bytes) const;
  /// A form added twice has to be removed twice.
  void add(const Form& form);
  void remove(const Form& form);

  /// For each position where known strings begin, the longest one; in order, overlaps included. Linear in the text.
  [[nodiscard]] std::vector<Span> find(std::string_view text) const;

 private:
  static constexpr std::size_t kLevels = 40;

  struct Known {
    std::size_t length = 0;
    std::uint64_t hash = 0;
    std::size_t count = 0;
  };
  class Prefixes;
  struct Level {
    std::size_t forms = 0;
    std::unordered_map<std::uint64_t, std::vector<Known>> by_prefix;  ///< longest first
  };

  [[nodiscard]] std::size_t longest_at(const Prefixes& text, std::size_t at) const;

  std::uint64_t base_;
  std::array<std::uint32_t, 65536> grams_{};  ///< how many known strings begin with a four-byte group of this hash
  std::array<Level, kLevels> levels_;
};

}  // namespace deployctl
