#pragma once

// The body of a watch, bytes in and events out. The body has no limit, each event has one (fault W6). Pieces may end
// anywhere, inside an object or a character (faults W4, W5); an event is told once, when its last byte is there. What
// is left when the stream ends is told if it is whole (an ERROR event in a plain 200, fault W3), else dropped. Pure.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "kube/object_decoder.hpp"

namespace deployctl::kube {

struct Applied {
  ObjectEnvelope object;
  bool operator==(const Applied&) const = default;
};
struct Removed {
  ObjectEnvelope object;
  bool operator==(const Removed&) const = default;
};
/// Only moves the resourceVersion (fault W7).
struct Bookmark {
  std::string resource_version;
  bool operator==(const Bookmark&) const = default;
};
/// The server says that the watch is over and why; Gone: list again.
struct ErrorEvent {
  Error error;
  bool operator==(const ErrorEvent&) const = default;
};
/// An event over the cap: nothing after it is read.
struct TooLarge {
  bool operator==(const TooLarge&) const = default;
};
using WatchItem = std::variant<Applied, Removed, Bookmark, ErrorEvent, Undecodable, Skipped, TooLarge>;

class WatchDecoder {
 public:
  WatchDecoder(DecodeOptions options, std::size_t max_event);
  ~WatchDecoder();

  std::vector<WatchItem> feed(std::string_view bytes);
  /// The stream has ended.
  std::vector<WatchItem> finish();

 private:
  struct Parser;
  void read_line(std::string_view line, std::vector<WatchItem>& into);

  ObjectDecoder objects_;
  std::unique_ptr<Parser> parser_;
  std::size_t max_event_;
  std::string buffer_;
  std::string line_;  ///< one event with the parser's padding
  bool overflowed_ = false;
};

}  // namespace deployctl::kube
