#include "executors/script.hpp"

#include <stdexcept>

namespace deployctl::executors {

Next Script::resume(const StepResult* previous) {
  promise_type& promise = handle_.promise();
  for (;;) {
    if (promise.nested) {
      Next inner = promise.nested->resume(previous);
      if (!promise.nested->done()) return inner;
      promise.nested_end = std::move(inner);
      promise.nested.reset();
    }
    promise.in = previous;
    promise.out.reset();
    handle_.resume();
    if (promise.thrown) std::rethrow_exception(promise.thrown);
    if (promise.out) return std::move(*promise.out);
    previous = nullptr;  // a nested script begins: its first turn gets nothing
  }
}

namespace {

class ScriptProcedure final : public Procedure {
 public:
  explicit ScriptProcedure(std::function<Script(ScriptContext&)> start)
      : start_(std::move(start)), script_(start_(context_)) {}

  Next next(const StepResult* previous) override {
    if (script_.done()) throw std::logic_error("a procedure was asked for a step after its end");
    return script_.resume(previous);
  }
  [[nodiscard]] Remembered remembered() const override { return context_.remembered; }

 private:
  ScriptContext context_;
  std::function<Script(ScriptContext&)> start_;  // kept: its captures may be what the coroutine refers to
  Script script_;
};

}  // namespace

std::unique_ptr<Procedure> script(std::function<Script(ScriptContext&)> start) {
  return std::make_unique<ScriptProcedure>(std::move(start));
}

}  // namespace deployctl::executors
