#include "health/pattern.hpp"

#include <re2/re2.h>

#include "base/text.hpp"

namespace deployctl::health {
namespace {

RE2::Options options() {
  RE2::Options options;
  options.set_log_errors(false);  // RE2 would write to stderr itself
  return options;
}

}  // namespace

Result<void> check_pattern(const std::string& pattern) {
  const RE2 compiled(pattern, options());
  if (compiled.ok()) return {};
  return fail(ErrorKind::Invalid,
              "\"" + cut(one_line(pattern), 100) + "\" is not an RE2 pattern: " + cut(one_line(compiled.error()), 100));
}

bool found_in(std::string_view text, const std::string& pattern) {
  const RE2 compiled(pattern, options());
  return compiled.ok() && RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), compiled);
}

}  // namespace deployctl::health
