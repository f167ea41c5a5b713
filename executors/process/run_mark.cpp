#include "process/run_mark.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>

#include "base/random.hpp"
#include "base/sha256.hpp"
#include "process/process_table.hpp"

namespace deployctl::process {
namespace {

/// Reads a number and the dot after it.
template <class Number>
bool take(std::string_view& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto used = static_cast<std::size_t>(end - text.data());
  if (error != std::errc() || used >= text.size() || text[used] != '.') return false;
  text.remove_prefix(used + 1);
  return true;
}

constexpr std::int64_t kLongestGrace = 3600;
constexpr std::int64_t kLatest = 7'000'000'000;  // what WallTime holds, in seconds

std::int64_t whole_seconds(auto time) { return std::chrono::duration_cast<std::chrono::seconds>(time).count(); }

/// `text` ends in a dot.
void read_stop(std::string_view text, RunMark& mark) {
  int signal = 0;
  int finishes = 0;
  std::int64_t grace = 0;
  std::int64_t deadline = 0;
  if (!take(text, signal) || !take(text, grace) || !take(text, finishes) || !take(text, deadline)) return;
  if ((signal != SIGTERM && signal != SIGINT) || grace < 0 || grace > kLongestGrace) return;
  mark.stop = {.signal = signal, .grace = std::chrono::seconds(grace), .finishes = finishes == 1};
  mark.deadline = WallTime(std::chrono::seconds(std::clamp<std::int64_t>(deadline, 0, kLatest)));
}

}  // namespace

RunMark RunMark::make(Stop stop, WallTime deadline) {
  const auto self = read_stat(::getpid());
  stop.grace = std::chrono::ceil<std::chrono::seconds>(stop.grace);
  return {.pid_namespace = process::pid_namespace(::getpid()),
          .holder = ::getpid(),
          .holder_start = self ? self->start : 0,
          .random = sha256_hex(random_bytes(16)).substr(0, 16),
          .stop = stop,
          .deadline = std::chrono::ceil<std::chrono::seconds>(deadline)};
}

std::string RunMark::str() const {
  return std::to_string(pid_namespace) + "." + std::to_string(holder) + "." + std::to_string(holder_start) + "." +
         random + "." + std::to_string(stop.signal) + "." + std::to_string(whole_seconds(stop.grace)) + "." +
         (stop.finishes ? "1" : "0") + "." + std::to_string(whole_seconds(deadline.time_since_epoch()));
}

std::optional<RunMark> RunMark::parse(std::string_view text) {
  RunMark mark;
  if (!take(text, mark.pid_namespace) || !take(text, mark.holder) || !take(text, mark.holder_start))
    return std::nullopt;
  const std::size_t end = text.find('.');
  mark.random = text.substr(0, end);
  if (mark.random.empty()) return std::nullopt;
  if (end != std::string_view::npos) read_stop(std::string(text.substr(end + 1)) + ".", mark);
  return mark;
}

bool RunMark::holder_lives() const {
  const auto stat = read_stat(holder);
  return stat && stat->start == holder_start && !stat->is_zombie();
}

}  // namespace deployctl::process
