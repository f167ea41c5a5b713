// What has to be written before the first effect cannot be: by a quota, a webhook, a missing right, or because it does
// not fit. Nothing has happened yet, so the operation ends as one that failed, its slot goes to others, and it is tried
// again as its reason says.

#include "engine/engine_state.hpp"
#include "engine/failures.hpp"

namespace deployctl::engine {

bool is_refusal(const Error& error) {
  const FailureClass kind = class_of(reason_of(error.kind), false);
  return kind == FailureClass::Invalid || kind == FailureClass::AccessDenied;
}

Task<Engine::State::Acted> Engine::State::refused(api::Deployment object, ObjectRun& run, Error why) {
  ActiveOperation& operation = *run.operation;
  if (!operation.announced) {
    operation.journal.revision = 0;
    operation.restorable = api::Restorable::No;
  }
  Acted ended = co_await close(
      object, run,
      {.error = std::move(why), .message = {}, .phase = Phase::Announce, .release_ran = operation.resumed});
  // Not even that may be written: the queue tells the error and comes again at its own pace, from the top.
  if (ended && ended->error && is_refusal(*ended->error)) co_await finish(object.meta.key, run);
  co_return ended;
}

}  // namespace deployctl::engine
