#include "config/problems.hpp"

#include <algorithm>
#include <tuple>

namespace deployctl::config {

std::vector<Problem> Problems::sorted() const {
  std::vector<Problem> sorted = list_;
  const auto key = [](const Problem& p) { return std::tie(p.at.file, p.at.mark.line, p.at.mark.column, p.message); };
  std::ranges::sort(sorted, [&](const Problem& a, const Problem& b) { return key(a) < key(b); });
  const auto twice = std::ranges::unique(sorted, [&](const Problem& a, const Problem& b) { return key(a) == key(b); });
  sorted.erase(twice.begin(), twice.end());
  return sorted;
}

}  // namespace deployctl::config
