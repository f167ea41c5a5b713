#pragma once

// The one reader of objects in lists, watches and answers: simdjson reads the envelope, spec and status stay bytes.
// Used by kube/object, kube/list_page and kube/watch_decoder; each holds one, because the parser's buffers are reused.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "kube/object.hpp"

namespace deployctl::kube {

/// Not an object of ours, or not an object at all: logged once, never served (fault W9).
struct Skipped {
  std::string why;
  bool operator==(const Skipped&) const = default;
};
using DecodedItem = std::variant<ObjectEnvelope, Undecodable, Skipped>;

/// simdjson reads up to this many bytes past the end of its input.
inline constexpr std::size_t kParserPadding = 64;

class ObjectDecoder {
 public:
  explicit ObjectDecoder(DecodeOptions options);
  ~ObjectDecoder();
  ObjectDecoder(ObjectDecoder&&) noexcept;

  /// `json` lies in a buffer with at least kParserPadding readable bytes behind it.
  DecodedItem decode_padded(std::string_view json);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace deployctl::kube
