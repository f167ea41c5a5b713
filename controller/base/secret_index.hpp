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
    std::uint32_t length = 0;
    std::uint32_t gram = 0;  ///< hash of its first four bytes
    std::uint64_t hash = 0;
    std::uint64_t prefix_hash = 0;  ///< of its first 2^level bytes, the largest power of two that fits

    auto operator<=>(const Form&) const = default;
  };

  SecretIndex();

  /// `bytes` has at least four bytes (kShortestSecret).
  [[nodiscard]] Form describe(std::string_view bytes) const;
  /// A form added twice has to be removed twice.
  void add(const Form& form);
  void remove(const Form& form);

  [[nodiscard]] bool is_empty() const { return size_ == 0; }
  /// For each position where known strings begin, the longest one; in order, overlaps included. Linear in the text.
  [[nodiscard]] std::vector<Span> find(std::string_view text) const;

 private:
  static constexpr std::size_t kLevels = 32;

  struct Known {
    std::uint32_t length = 0;
    std::uint32_t count = 0;
    std::uint64_t hash = 0;
    std::uint64_t power = 0;  ///< base^length
    std::uint32_t gram = 0;
  };
  using Level = std::unordered_multimap<std::uint64_t, Known>;  ///< by the hash of the prefix
  class Prefixes;

  static Level::iterator entry_of(Level& level, const Form& form);
  void set_grams_anew();
  [[nodiscard]] std::size_t longest_at(const Prefixes& text, std::size_t at) const;

  std::uint64_t base_;
  std::array<std::uint64_t, kLevels> powers_{};  ///< base^(2^level)
  /// A bit for each hash of four bytes with which a known string begins: most positions of a text are dismissed by it.
  std::vector<bool> grams_;
  std::size_t size_ = 0;
  std::size_t removed_ = 0;  ///< since the bits were set anew
  std::array<Level, kLevels> levels_;
};

}  // namespace deployctl
