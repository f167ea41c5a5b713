#pragma once

// Result<T>: a value or an Error. Every function that can fail for a reason outside the program returns one.
// A class of its own and not an alias of std::expected, because an ignored alias draws no warning.

#include <expected>
#include <type_traits>
#include <utility>

#include "base/error.hpp"

namespace deployctl {

template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using Base = std::expected<T, Error>;
  using Base::Base;

  /// Default-constructible (with a default T), because what crosses co_spawn has to be.
  Result() = default;
  Result(Error error) : Base(std::unexpected(std::move(error))) {}  // NOLINT(google-explicit-constructor)

  /// The same Result with "<context>: " before an error's message.
  [[nodiscard]] Result with_context(std::string_view context) && {
    if (this->has_value()) return std::move(*this);
    return Result(this->error().with_context(context));
  }
};

/// `return fail(ErrorKind::Invalid, "…")` from any function that returns a Result.
[[nodiscard]] inline Error fail(ErrorKind kind, std::string message) { return Error{kind, std::move(message)}; }

}  // namespace deployctl
