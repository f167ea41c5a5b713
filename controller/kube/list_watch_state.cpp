#include "kube/list_watch_state.hpp"

#include <algorithm>
#include <cmath>

#include "kube/resource_version.hpp"

namespace deployctl::kube {

namespace {

Duration scaled(Duration length, double factor) {
  return Duration(std::llround(static_cast<double>(length.count()) * factor));
}

/// 504 of a server whose cache is behind the version asked for (an older replica, or a restored etcd: fault W14).
bool is_too_far_ahead(const Error& error) {
  return error.message.find("Too large resource version") != std::string::npos;
}

}  // namespace

Duration ListWatchBackoff::answered(SteadyTime now, double random, std::optional<Duration> retry_after) {
  if (calm(now)) next_ = kBackoffFirst;
  failed_at_ = now;
  outage_since_.reset();
  const Duration length = scaled(next_, 1.0 + random * 0.5);
  next_ = std::min(kBackoffLongest, next_ * 2);
  return std::max(length, retry_after.value_or(Duration::zero()));
}

Duration ListWatchBackoff::unanswered(SteadyTime now, double random) {
  if (!outage_since_) outage_since_ = now;
  const bool late = now - *outage_since_ >= kReconnectLateAfter;
  // Never more often than four times a second, never later than the cap.
  return late ? scaled(kReconnectLate, 0.75 + random * 0.25) : scaled(kReconnect, 1.0 + random * 0.5);
}

Action ListWatchState::step(const Happening& what, SteadyTime now, double random) {
  return std::visit([&](const auto& happening) { return on(happening, now, random); }, what);
}

Action ListWatchState::on(const happened::Begin&, SteadyTime, double) {
  listing_ = true;
  return next_ = action::ReadPage{.limit = limit_};
}

Action ListWatchState::on(const happened::Waited&, SteadyTime, double) { return next_; }

Action ListWatchState::on(const happened::PageRead& page, SteadyTime, double) {
  backoff_.connected();
  if (!page.continue_token.empty()) {
    return next_ = action::ReadPage{.continue_token = page.continue_token, .limit = limit_};
  }
  version_ = page.resource_version;
  listing_ = false;
  return next_ = action::OpenWatch{version_};
}

bool ListWatchState::has_gone_back(const action::ReadPage& page, std::string_view read) const {
  return page.resource_version.empty() && page.continue_token.empty() && is_older_version(read, version_);
}

Action ListWatchState::on(const happened::WentBack&, SteadyTime, double) {
  version_.clear();
  return next_ = action::ReadPage{.limit = limit_};
}

Action ListWatchState::on(const happened::WatchOpened&, SteadyTime now, double) {
  backoff_.connected();
  opened_at_ = now;
  events_ = false;
  next_ = action::OpenWatch{version_};
  return action::ReadWatch{};
}

Action ListWatchState::on(const happened::WatchRead& read, SteadyTime, double) {
  events_ = events_ || read.events;
  if (!read.resource_version.empty()) version_ = read.resource_version;
  next_ = action::OpenWatch{version_};
  return action::ReadWatch{};
}

Action ListWatchState::on(const happened::WatchError& problem, SteadyTime now, double random) {
  if (problem.error.kind == ErrorKind::Gone) return relist(false, now, random);
  if (is_too_far_ahead(problem.error)) return relist(true, now, random);
  return action::Wait{backoff_.answered(now, random)};
}

Action ListWatchState::on(const happened::EventLost&, SteadyTime now, double random) {
  return relist(false, now, random);
}

Action ListWatchState::on(const happened::WatchEnded&, SteadyTime now, double random) {
  next_ = action::OpenWatch{version_};
  if (!events_ && now - opened_at_ < kShortWatch) return action::Wait{backoff_.answered(now, random)};
  return next_;
}

Action ListWatchState::on(const happened::Failed& failure, SteadyTime now, double random) {
  // A page that was cut because it is too large was an answer, and asked for in the same size it is cut again.
  const bool answered = !failure.unanswered || *failure.unanswered == http::Phase::Handshake || failure.too_large;
  if (!answered) return action::Wait{backoff_.unanswered(now, random)};
  backoff_.connected();
  if (listing_) return list_failed(failure, now, random);
  if (failure.error.kind == ErrorKind::Gone) return relist(false, now, random);
  if (is_too_far_ahead(failure.error)) return relist(true, now, random);
  if (failure.error.kind == ErrorKind::NotFound) {
    // The CRD is gone (fault W18): when it is back, nothing we knew is worth anything.
    listing_ = true;
    next_ = action::ReadPage{.limit = limit_};
  }
  return action::Wait{backoff_.answered(now, random, failure.error.retry_after)};
}

Action ListWatchState::list_failed(const happened::Failed& failure, SteadyTime now, double random) {
  const auto& page = std::get<action::ReadPage>(next_);
  if (failure.too_large && limit_ > 1) {
    limit_ = std::max<std::int64_t>(1, limit_ / 2);
    auto again = page;
    again.limit = limit_;
    return next_ = again;
  }
  const bool expired = failure.error.kind == ErrorKind::Gone || is_too_far_ahead(failure.error);
  const bool consistent_already = page.resource_version.empty() && page.continue_token.empty();
  if (expired && !consistent_already) return relist(true, now, random);
  return action::Wait{backoff_.answered(now, random, failure.error.retry_after)};
}

Action ListWatchState::relist(bool consistent, SteadyTime now, double random) {
  const auto* page = std::get_if<action::ReadPage>(&next_);
  // The step from "not older than" to consistent belongs to the same relist and does not wait.
  const bool same_relist = listing_ && page && page->continue_token.empty();
  const bool again = relisted_at_ && now - *relisted_at_ < kBackoffCalm;
  relisted_at_ = now;
  listing_ = true;
  next_ = action::ReadPage{.resource_version = consistent ? "" : version_, .limit = limit_};
  if (again && !same_relist) return action::Wait{backoff_.answered(now, random)};
  return next_;
}

}  // namespace deployctl::kube
