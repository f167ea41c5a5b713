#include "base/secret_index.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/random.hpp"

namespace deployctl {
namespace {

constexpr std::uint64_t kModulus = (std::uint64_t{1} << 61U) - 1;
constexpr std::size_t kGramBytes = 4;

std::uint64_t multiply(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  const auto sum = static_cast<std::uint64_t>(product & kModulus) + static_cast<std::uint64_t>(product >> 61U);
  return sum >= kModulus ? sum - kModulus : sum;
}

std::uint64_t append(std::uint64_t hash, std::uint64_t base, char byte) {
  // Plus one, so that leading zero bytes count.
  const std::uint64_t sum = multiply(hash, base) + static_cast<unsigned char>(byte) + 1;
  return sum >= kModulus ? sum - kModulus : sum;
}

std::uint64_t hash_of(std::uint64_t base, std::string_view bytes) {
  std::uint64_t hash = 0;
  for (const char byte : bytes) hash = append(hash, base, byte);
  return hash;
}

std::uint16_t gram_of(const char* bytes) {
  std::uint32_t group = 0;
  std::memcpy(&group, bytes, kGramBytes);
  return static_cast<std::uint16_t>((group * std::uint64_t{2654435761U} & 0xFFFFFFFFU) >> 16U);
}

std::size_t level_of(std::size_t length) { return static_cast<std::size_t>(std::bit_width(length)) - 1; }

}  // namespace

/// The hash of every prefix of a text, from which the hash of any part follows.
class SecretIndex::Prefixes {
 public:
  Prefixes(std::string_view text, std::uint64_t base) {
    hashes_.reserve(text.size() + 1);
    powers_.reserve(text.size() + 1);
    hashes_.push_back(0);
    powers_.push_back(1);
    for (const char byte : text) {
      hashes_.push_back(append(hashes_.back(), base, byte));
      powers_.push_back(multiply(powers_.back(), base));
    }
  }
  [[nodiscard]] std::uint64_t part(std::size_t begin, std::size_t length) const {
    const std::uint64_t before = multiply(hashes_[begin], powers_[length]);
    const std::uint64_t whole = hashes_[begin + length];
    return whole >= before ? whole - before : whole + kModulus - before;
  }
  [[nodiscard]] std::size_t size() const { return hashes_.size() - 1; }

 private:
  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint64_t> powers_;
};

SecretIndex::SecretIndex() {
  std::uint64_t random = 0;
  std::memcpy(&random, random_bytes(sizeof random).data(), sizeof random);
  base_ = 256 + random % (kModulus - 512);
}

SecretIndex::Form SecretIndex::describe(std::string_view bytes) const {
  const std::size_t prefix = std::size_t{1} << level_of(bytes.size());
  return {bytes.size(), hash_of(base_, bytes), hash_of(base_, bytes.substr(0, prefix)), gram_of(bytes.data())};
}

void SecretIndex::add(const Form& form) {
  Level& level = levels_[level_of(form.length)];
  auto& known = level.by_prefix[form.prefix_hash];
  const auto same = std::ranges::find_if(
      known, [&](const Known& other) { return other.length == form.length && other.hash == form.hash; });
  if (same != known.end()) {
    ++same->count;
    return;
  }
  const auto shorter = std::ranges::find_if(known, [&](const Known& other) { return other.length < form.length; });
  known.insert(shorter, Known{form.length, form.hash, 1});
  ++level.forms;
  ++grams_[form.gram];
}

void SecretIndex::remove(const Form& form) {
  Level& level = levels_[level_of(form.length)];
  const auto found = level.by_prefix.find(form.prefix_hash);
  if (found == level.by_prefix.end()) return;
  auto& known = found->second;
  const auto same = std::ranges::find_if(
      known, [&](const Known& other) { return other.length == form.length && other.hash == form.hash; });
  if (same == known.end() || --same->count > 0) return;
  known.erase(same);
  --level.forms;
  --grams_[form.gram];
  if (known.empty()) level.by_prefix.erase(found);
}

std::size_t SecretIndex::longest_at(const Prefixes& text, std::size_t at) const {
  const std::size_t left = text.size() - at;
  for (std::size_t i = std::min(kLevels, level_of(left) + 1); i-- > 0;) {
    if (levels_[i].forms == 0) continue;
    const auto found = levels_[i].by_prefix.find(text.part(at, std::size_t{1} << i));
    if (found == levels_[i].by_prefix.end()) continue;
    for (const Known& known : found->second) {
      if (known.length <= left && text.part(at, known.length) == known.hash) return known.length;
    }
  }
  return 0;
}

std::vector<Span> SecretIndex::find(std::string_view text) const {
  std::vector<std::size_t> candidates;
  for (std::size_t at = 0; at + kGramBytes <= text.size(); ++at) {
    if (grams_[gram_of(text.data() + at)] > 0) candidates.push_back(at);
  }
  std::vector<Span> spans;
  if (candidates.empty()) return spans;
  const Prefixes prefixes(text, base_);
  for (const std::size_t at : candidates) {
    if (const std::size_t length = longest_at(prefixes, at); length > 0) spans.push_back({at, at + length});
  }
  return spans;
}

}  // namespace deployctl
