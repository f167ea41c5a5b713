#include "process/posix_process_runner.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <malloc.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/strict_json.hpp"
#include "process/exit_status.hpp"
#include "process/process_table.hpp"
#include "runner_fixture.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/allocator_interface.h>
#define HAS_SANITIZER_ALLOCATOR 1
#endif
#endif

namespace deployctl::process {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using PosixProcessRunnerTest = RunnerTest;

Command program(std::vector<std::string> argv) { return {.argv = std::move(argv)}; }

std::size_t allocated_bytes() {
#ifdef HAS_SANITIZER_ALLOCATOR
  return __sanitizer_get_current_allocated_bytes();
#else
  return ::mallinfo2().uordblks;
#endif
}
std::size_t entries(const char* directory) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory), {}));
}
std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_F(PosixProcessRunnerTest, ExitCodeAndBothOutputsComeBack) {
  const ProcessResult result = run(program({"sh", "-c", "echo out; echo err >&2; exit 3"}));
  EXPECT_EQ(result.exit, (Exit{Exit::Kind::Exited, 3, {}}));
  EXPECT_EQ(result.out, "out\n");
  EXPECT_EQ(result.err, "err\n");
}

TEST_F(PosixProcessRunnerTest, ArgumentsAreNeverShellWords) {  // fault S1
  const ProcessResult result = run(program({"printf", "%s|", "; touch canary", "$(id)", "`id`", "a\nb", "\" || x"}));
  EXPECT_EQ(result.out, "; touch canary|$(id)|`id`|a\nb|\" || x|\n");
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/canary"));
}

TEST_F(PosixProcessRunnerTest, ChildHasOnlyThreeDescriptors) {  // fault P1
  const int inheritable = ::open("/dev/null", O_RDONLY);        // NOLINT: without O_CLOEXEC on purpose
  const ProcessResult result = run(python("descriptors.py"));
  ::close(inheritable);
  EXPECT_EQ(result.out, "0\n1\n2\n");
}

TEST_F(PosixProcessRunnerTest, FloodOnBothOutputsKeepsMemoryFlatAndTheTail) {  // fault P2
  const std::size_t before = allocated_bytes();
  std::size_t most = 0;
  std::size_t count = 0;
  RunContext limits = context();
  limits.on_line = [&](std::string_view) {
    if (++count % 1000 == 0) most = std::max(most, allocated_bytes());
  };
  const ProcessResult result = run(python("flood.py", {"16"}), limits);
  EXPECT_TRUE(result.exit.ok());
  EXPECT_EQ(count, 2U * (16 * 1024 + 1));
  EXPECT_THAT(result.out, HasSubstr("lines, "));
  EXPECT_THAT(result.out, testing::EndsWith("the last line\n"));
  EXPECT_THAT(result.err, testing::EndsWith("the last line\n"));
  EXPECT_LE(result.out.size(), Capture{}.max + 100);
  EXPECT_LT(most, before + 2U * 1024 * 1024);
}

Command let_finish(Command command) {
  command.stop.finishes = true;
  return command;
}

TEST_F(PosixProcessRunnerTest, WhatIsLetFinishIsHeardAsWell) {
  std::size_t heard_before = 0;
  at("first", [&] { heard_before = lines().size(); });
  const ProcessResult result =
      run(let_finish(program({"sh", "-c", "echo first; sleep 0.3; echo err >&2; echo last; exit 3"})));
  EXPECT_EQ(result.exit, (Exit{Exit::Kind::Exited, 3, {}}));
  EXPECT_EQ(result.out, "first\nlast\n");
  EXPECT_EQ(result.err, "err\n");
  EXPECT_EQ(heard_before, 1U) << "as it comes";
  EXPECT_EQ(run(let_finish(python("descriptors.py"))).out, "0\n1\n2\n");
}

TEST_F(PosixProcessRunnerTest, FloodOfWhatIsLetFinishKeepsMemoryFlatAndTheTail) {  // fault P2
  const ProcessResult result = run(let_finish(python("flood.py", {"64"})));
  EXPECT_TRUE(result.exit.ok());
  EXPECT_THAT(result.out, testing::EndsWith("\nthe last line\n"));
  EXPECT_THAT(result.err, testing::EndsWith("\nthe last line\n"));
  EXPECT_LE(result.out.size(), Capture{}.max + 100);
}

TEST_F(PosixProcessRunnerTest, ChildThatIgnoresTheStopIsKilledAfterTheGrace) {  // fault P3
  Command command = python("stubborn.py");
  command.stop.grace = milliseconds(200);
  cancel_at("ready");
  const ProcessResult result = run(command);
  EXPECT_EQ(result.exit.kind, Exit::Kind::Cancelled);
  EXPECT_TRUE(result.exit.killed);
  EXPECT_EQ(describe(result.exit), "cancelled, did not stop when told to and was killed");
  EXPECT_GE(result.duration, milliseconds(200));
  EXPECT_THAT(lines(), ElementsAre("ready", "term 1"));
}

TEST_F(PosixProcessRunnerTest, WhatIsLetFinishHasUntilItsDeadlineWhenItIsToldToStop) {  // fault T13
  Command command =
      let_finish(program({"sh", "-c", "trap 'echo told' TERM; echo ready; sleep 1 & wait; wait; echo end"}));
  command.stop.grace = milliseconds(50);
  cancel_at("ready");
  const ProcessResult result = run(command, context(seconds(60)));
  EXPECT_EQ(result.exit.kind, Exit::Kind::Cancelled);
  EXPECT_FALSE(result.exit.killed);
  EXPECT_EQ(result.out, "ready\ntold\nend\n");
}

TEST_F(PosixProcessRunnerTest, AfterItsDeadlineWhatIsLetFinishIsKilledAndThatIsSaid) {  // fault T13
  Command command = let_finish(python("stubborn.py"));
  command.stop.grace = milliseconds(100);
  const ProcessResult result = run(command, context(seconds(1)));
  EXPECT_EQ(result.exit.kind, Exit::Kind::TimedOut);
  EXPECT_TRUE(result.exit.killed);
  EXPECT_EQ(failure("apply", result).message, "apply: timed out, did not stop when told to and was killed: term 1");
}

TEST_F(PosixProcessRunnerTest, WhatAToolPrintsWhileItStopsIsPartOfTheAnswer) {
  cancel_at("ready");
  const ProcessResult result = run(python("polite.py"));
  EXPECT_EQ(result.exit.kind, Exit::Kind::Cancelled);
  EXPECT_FALSE(result.exit.killed);
  EXPECT_EQ(result.out, "ready\ngoodbye\n");
  EXPECT_LT(result.duration, seconds(20));
}

TEST_F(PosixProcessRunnerTest, StopReachesTheWholeGroup) {
  pid_t grandchild = 0;
  at("ready", [&] {
    grandchild = static_cast<pid_t>(std::stol(lines().front()));
    cancel_.emit(asio::cancellation_type::terminal);
  });
  run(program({"sh", "-c", "sleep 1000 & echo $!; echo ready; wait"}));
  EXPECT_GT(grandchild, 0);
  EXPECT_FALSE(read_stat(grandchild).has_value());
}

TEST_F(PosixProcessRunnerTest, GrandchildThatHoldsThePipeIsGoneOneSecondAfterItsParent) {
  const ProcessResult result = run(program({"sh", "-c", "sleep 1000 & echo $!"}));
  EXPECT_TRUE(result.exit.ok());
  EXPECT_LT(result.duration, seconds(20));
  EXPECT_FALSE(read_stat(static_cast<pid_t>(std::stol(result.out))).has_value());
}

TEST_F(PosixProcessRunnerTest, DaemonThatLeftTheGroupIsGoneAfterTheRun) {  // fault P4
  const ProcessResult result = run(python("daemon.py"));
  std::istringstream pids(result.out);
  pid_t daemon = 0;
  pid_t its_child = 0;
  pids >> daemon >> its_child;
  ASSERT_GT(its_child, 0) << result.err;
  EXPECT_FALSE(is_alive(daemon));
  EXPECT_FALSE(is_alive(its_child));
  EXPECT_THAT(own_children(), testing::IsEmpty()) << "a zombie was left";
}

TEST_F(PosixProcessRunnerTest, MissingProgramSaysWhereItWasLookedFor) {  // fault P5
  const ProcessResult result = run(program({"no-such-tool"}));
  const Error error = failure("run it", result);
  EXPECT_EQ(error.kind, ErrorKind::ExecutorUnavailable);
  EXPECT_EQ(error.message, "run it: program \"no-such-tool\" not found in /usr/bin:/bin");
}

TEST_F(PosixProcessRunnerTest, ProgramThatIsNotExecutableIsNamed) {  // fault P5
  const std::string path = directory_ + "/tool";
  std::ofstream(path) << "#!/bin/sh\n";
  ::chmod(path.c_str(), 0644);
  const Error error = failure("run it", run(program({path})));
  EXPECT_EQ(error.kind, ErrorKind::ExecutorUnavailable);
  EXPECT_EQ(error.message, "run it: cannot run " + path + ": Permission denied");
}

TEST_F(PosixProcessRunnerTest, ProgramOfAnotherArchitectureIsNamed) {  // fault P5
  const std::string path = directory_ + "/tool";
  std::string elf(
      "\x7f"
      "ELF\x02\x01\x01",
      7);
  elf.resize(64);
  elf[16] = 2;
  elf[18] = 22;  // EM_S390
  std::ofstream(path, std::ios::binary) << elf;
  ::chmod(path.c_str(), 0755);
  const Error error = failure("run it", run(program({path})));
  EXPECT_EQ(error.kind, ErrorKind::ExecutorUnavailable);
  EXPECT_EQ(error.message, "run it: cannot run " + path + ": Exec format error");
}

TEST_F(PosixProcessRunnerTest, RelativePathIsRefused) {
  EXPECT_EQ(failure("run it", run(program({"./tool"}))).kind, ErrorKind::Invalid);
}

TEST_F(PosixProcessRunnerTest, SilentHangEndsAtTheTimeout) {  // fault P6
  const ProcessResult result = run(program({"sleep", "1000"}), context(milliseconds(100)));
  EXPECT_EQ(result.exit.kind, Exit::Kind::TimedOut);
  EXPECT_EQ(failure("wait", result).kind, ErrorKind::StepTimedOut);
  EXPECT_LT(result.duration, seconds(20));
}

TEST_F(PosixProcessRunnerTest, DeathBySignalIsReportedAsSuch) {  // fault P7
  const ProcessResult result = run(program({"sh", "-c", "kill -KILL $$"}));
  EXPECT_EQ(result.exit, (Exit{Exit::Kind::Signalled, SIGKILL, {}}));
  EXPECT_EQ(failure("x", result).message, "x: killed by signal 9 (SIGKILL), perhaps out of memory");
}

TEST_F(PosixProcessRunnerTest, JunkInTheOutputIsMadeFitToShow) {  // fault P8
  const ProcessResult result = run(python("junk.py"));
  EXPECT_TRUE(result.exit.ok());
  for (const std::string& line : lines()) {
    EXPECT_LE(line.size(), 16U * 1024);
    EXPECT_EQ(line.find_first_of(std::string("\0\x1b\n\r", 4)), std::string::npos);
    EXPECT_NO_THROW(Json(line).dump()) << "not UTF-8";
  }
  ASSERT_EQ(lines().size(), 3U);
  EXPECT_THAT(lines()[0], HasSubstr("red"));
  EXPECT_EQ(lines()[2], "after");
}

TEST_F(PosixProcessRunnerTest, AThousandShortChildrenLeaveNothingBehind) {  // fault P9
  run(program({"true"}));
  const std::size_t descriptors = entries("/proc/self/fd");
  const std::size_t threads = entries("/proc/self/task");
  int ended = 0;
  for (int i = 0; i < 1000; ++i)
    asio::co_spawn(io_, runner_.run(program({"true"}), context()),
                   [&](std::exception_ptr thrown, ProcessResult result) {
                     if (!thrown && result.exit.ok()) ++ended;
                   });
  loop();
  EXPECT_EQ(ended, 1000);
  EXPECT_EQ(entries("/proc/self/fd"), descriptors);
  EXPECT_EQ(entries("/proc/self/task"), threads);
  EXPECT_THAT(own_children(), testing::IsEmpty());
}

TEST_F(PosixProcessRunnerTest, ToolThatWantsInputFailsFast) {  // fault P10
  const ProcessResult result = run(program({"sh", "-c", "read answer"}));
  EXPECT_EQ(result.exit, (Exit{Exit::Kind::Exited, 1, {}}));
}

TEST_F(PosixProcessRunnerTest, HomeAndTmpAreTheOperationsOwn) {  // fault P12
  const ProcessResult result = run(program({"sh", "-c", "cd && pwd && test -w \"$TMPDIR\" && echo $TMPDIR"}));
  EXPECT_EQ(result.out, directory_ + "/home\n" + directory_ + "/tmp\n");
  struct stat status{};
  ASSERT_EQ(::stat((directory_ + "/home").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
}

TEST_F(PosixProcessRunnerTest, MissingWorkingDirectoryIsNamed) {  // fault P12
  Command command = program({"true"});
  command.cwd = directory_ + "/gone";
  const ProcessResult result = run(command);
  EXPECT_EQ(describe(result.exit), "cannot enter " + directory_ + "/gone: No such file or directory");
}

TEST_F(PosixProcessRunnerTest, ChildHasNoVariableOfOursButTheAllowedOnes) {
  ::setenv("DEPLOYCTL_TEST_INHERITED", "1", 1);
  Command command = program({"env"});
  command.env = {{"GREETING", "hello"}};
  const ProcessResult result = run(command);
  ::unsetenv("DEPLOYCTL_TEST_INHERITED");
  std::vector<std::string> names;
  std::istringstream variables(result.out);
  for (std::string line; std::getline(variables, line);) names.push_back(line.substr(0, line.find('=')));
  EXPECT_THAT(names, testing::UnorderedElementsAre("DEPLOYCTL_OPERATION", "DEPLOYCTL_RUN", "GREETING", "HOME", "LANG",
                                                   "PATH", "TMPDIR"));
  EXPECT_THAT(result.out, HasSubstr("DEPLOYCTL_OPERATION=01TEST\n"));
  EXPECT_THAT(result.out, HasSubstr("PATH=/usr/bin:/bin\n"));
}

TEST_F(PosixProcessRunnerTest, SecretIsInTheEnvironmentOfTheChildAloneAndInNoCommandLine) {  // fault X1 // fault X2
  constexpr auto kCanary = "canary-5b1f0c";
  Command command = program({"sh", "-c", "echo $$; echo ready; sleep 1000"});
  command.env = {{"CANARY", kCanary}};
  bool in_child = false;
  std::string command_lines;
  at("ready", [&] {
    const auto child = static_cast<pid_t>(std::stol(lines().front()));
    in_child = environment_variable(child, "CANARY") == kCanary;
    for (const pid_t pid : all_processes()) command_lines += content("/proc/" + std::to_string(pid) + "/cmdline");
    cancel_.emit(asio::cancellation_type::terminal);
  });
  run(command);
  EXPECT_TRUE(in_child);
  EXPECT_THAT(command_lines, Not(HasSubstr(kCanary)));
  EXPECT_THAT(content("/proc/self/environ"), Not(HasSubstr(kCanary)));
}

TEST_F(PosixProcessRunnerTest, SecretIsHiddenHoweverItIsPrinted) {  // fault X3
  constexpr auto kCanary = "canary-5b1f0c-93ad7e-and-some-more";
  secrets_.replace({"ns", "name"}, {kCanary});
  Command command = python("leak.py");
  command.env = {{"CANARY", kCanary}};
  const ProcessResult result = run(command);
  const std::string all = result.out + result.err + testing::PrintToString(lines());
  EXPECT_THAT(all, Not(HasSubstr("canary")));
  EXPECT_THAT(result.out, HasSubstr("in two writes [redacted] end\n"));
  EXPECT_THAT(result.err, HasSubstr("no line break [redacted]"));
}

TEST_F(PosixProcessRunnerTest, WholeOutputComesAsItIs) {
  Command command = program({"printf", "a\\000b\\n\\377"});
  command.stdout_capture = whole(100);
  const ProcessResult result = run(command);
  EXPECT_EQ(result.out, std::string("a\0b\n\xff", 5));
  EXPECT_FALSE(result.out_overflow);
  EXPECT_THAT(lines(), testing::IsEmpty());
}

TEST_F(PosixProcessRunnerTest, MoreThanTheWholeOutputMayHoldIsSaid) {
  Command command = program({"printf", "12345"});
  command.stdout_capture = whole(4);
  const ProcessResult result = run(command);
  EXPECT_EQ(result.out, "1234");
  EXPECT_TRUE(result.out_overflow);
}

TEST_F(PosixProcessRunnerTest, FilesOfTheCommandAreThereAndPrivate) {  // fault X6
  Command command = program({"sh", "-c", "stat -c '%a %n' . config config/auth.json && cat config/auth.json"});
  command.files = {{.path = "config/auth.json", .bytes = "secret"}};
  const ProcessResult result = run(command);
  EXPECT_EQ(result.out, "700 .\n700 config\n600 config/auth.json\nsecret\n");
}

TEST_F(PosixProcessRunnerTest, FileOutsideTheDirectoryIsRefused) {
  for (const char* path : {"../outside", "/outside", "a/../../outside", "", "a//b", "a/"}) {
    Command command = program({"true"});
    command.files = {{.path = path, .bytes = "x"}};
    EXPECT_EQ(run(command).exit.kind, Exit::Kind::CouldNotStart) << path;
  }
}

TEST_F(PosixProcessRunnerTest, LinkInTheDirectoryIsNotFollowed) {
  const std::string outside = directory_ + "-outside";
  std::filesystem::create_directory(outside);
  std::filesystem::create_directory_symlink(outside, directory_ + "/config");
  Command command = program({"true"});
  command.files = {{.path = "config/x", .bytes = "x"}};
  EXPECT_EQ(run(command).exit.kind, Exit::Kind::CouldNotStart);
  EXPECT_TRUE(std::filesystem::is_empty(outside));
  std::filesystem::remove_all(outside);
}

TEST_F(PosixProcessRunnerTest, RepeatedStepWritesItsFilesAnew) {
  Command command = program({"cat", "f"});
  command.files = {{.path = "f", .bytes = "first"}};
  run(command);
  command.files = {{.path = "f", .bytes = "2nd"}};
  EXPECT_EQ(run(command).out, "2nd\n");
}

TEST_F(PosixProcessRunnerTest, NoMoreThanTheLimitRunAtOnce) {
  PosixProcessRunner narrow(io_.get_executor(), clock_, secrets_, ToolFinder(), BaseEnvironment{}, 2);
  std::size_t most = 0;
  int ended = 0;
  for (int i = 0; i < 6; ++i) {
    RunContext watched = context();
    watched.on_line = [&](std::string_view) { most = std::max(most, narrow.running()); };
    asio::co_spawn(io_, narrow.run(program({"echo", "x"}), watched), [&](std::exception_ptr, ProcessResult result) {
      if (result.exit.ok()) ++ended;
    });
  }
  loop();
  EXPECT_EQ(ended, 6);
  EXPECT_LE(most, 2U);
}

TEST_F(PosixProcessRunnerTest, CancelledWhileItWaitsForAPlaceItNeverStarts) {
  PosixProcessRunner narrow(io_.get_executor(), clock_, secrets_, ToolFinder(), BaseEnvironment{}, 1);
  Exit second;
  asio::cancellation_signal stop_first;
  RunContext watched = context();
  watched.on_line = [&](std::string_view) {
    asio::post(io_, [&] { cancel_.emit(asio::cancellation_type::terminal); });
    asio::post(io_, [&] { stop_first.emit(asio::cancellation_type::terminal); });
  };
  asio::co_spawn(io_, narrow.run(program({"sh", "-c", "echo x; sleep 1000"}), watched),
                 asio::bind_cancellation_slot(stop_first.slot(), [](std::exception_ptr, ProcessResult) {}));
  asio::co_spawn(io_, narrow.run(program({"touch", directory_ + "/started"}), context()),
                 asio::bind_cancellation_slot(cancel_.slot(),
                                              [&](std::exception_ptr, ProcessResult result) { second = result.exit; }));
  loop();
  EXPECT_EQ(second.kind, Exit::Kind::Cancelled);
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/started"));
}

Task<std::vector<Exit::Kind>> run_two(PosixProcessRunner& runner, Command first, Command second, RunContext context) {
  std::vector<Exit::Kind> kinds;
  kinds.push_back((co_await runner.run(std::move(first), context)).exit.kind);
  kinds.push_back((co_await runner.run(std::move(second), context)).exit.kind);
  co_return kinds;
}

TEST_F(PosixProcessRunnerTest, AfterACancelTheCallerMayRunItsCleanup) {
  std::vector<Exit::Kind> kinds;
  cancel_at("ready");
  asio::co_spawn(io_, run_two(runner_, python("polite.py"), program({"true"}), context()),
                 asio::bind_cancellation_slot(cancel_.slot(), [&](std::exception_ptr thrown, auto got) {
                   EXPECT_FALSE(thrown);
                   kinds = got;
                 }));
  loop();
  EXPECT_THAT(kinds, ElementsAre(Exit::Kind::Cancelled, Exit::Kind::Exited));
}

}  // namespace
}  // namespace deployctl::process
