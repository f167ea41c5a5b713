#pragma once

// A real runner on a fresh loop, with a directory of its own.

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "process/posix_process_runner.hpp"
#include "process/process_table.hpp"

namespace deployctl::process {

inline std::string script(const std::string& name) {
  return std::string(DEPLOYCTL_SOURCE_DIR) + "/tests/testdata/process/" + name;
}
inline Command python(const std::string& name, std::vector<std::string> arguments = {}) {
  Command command{.argv = {"python3", script(name)}};
  for (std::string& argument : arguments) command.argv.push_back(std::move(argument));
  return command;
}

inline bool is_alive(pid_t pid) {
  const auto stat = read_stat(pid);
  return stat && !stat->is_zombie();
}

class RunnerTest : public testing::Test {
 protected:
  RunnerTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "runner-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~RunnerTest() override { std::filesystem::remove_all(directory_); }

  RunContext context(Duration timeout = std::chrono::seconds(60)) {
    return {
        .operation = "01TEST", .directory = directory_, .timeout = timeout, .on_line = [this](std::string_view line) {
          take_line(line);
        }};
  }

  ProcessResult run(Command command) { return run(std::move(command), context()); }
  ProcessResult run(Command command, RunContext run_context) {
    ProcessResult result;
    start(std::move(command), std::move(run_context), [&](ProcessResult got) { result = std::move(got); });
    loop();
    return result;
  }
  void start(Command command, RunContext run_context, std::function<void(ProcessResult)> then) {
    asio::co_spawn(io_, runner_.run(std::move(command), std::move(run_context)),
                   asio::bind_cancellation_slot(cancel_.slot(),
                                                [then = std::move(then)](std::exception_ptr thrown, ProcessResult got) {
                                                  if (thrown) std::rethrow_exception(thrown);
                                                  then(std::move(got));
                                                }));
  }
  void loop() {
    io_.restart();
    io_.run();
  }
  /// Cancels the run when the child prints `line`.
  void cancel_at(std::string line) {
    at(std::move(line), [this] { cancel_.emit(asio::cancellation_type::terminal); });
  }
  void at(std::string line, std::function<void()> then) {
    awaited_line_ = std::move(line);
    then_ = std::move(then);
  }
  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }

  asio::io_context io_{1};
  SystemClock clock_{io_.get_executor()};
  SecretSet secrets_;
  PosixProcessRunner runner_{io_.get_executor(), clock_, secrets_, ToolFinder::among({"/usr/bin", "/bin"}),
                             BaseEnvironment{},  8};
  std::string directory_;
  asio::cancellation_signal cancel_;

 private:
  void take_line(std::string_view line) {
    lines_.emplace_back(line);
    if (then_ && line == awaited_line_) asio::post(io_, std::exchange(then_, {}));
  }

  std::vector<std::string> lines_;
  std::string awaited_line_;
  std::function<void()> then_;
};

}  // namespace deployctl::process
