#include "base/ulid.hpp"

#include <array>
#include <cstdint>

namespace deployctl {

namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kLength = 26;
constexpr std::size_t kTimeLength = 10;

}  // namespace

std::string make_ulid(WallTime now, std::string_view entropy) {
  std::array<std::uint8_t, 16> bytes{};
  const auto milliseconds = static_cast<std::uint64_t>(now.time_since_epoch().count());
  for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(milliseconds >> (40U - 8U * i));
  for (std::size_t i = 0; i < 10 && i < entropy.size(); ++i) bytes[6 + i] = static_cast<std::uint8_t>(entropy[i]);
  // 26 characters of 5 bits: two zero bits before the 128.
  std::string text;
  for (std::size_t character = 0; character < kLength; ++character) {
    unsigned value = 0;
    for (std::size_t bit = 0; bit < 5; ++bit) {
      const std::size_t at = character * 5 + bit;
      const bool set = at >= 2 && ((bytes[(at - 2) / 8] >> (7U - (at - 2) % 8)) & 1U) != 0;
      value = value << 1U | (set ? 1U : 0U);
    }
    text += kAlphabet[value];
  }
  return text;
}

std::optional<WallTime> time_of_ulid(std::string_view ulid) {
  if (ulid.size() != kLength || ulid.front() > '7' || ulid.find_first_not_of(kAlphabet) != std::string_view::npos)
    return std::nullopt;
  std::int64_t milliseconds = 0;
  for (const char character : ulid.substr(0, kTimeLength))
    milliseconds = milliseconds * 32 + static_cast<std::int64_t>(kAlphabet.find(character));
  return WallTime(Duration(milliseconds));
}

}  // namespace deployctl
