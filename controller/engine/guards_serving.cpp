// Guard 13: what serves is looked at each interval, whatever is asked for meanwhile.

#include <algorithm>
#include <utility>

#include "engine/guards.hpp"
#include "engine/schedule.hpp"

namespace deployctl::engine::guards {

WallTime recheck_due(const Look& look) {
  const Duration interval = look.object.spec.interval;
  const std::string& uid = look.object.meta.uid;
  if (look.seen.checked_at) return *look.seen.checked_at + recheck_delay(interval, uid);
  return look.seen.started + first_recheck_delay(interval, uid);
}

Decision look_after_what_serves(const Look& look, Standing standing) {
  const WallTime due = recheck_due(look);
  const bool something_serves = look.status().revision > 0;
  const bool asked = look.seen.requests.reconcile.has_value();
  if (something_serves && !look.seen.checking && (look.now >= due || asked)) return CheckHealth{standing.rest};
  WallTime until = std::max(due, look.now + api::limits::kIntervalFloor);
  if (something_serves && !look.seen.checking) until = due;
  if (standing.until) until = std::min(until, *standing.until);
  return Settle{standing.rest, until};
}

}  // namespace deployctl::engine::guards
