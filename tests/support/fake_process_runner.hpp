#pragma once

// A ProcessRunner that starts nothing. Two ways to use it: a script of exact command lines, each used once and in
// order, an unexpected or a missing one fails the test; or a handler that plays the tool (fake_docker).

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "process/process_runner.hpp"
#include "support/process_results.hpp"

namespace deployctl::support {

class FakeProcessRunner final : public process::ProcessRunner {
 public:
  struct Ran {
    process::Command command;
    process::RunContext context;
  };
  using Handler = std::function<process::ProcessResult(const process::Command&, const process::RunContext&)>;

  /// The next command must have exactly this argv and ends like this.
  FakeProcessRunner& expect(std::vector<std::string> argv, process::ProcessResult result = exited(0));
  /// The next command must have exactly this argv and runs until it is cancelled; then it gives `result`.
  FakeProcessRunner& expect_hang(std::vector<std::string> argv, process::ProcessResult result = cancelled());
  /// Whatever is not in the script is answered by `handler`.
  FakeProcessRunner& otherwise(Handler handler);

  Task<process::ProcessResult> run(process::Command command, process::RunContext context) override;

  /// Everything that was run so far.
  [[nodiscard]] const std::vector<Ran>& ran() const { return ran_; }
  /// The argv of everything that was run, joined by spaces.
  [[nodiscard]] std::vector<std::string> command_lines() const;
  /// What the script still waits for; empty at the end of a good test.
  [[nodiscard]] std::vector<std::string> missing() const;
  /// How many commands hang right now.
  [[nodiscard]] std::size_t hanging() const { return hanging_; }

 private:
  struct Expected {
    std::vector<std::string> argv;
    process::ProcessResult result;
    bool hangs = false;
  };
  std::deque<Expected> script_;
  Handler handler_;
  std::vector<Ran> ran_;
  std::size_t hanging_ = 0;
};

/// The words of a command line with spaces between, for messages.
std::string joined(const std::vector<std::string>& argv);

}  // namespace deployctl::support
