#pragma once

// Broken rules as sentences, "path: value and remedy", up to a bound: nobody reads the hundredth.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace deployctl::api {

class Problems {
 public:
  static constexpr std::size_t kMost = 20;

  void add(const std::string& path, std::string_view sentence) {
    if (list_.size() < kMost) list_.push_back(path + ": " + std::string(sentence));
  }
  /// With the value that breaks the rule before the sentence.
  void add(const std::string& path, std::string_view value, std::string_view sentence) {
    add(path, "\"" + cut(one_line(value), kShownBytes) + "\" " + std::string(sentence));
  }
  [[nodiscard]] std::vector<std::string> take() && { return std::move(list_); }

 private:
  static constexpr std::size_t kShownBytes = 80;
  std::vector<std::string> list_;
};

}  // namespace deployctl::api
