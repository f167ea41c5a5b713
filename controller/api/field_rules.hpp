#pragma once

// What holds for one field wherever it stands. The numbers are those of the schema in crds/ (held together by
// tests/contract); lengths count code points.

#include <cstdint>
#include <span>
#include <string_view>

#include "api/formats.hpp"
#include "base/duration.hpp"
#include "base/time.hpp"

namespace deployctl::api {

/// Zero means "no such rule" for the maxima and for `words`.
struct FieldRules {
  bool required = false;
  bool credential = false;         ///< a reference to credentials: always Live, in no digest
  bool not_an_option = false;      ///< never begins with `-`; in a list of words that is a command, its first word
  bool stays_inside = false;       ///< a relative path without `..`
  const Format* format = nullptr;  ///< of a text, of each text of a list, of each value of a map
  const Format* keys = nullptr;    ///< of each key of a map
  std::int64_t min_length = 0;     ///< of a text, of each text of a list, of each value of a map
  std::int64_t max_length = 0;
  std::int64_t min_items = 0;  ///< of a list or map
  std::int64_t max_items = 0;
  std::int64_t minimum = 0;
  std::int64_t maximum = 0;
  Duration shortest = std::chrono::milliseconds(1);
  Duration longest = kMaxDuration;
  std::span<const std::string_view> words = {};  ///< a closed set of texts
  bool unique_names = false;                     ///< items of a list differ in `name`
  std::string_view inside = {};  ///< the field stands in an object of its own: {"valueFrom": {"secretKeyRef": …}}
};

namespace rules {

constexpr FieldRules required(FieldRules base) {
  base.required = true;
  return base;
}
/// Text that may become an argument of a tool.
constexpr FieldRules argument(std::int64_t max_length, const Format& format) {
  return {.not_an_option = true, .format = &format, .min_length = 1, .max_length = max_length};
}
constexpr FieldRules text(std::int64_t max_length, const Format& format = kLine) {
  return {.format = &format, .max_length = max_length};
}
constexpr FieldRules inner_path(std::int64_t max_length = 1024) {
  return {.not_an_option = true, .stays_inside = true, .format = &kLine, .min_length = 1, .max_length = max_length};
}
constexpr FieldRules list(std::int64_t max_items, FieldRules each) {
  each.max_items = max_items;
  return each;
}
constexpr FieldRules objects(std::int64_t max_items) { return {.max_items = max_items}; }
/// Objects with a `name` each.
constexpr FieldRules named(std::int64_t max_items) { return {.max_items = max_items, .unique_names = true}; }
/// A program and its arguments.
constexpr FieldRules command() {
  return {.not_an_option = true, .format = &kText, .max_length = 4096, .min_items = 1, .max_items = 128};
}
constexpr FieldRules number(std::int64_t minimum, std::int64_t maximum) {
  return {.minimum = minimum, .maximum = maximum};
}
constexpr FieldRules from_zero() { return {.shortest = Duration::zero()}; }
constexpr FieldRules one_of(std::span<const std::string_view> words) { return {.words = words}; }
constexpr FieldRules object_name() { return {.format = &kObjectName, .min_length = 1, .max_length = 253}; }
constexpr FieldRules credential() { return {.credential = true}; }

}  // namespace rules
}  // namespace deployctl::api
