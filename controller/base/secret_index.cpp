#include "base/secret_index.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/random.hpp"

namespace deployctl {
namespace {

constexpr std::uint64_t kModulus = (std::uint64_t{1} << 61U) - 1;
constexpr std::size_t kGramBytes = 4;
// 4 million bits are half a megabyte and stay sparse with a hundred thousand strings.
constexpr unsigned kGramBits = 22;

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

std::uint32_t gram_of(std::string_view text, std::size_t at) {
  std::uint32_t group = 0;
  for (std::size_t i = at; i < at + kGramBytes; ++i) group = group << 8U | static_cast<unsigned char>(text[i]);
  return static_cast<std::uint32_t>((group * std::uint64_t{2654435761U} & 0xFFFFFFFFU) >> (32U - kGramBits));
}

std::size_t level_of(std::size_t length) { return static_cast<std::size_t>(std::bit_width(length)) - 1; }

}  // namespace

/// The hash of every prefix of a text, from which the hash of any part follows.
class SecretIndex::Prefixes {
 public:
  Prefixes(std::string_view text, std::uint64_t base) {
    hashes_.reserve(text.size() + 1);
    hashes_.push_back(0);
    for (const char byte : text) hashes_.push_back(append(hashes_.back(), base, byte));
  }
  /// `power` is base^length.
  [[nodiscard]] std::uint64_t part(std::size_t begin, std::size_t length, std::uint64_t power) const {
    const std::uint64_t before = multiply(hashes_[begin], power);
    const std::uint64_t whole = hashes_[begin + length];
    return whole >= before ? whole - before : whole + kModulus - before;
  }
  [[nodiscard]] std::size_t size() const { return hashes_.size() - 1; }

 private:
  std::vector<std::uint64_t> hashes_;
};

SecretIndex::SecretIndex() : grams_(std::size_t{1} << kGramBits) {
  std::uint64_t random = 0;
  std::memcpy(&random, random_bytes(sizeof random).data(), sizeof random);
  base_ = 256 + random % (kModulus - 512);
  powers_[0] = base_;
  for (std::size_t i = 1; i < kLevels; ++i) powers_[i] = multiply(powers_[i - 1], powers_[i - 1]);
}

SecretIndex::Form SecretIndex::describe(std::string_view bytes) const {
  const std::size_t prefix = std::size_t{1} << level_of(bytes.size());
  Form form{static_cast<std::uint32_t>(bytes.size()), gram_of(bytes, 0)};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == prefix) form.prefix_hash = form.hash;
    form.hash = append(form.hash, base_, bytes[i]);
  }
  if (prefix == bytes.size()) form.prefix_hash = form.hash;
  return form;
}

SecretIndex::Level::iterator SecretIndex::entry_of(Level& level, const Form& form) {
  auto [entry, end] = level.equal_range(form.prefix_hash);
  while (entry != end && (entry->second.length != form.length || entry->second.hash != form.hash)) ++entry;
  return entry == end ? level.end() : entry;
}

void SecretIndex::add(const Form& form) {
  Level& level = levels_[level_of(form.length)];
  if (const auto entry = entry_of(level, form); entry != level.end()) {
    ++entry->second.count;
    return;
  }
  std::uint64_t power = 1;
  for (std::size_t i = 0; i < kLevels; ++i) {
    if ((form.length >> i & 1U) != 0) power = multiply(power, powers_[i]);
  }
  level.emplace(form.prefix_hash, Known{form.length, 1, form.hash, power, form.gram});
  grams_[form.gram] = true;
  ++size_;
}

void SecretIndex::remove(const Form& form) {
  Level& level = levels_[level_of(form.length)];
  const auto entry = entry_of(level, form);
  if (entry == level.end() || --entry->second.count > 0) return;
  level.erase(entry);
  --size_;
  // Another string may share the bit. One left behind costs time only, so all are set anew now and then.
  if (++removed_ > size_ + 1000) set_grams_anew();
}

void SecretIndex::set_grams_anew() {
  grams_.assign(grams_.size(), false);
  for (const Level& level : levels_) {
    for (const auto& [prefix, known] : level) grams_[known.gram] = true;
  }
  removed_ = 0;
}

std::size_t SecretIndex::longest_at(const Prefixes& text, std::size_t at) const {
  const std::size_t left = text.size() - at;
  for (std::size_t i = std::min(kLevels, level_of(left) + 1); i-- > 0;) {
    if (levels_[i].empty()) continue;
    const auto [begin, end] = levels_[i].equal_range(text.part(at, std::size_t{1} << i, powers_[i]));
    std::size_t longest = 0;
    for (auto entry = begin; entry != end; ++entry) {
      const Known& known = entry->second;
      if (known.length <= longest || known.length > left) continue;
      if (text.part(at, known.length, known.power) == known.hash) longest = known.length;
    }
    if (longest > 0) return longest;
  }
  return 0;
}

std::vector<Span> SecretIndex::find(std::string_view text) const {
  std::vector<std::size_t> candidates;
  for (std::size_t at = 0; at + kGramBytes <= text.size(); ++at) {
    if (grams_[gram_of(text, at)]) candidates.push_back(at);
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
