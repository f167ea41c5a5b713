#pragma once

// The text of a module as its blocks, one after the other. Comments, strings, templates and heredocs are stepped over,
// so that their text is never taken for a block; what cannot be read is refused. Pure.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/strict_json.hpp"

namespace deployctl::terraform::hcl {

struct Token {
  enum class Kind : std::uint8_t { Word, Text, Open, Close, Other, LineEnd, End } kind = Kind::End;
  std::string_view text;
  int line = 1;
};

/// A bracket that is open.
struct Bracket {
  char close = '}';
  std::string_view block;  ///< its first word, when it is a block and no value
};

struct Reader {
  /// A bracket opens inside of `around`; `header` is what stands before it on its line, `block` the first word of that
  /// where it is a block. An error ends the reading.
  std::function<Result<void>(const std::vector<Bracket>& around, const std::vector<Token>& header,
                             std::string_view block, const Token& open)>
      opens;
  /// What stood on one line, when it ends or a bracket opens or closes. May be empty.
  std::function<void(const std::vector<Bracket>& around, const std::vector<Token>& line, const Token& end)> line;
};

/// Error: Invalid, naming file and line.
Result<void> read(const std::string& file, std::string_view text, const Reader& reader);

Error unreadable(const std::string& file, int line, const std::string& why);
std::string place(const std::string& file, int line);

/// Of JSON syntax, where one block may stand for a list of one.
std::vector<const Json*> each(const Json& value);

}  // namespace deployctl::terraform::hcl
