#include "process/run_mark.hpp"

#include <unistd.h>

#include <charconv>

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

}  // namespace

RunMark RunMark::make() {
  const auto self = read_stat(::getpid());
  return {.pid_namespace = process::pid_namespace(::getpid()),
          .holder = ::getpid(),
          .holder_start = self ? self->start : 0,
          .random = sha256_hex(random_bytes(16)).substr(0, 16)};
}

std::string RunMark::str() const {
  return std::to_string(pid_namespace) + "." + std::to_string(holder) + "." + std::to_string(holder_start) + "." +
         random;
}

std::optional<RunMark> RunMark::parse(std::string_view text) {
  RunMark mark;
  if (!take(text, mark.pid_namespace) || !take(text, mark.holder) || !take(text, mark.holder_start))
    return std::nullopt;
  if (text.empty()) return std::nullopt;
  mark.random = text;
  return mark;
}

bool RunMark::holder_lives() const {
  const auto stat = read_stat(holder);
  return stat && stat->start == holder_start && !stat->is_zombie();
}

}  // namespace deployctl::process
