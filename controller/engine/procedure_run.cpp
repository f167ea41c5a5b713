#include "engine/procedure_run.hpp"

namespace deployctl::engine {

namespace {

/// A procedure that goes on polling although it was told to stop is broken; this bounds it.
constexpr int kMostAnswersWhileStopping = 100;

executors::StepResult cancelled_before_it_began() {
  return {.process = {.exit = {process::Exit::Kind::Cancelled, 0, {}}}, .http = {}};
}

}  // namespace

executors::Next ProcedureRun::next(const executors::StepResult* previous, bool stopping) {
  executors::Next next = procedure_->next(previous);
  if (!stopping) return next;
  for (int asked = 0; asked < kMostAnswersWhileStopping; ++asked) {
    if (const auto* step = std::get_if<executors::Step>(&next)) {
      if (step->cleanup) return next;
      const executors::StepResult cancelled = cancelled_before_it_began();
      next = procedure_->next(&cancelled);
    } else if (std::holds_alternative<executors::Pause>(next)) {
      next = procedure_->next(nullptr);
    } else {
      return next;
    }
  }
  return executors::Failed{fail(ErrorKind::Cancelled, "did not stop when it was told to")};
}

}  // namespace deployctl::engine
