#include "config/nearest.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

namespace deployctl::config {
namespace {

/// Longer words are not compared: nobody mistypes that much, and the table is their product.
constexpr std::size_t kLongest = 64;
/// A shorter beginning says nothing.
constexpr std::size_t kShortestBeginning = 3;

/// Letters put in, left out or replaced, and neighbours exchanged: one each.
std::size_t edits(std::string_view from, std::string_view to) {
  std::vector<std::size_t> before;
  std::vector<std::size_t> above(to.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::vector<std::size_t> row(to.size() + 1, i);
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t replaced = above[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      const bool exchanged = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
      if (exchanged) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = std::move(above);
    above = std::move(row);
  }
  return above.back();
}

bool begins(std::string_view whole, std::string_view beginning) {
  return beginning.size() >= kShortestBeginning && whole.starts_with(beginning);
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  if (word.size() > kLongest) return {};
  std::string best;
  std::size_t fewest = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& each : known) {
    if (each.size() > kLongest) continue;
    const std::size_t distance = begins(word, each) || begins(each, word) ? 1 : edits(word, each);
    if (distance >= fewest) continue;
    best = each;
    fewest = distance;
  }
  return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const std::string meant = nearest(word, known);
  return meant.empty() ? "" : " (did you mean \"" + meant + "\"?)";
}

}  // namespace deployctl::config
