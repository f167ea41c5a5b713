#pragma once

// `expectedStatus` as people write it: codes and ranges, comma separated: "200-399", "200,204,300-308".

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace deployctl::health {

class StatusRanges {
 public:
  /// Error: Invalid, naming the text and what is accepted. Codes are 100 to 599, a range is not backwards.
  static Result<StatusRanges> parse(std::string_view text);

  [[nodiscard]] bool contains(int status) const;
  [[nodiscard]] const std::string& text() const { return text_; }
  bool operator==(const StatusRanges&) const = default;

 private:
  std::string text_;
  std::vector<std::pair<int, int>> ranges_;
};

}  // namespace deployctl::health
