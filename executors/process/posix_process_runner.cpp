#include "process/posix_process_runner.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "async/notifier.hpp"
#include "async/task_group.hpp"
#include "async/with_timeout.hpp"
#include "process/memory_output.hpp"
#include "process/output_capture.hpp"
#include "process/process_table.hpp"
#include "process/run_mark.hpp"
#include "process/spawn.hpp"

namespace deployctl::process {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// What a background grandchild may still print after its parent has ended.
constexpr Duration kDrain = seconds(1);
constexpr Duration kMemoryLook = milliseconds(50);
constexpr std::size_t kReadSize = 64U * 1024;

ProcessResult ended_as(Exit exit) { return {.exit = std::move(exit)}; }

/// One running child: its descriptors, its output, and what has happened to it so far.
struct Child {
  Child(const asio::any_io_executor& executor, Spawned spawned, OutputCapture out_capture, OutputCapture err_capture)
      : pid(spawned.pid),
        pidfd(executor, spawned.pidfd.release()),
        out(std::move(spawned.out)),
        err(std::move(spawned.err)),
        out_text(std::move(out_capture)),
        err_text(std::move(err_capture)),
        leader_ended(executor),
        output_ended(executor) {}

  pid_t pid;
  asio::posix::stream_descriptor pidfd;
  Descriptor out, err;
  OutputCapture out_text, err_text;
  Notifier leader_ended, output_ended;
  bool leader_is_gone = false;
  int open_outputs = 2;
};

Task<void> watch_leader(Child& child) {
  while (!child.leader_is_gone) {
    const auto [error] =
        co_await child.pidfd.async_wait(asio::posix::stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
    child.leader_is_gone = !error;
    if (error) break;
  }
  child.leader_ended.notify();
}

void end_output(Child& child, OutputCapture& text) {
  text.finish();
  --child.open_outputs;
  child.output_ended.notify();
}

Task<void> read_pipe(Child& child, Descriptor& end, OutputCapture& text) {
  asio::posix::stream_descriptor pipe(co_await asio::this_coro::executor, end.release());
  const auto buffer = std::make_unique<std::array<char, kReadSize>>();
  for (;;) {
    const auto [error, count] =
        co_await pipe.async_read_some(asio::buffer(*buffer), asio::as_tuple(asio::use_awaitable));
    text.feed({buffer->data(), count});
    if (error) break;
  }
  end_output(child, text);
}

/// Until the leader has ended: nobody tells when there is more.
Task<void> read_memory(Clock& clock, Child& child, Descriptor& end, OutputCapture& text) {
  MemoryOutput memory(std::move(end));
  const auto buffer = std::make_unique<std::array<char, kReadSize>>();
  for (;;) {
    const bool is_last = child.leader_is_gone;
    while (const auto bytes = memory.read(*buffer)) {
      text.feed(*bytes);
      co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);  // others have their turn
    }
    if (is_last) break;
    co_await clock.sleep_for(kMemoryLook);
  }
  end_output(child, text);
}

Task<void> wait_for_output(Child& child) {
  while (child.open_outputs > 0) co_await child.output_ended.wait();
}

/// Waits for the leader, for ever when `limit` is zero; true when it has ended.
Task<bool> leader_ends_within(Clock& clock, Child& child, Duration limit, bool& was_cancelled) {
  try {
    if (limit > Duration::zero())
      co_await with_timeout(clock, limit, child.leader_ended.wait());
    else
      co_await child.leader_ended.wait();
  } catch (const boost::system::system_error& error) {
    if (error.code() != asio::error::operation_aborted) throw;
    was_cancelled = true;
  }
  co_return child.leader_is_gone;
}

/// The signal to the group once, the grace, SIGKILL; returns when the leader has ended. True: it had to be killed.
Task<bool> stop_group(Clock& clock, Child& child, int signal, Duration grace) {
  ::kill(-child.pid, signal);
  bool ignored = false;
  if (grace > Duration::zero() && co_await leader_ends_within(clock, child, grace, ignored)) co_return false;
  ::kill(-child.pid, SIGKILL);
  co_await leader_ends_within(clock, child, Duration::zero(), ignored);
  co_return true;
}

/// `left`: of the time it has anyway.
Duration grace_of(const Stop& stop, Duration left) { return stop.finishes ? std::max(stop.grace, left) : stop.grace; }

/// The leader is reaped last, so that its number, which is the group's, cannot be given to another until then.
Exit reap_leader(pid_t pid) {
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED) != 0 && errno == EINTR) {
  }
  if (info.si_code == CLD_EXITED) return {Exit::Kind::Exited, info.si_status, {}};
  return {Exit::Kind::Signalled, info.si_status, {}};
}

/// Kills the rest of the group and waits until nothing of it is left.
Task<Exit> end_group(Clock& clock, Child& child) {
  ::kill(-child.pid, SIGKILL);
  const Exit exit = reap_leader(child.pid);
  for (milliseconds pause(1); ::kill(-child.pid, 0) == 0; pause = std::min(pause * 2, milliseconds(100))) {
    while (::waitpid(-child.pid, nullptr, WNOHANG) > 0) {
    }
    if (::kill(-child.pid, 0) != 0) break;
    co_await clock.sleep_for(pause);
  }
  co_return exit;
}

/// Kills what carries `mark` among the children we adopted, reaps zombies; true when nothing of it is left.
bool end_strays(const std::string& mark, const std::set<int>& leaders) {
  siginfo_t info{};
  const bool childless = ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD;
  if (childless) return true;
  bool none_left = true;
  for (const pid_t pid : own_children()) {
    if (leaders.contains(pid)) continue;
    if (::waitpid(pid, nullptr, WNOHANG) == pid) continue;
    if (environment_variable(pid, kRunVariable) != mark) continue;
    ::kill(pid, SIGKILL);
    none_left = false;
  }
  return none_left;
}

}  // namespace

PosixProcessRunner::PosixProcessRunner(asio::any_io_executor executor, Clock& clock, const SecretSet& secrets,
                                       ToolFinder tools, BaseEnvironment base, std::size_t max_processes)
    : executor_(executor),
      clock_(clock),
      secrets_(secrets),
      tools_(std::move(tools)),
      base_(std::move(base)),
      slots_(executor, max_processes) {
  const Descriptor probe(open_pidfd(::getpid()));
  if (probe.get() < 0)
    throw std::runtime_error(std::string("processes cannot be watched: pidfd_open: ") + std::strerror(errno) +
                             " (Linux 5.3 or later is needed, and a seccomp profile that allows it)");
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

Task<ProcessResult> PosixProcessRunner::run(Command command, RunContext context) {
  Semaphore::Permit permit;
  try {
    permit = co_await slots_.acquire();
  } catch (const boost::system::system_error& error) {
    if (error.code() != asio::error::operation_aborted) throw;
  }
  if (!permit) {
    co_await asio::this_coro::reset_cancellation_state();
    co_return ended_as({Exit::Kind::Cancelled, 0, "cancelled before it started"});
  }
  co_return co_await run_started(command, context);
}

Task<ProcessResult> PosixProcessRunner::run_started(const Command& command, const RunContext& context) {
  if (command.argv.empty()) co_return ended_as({Exit::Kind::CouldNotStart, EINVAL, "a command without a program"});
  const auto program = tools_.find(command.argv.front());
  if (!program) {
    const int reason = program.error().kind == ErrorKind::Invalid ? EINVAL : ENOENT;
    co_return ended_as({Exit::Kind::CouldNotStart, reason, program.error().message});
  }
  if (const auto ready = prepare_directory(context.directory, command.files); !ready) co_return ended_as(ready.error());
  const SteadyTime started = clock_.steady();
  const bool has_deadline = context.timeout > Duration::zero();
  const std::string mark =
      RunMark::make(command.stop, has_deadline ? clock_.wall() + context.timeout : WallTime{}).str();
  auto spawned = spawn({.program = *program,
                        .argv = command.argv,
                        .environment = environment(base_,
                                                   {.path = tools_.path(),
                                                    .home = context.directory + "/home",
                                                    .tmp = context.directory + "/tmp",
                                                    .operation = context.operation,
                                                    .mark = mark},
                                                   command),
                        .directory = command.cwd.empty() ? context.directory : command.cwd,
                        .outlives_us = command.stop.finishes});
  if (!spawned) co_return ended_as(spawned.error());

  const int pid = spawned->pid;
  leaders_.insert(pid);
  Child child(executor_, std::move(*spawned), OutputCapture(command.stdout_capture, secrets_, context.on_line),
              OutputCapture(tail(), secrets_, context.on_line));
  TaskGroup watchers(executor_);
  watchers.spawn("leader of a process group", watch_leader(child));
  const auto reader = [&](Descriptor& end, OutputCapture& text) {
    return command.stop.finishes ? read_memory(clock_, child, end, text) : read_pipe(child, end, text);
  };
  watchers.spawn("stdout of a process", reader(child.out, child.out_text));
  watchers.spawn("stderr of a process", reader(child.err, child.err_text));

  bool cancelled = false;
  const bool in_time = co_await leader_ends_within(clock_, child, context.timeout, cancelled);
  // From here on nothing interrupts: whoever asks again waits for the group to be gone.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  const auto ran = std::chrono::duration_cast<Duration>(clock_.steady() - started);
  const bool killed = !in_time && co_await stop_group(clock_, child, command.stop.signal,
                                                      grace_of(command.stop, context.timeout - ran));
  co_await with_timeout(clock_, kDrain, wait_for_output(child));
  Exit exit = co_await end_group(clock_, child);
  leaders_.erase(pid);
  for (milliseconds pause(1); !end_strays(mark, leaders_); pause = std::min(pause * 2, milliseconds(100)))
    co_await clock_.sleep_for(pause);
  // Everything that could write is gone, so the pipes end now; one that something unknown holds is given up.
  if (!co_await with_timeout(clock_, kDrain, wait_for_output(child))) watchers.cancel_all();
  co_await watchers.join();
  co_await asio::this_coro::reset_cancellation_state();

  if (cancelled)
    exit = {.kind = Exit::Kind::Cancelled, .detail = {}, .killed = killed};
  else if (!in_time)
    exit = {.kind = Exit::Kind::TimedOut, .detail = {}, .killed = killed};
  co_return ProcessResult{.exit = std::move(exit),
                          .out = child.out_text.text(),
                          .err = child.err_text.text(),
                          .out_overflow = child.out_text.overflowed(),
                          .duration = std::chrono::duration_cast<Duration>(clock_.steady() - started)};
}

}  // namespace deployctl::process
