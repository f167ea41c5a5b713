#pragma once

// One procedure being driven, and what is special when it is being stopped: it may then answer only steps marked
// `cleanup`; anything else is given back to it as a step that was cancelled before it began. Pure.

#include <memory>
#include <optional>
#include <utility>

#include "executors/procedure.hpp"

namespace deployctl::engine {

class ProcedureRun {
 public:
  explicit ProcedureRun(std::unique_ptr<executors::Procedure> procedure) : procedure_(std::move(procedure)) {}

  /// As Procedure::next; while `stopping` a Step that comes out is a cleanup step, and no Pause comes out.
  executors::Next next(const executors::StepResult* previous, bool stopping);

  [[nodiscard]] executors::Remembered remembered() const { return procedure_->remembered(); }

 private:
  std::unique_ptr<executors::Procedure> procedure_;
};

}  // namespace deployctl::engine
