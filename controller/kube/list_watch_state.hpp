#pragma once

// What a list-watch does next, as a pure state machine: one state, one step function, no I/O and no clock. ListWatch
// performs the actions and tells what happened.
//
//   list consistent ─pages→ watch from the list's version ─ended→ watch from the last version seen
//   410 (in the stream, as an answer, as a 200 with a Status: faults W1-W3) → list "not older than last seen",
//       and when the server cannot do that either → list consistent
//   a consistent list of a lower version than was seen: etcd was restored from a backup → what was seen is forgotten,
//       and the list begins anew (fault W14)
//   a continue token that expired → the same list from its first page; a page that is too large → half the page size
//
// Back-off: answered errors, watches closed within a second without an event and repeated relists wait 0.8 s, doubling
// to 30 s, jittered, forgotten after 2 min of calm (client-go, kube-rs). When no answer came at all the server is asked
// every 0.25 s, after 30 s every second (bench B9: a refused connection is cheap).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.hpp"
#include "base/time.hpp"
#include "http/failure.hpp"
#include "kube/request.hpp"

namespace deployctl::kube {

inline constexpr Duration kBackoffFirst = std::chrono::milliseconds(800);
inline constexpr Duration kBackoffLongest = std::chrono::seconds(30);
inline constexpr Duration kBackoffCalm = std::chrono::minutes(2);
inline constexpr Duration kReconnect = std::chrono::milliseconds(250);
inline constexpr Duration kReconnectLate = std::chrono::seconds(1);
inline constexpr Duration kReconnectLateAfter = std::chrono::seconds(30);
/// A watch that ended sooner than this without an event brought nothing.
inline constexpr Duration kShortWatch = std::chrono::seconds(1);

namespace happened {
struct Begin {};
struct Waited {};
struct PageRead {
  std::string resource_version;
  std::string continue_token;
};
/// `has_gone_back` was true of the page.
struct WentBack {};
/// A list or watch was not answered with success.
struct Failed {
  Error error;
  std::optional<http::Phase> unanswered;  ///< no answer at all, and how far it got
  bool too_large = false;                 ///< the page is over our cap
};
struct WatchOpened {};
/// Bytes came: the newest version in them, and whether there was more than bookmarks.
struct WatchRead {
  std::string resource_version;
  bool events = false;
};
/// An ERROR event.
struct WatchError {
  Error error;
};
/// An event was over the cap: what it said is lost.
struct EventLost {};
/// The body ended: in order, or cut, or silent for too long.
struct WatchEnded {};
}  // namespace happened
using Happening = std::variant<happened::Begin, happened::Waited, happened::PageRead, happened::WentBack,
                               happened::Failed, happened::WatchOpened, happened::WatchRead, happened::WatchError,
                               happened::EventLost, happened::WatchEnded>;

namespace action {
struct ReadPage {
  std::string resource_version;  ///< not older than; empty: consistent
  std::string continue_token;
  std::int64_t limit = kPageSize;
  bool operator==(const ReadPage&) const = default;
};
struct OpenWatch {
  std::string resource_version;
  bool operator==(const OpenWatch&) const = default;
};
struct ReadWatch {
  bool operator==(const ReadWatch&) const = default;
};
/// Then `Waited`.
struct Wait {
  Duration length{};
  bool operator==(const Wait&) const = default;
};
}  // namespace action
using Action = std::variant<action::ReadPage, action::OpenWatch, action::ReadWatch, action::Wait>;

/// Both back-offs of one list-watch.
class ListWatchBackoff {
 public:
  Duration answered(SteadyTime now, double random, std::optional<Duration> retry_after = {});
  Duration unanswered(SteadyTime now, double random);
  /// The server answered: an outage, if there was one, is over.
  void connected() { outage_since_.reset(); }
  [[nodiscard]] bool calm(SteadyTime now) const { return !failed_at_ || now - *failed_at_ >= kBackoffCalm; }

 private:
  Duration next_ = kBackoffFirst;
  std::optional<SteadyTime> failed_at_;
  std::optional<SteadyTime> outage_since_;
};

class ListWatchState {
 public:
  /// `random` is in [0, 1): all jitter comes from it.
  Action step(const Happening& what, SteadyTime now, double random);
  /// The newest version seen; empty before the first list.
  [[nodiscard]] const std::string& resource_version() const { return version_; }
  /// The first page of a consistent list, which a replica that is late cannot give, is older than what was seen.
  [[nodiscard]] bool has_gone_back(const action::ReadPage& page, std::string_view read) const;

 private:
  Action on(const happened::Begin&, SteadyTime, double);
  Action on(const happened::Waited&, SteadyTime, double);
  Action on(const happened::PageRead& page, SteadyTime, double);
  Action on(const happened::WentBack&, SteadyTime now, double random);
  Action on(const happened::Failed& failure, SteadyTime now, double random);
  Action on(const happened::WatchOpened&, SteadyTime now, double);
  Action on(const happened::WatchRead& read, SteadyTime, double);
  Action on(const happened::WatchError& problem, SteadyTime now, double random);
  Action on(const happened::EventLost&, SteadyTime now, double random);
  Action on(const happened::WatchEnded&, SteadyTime now, double random);
  Action relist(bool consistent, SteadyTime now, double random);
  Action list_failed(const happened::Failed& failure, SteadyTime now, double random);

  ListWatchBackoff backoff_;
  Action next_ = action::ReadPage{};  ///< what a wait is followed by
  bool listing_ = true;
  std::string version_;
  std::int64_t limit_ = kPageSize;
  SteadyTime opened_at_{};
  bool events_ = false;
  std::optional<SteadyTime> relisted_at_;
};

}  // namespace deployctl::kube
