#pragma once

// A Procedure written as a synchronous coroutine: `const StepResult r = co_await step;` reads as if the step ran there.
// No threads, no Asio: `next()` resumes the coroutine up to its next await. Parameters of the coroutine are taken by
// value (it outlives the call); destroying the Script destroys the coroutine wherever it stands.
//
//   Script deploy(Inputs in, ScriptContext& ctx) {
//     const StepResult pulled = co_await pull(in);
//     if (!pulled.ok()) co_return failed(...);
//     ctx.remembered.pins["image"] = image_id(pulled);
//     ...
//     co_return Done{"container x runs"};
//   }
//   auto procedure = script([in](ScriptContext& ctx) { return deploy(in, ctx); });

#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "executors/procedure.hpp"

namespace deployctl::executors {

struct ScriptContext {
  Remembered remembered;
};

class Script {
 public:
  struct promise_type {
    std::optional<Next> out;
    const StepResult* in = nullptr;
    std::exception_ptr thrown;

    Script get_return_object() { return Script(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void unhandled_exception() { thrown = std::current_exception(); }
    void return_value(Next end) { out = std::move(end); }

    struct StepAwaiter {
      promise_type& promise;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<>) noexcept {}
      StepResult await_resume() { return *promise.in; }
    };
    struct PauseAwaiter {
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<>) noexcept {}
      void await_resume() const noexcept {}
    };
    StepAwaiter await_transform(Step step) {
      out = std::move(step);
      return {*this};
    }
    PauseAwaiter await_transform(Pause pause) {
      out = std::move(pause);
      return {};
    }
    /// A part of a script that is a Script itself: `Next end = co_await part(...)`; its steps become ours. What it
    /// finds out beside its end goes through references to the caller's locals, which outlive it.
    struct NestedAwaiter {
      promise_type& promise;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<>) noexcept {}
      Next await_resume() { return std::move(promise.nested_end); }
    };
    NestedAwaiter await_transform(Script part);
    std::unique_ptr<Script> nested;  ///< runs in our place until it has ended
    Next nested_end;
  };

  Script(Script&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Script& operator=(Script&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Script() {
    if (handle_) handle_.destroy();
  }

  [[nodiscard]] bool done() const { return handle_.done(); }
  /// Runs up to the next step, pause or end. What the script throws comes out; it is done then.
  Next resume(const StepResult* previous);

 private:
  explicit Script(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

inline Script::promise_type::NestedAwaiter Script::promise_type::await_transform(Script part) {
  nested = std::make_unique<Script>(std::move(part));
  out.reset();
  return {*this};
}

/// The parameterless start of a script, kept alive by the procedure.
std::unique_ptr<Procedure> script(std::function<Script(ScriptContext&)> start);

}  // namespace deployctl::executors
