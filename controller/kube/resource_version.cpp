#include "kube/resource_version.hpp"

#include <charconv>
#include <cstdint>
#include <optional>

namespace deployctl::kube {

namespace {

std::optional<std::uint64_t> number_of(std::string_view version) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(version.begin(), version.end(), number);
  if (error != std::errc() || end != version.end()) return std::nullopt;
  return number;
}

}  // namespace

bool is_older_version(std::string_view version, std::string_view other) {
  const auto number = number_of(version);
  const auto other_number = number_of(other);
  return number && other_number && *number < *other_number;
}

}  // namespace deployctl::kube
