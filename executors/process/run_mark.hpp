#pragma once

// The mark every child of one run carries in its environment (kRunVariable). It says which process of which pid
// namespace started it, so that after a crash an orphan is told from the child of another controller that is alive, and
// how it is to be stopped.

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "process/command.hpp"

namespace deployctl::process {

struct RunMark {
  std::uint64_t pid_namespace = 0;
  pid_t holder = 0;
  std::uint64_t holder_start = 0;  ///< ProcessStat::start of the holder
  std::string random;              ///< tells runs of one holder apart
  Stop stop = {};
  WallTime deadline{};  ///< of a run that has one, in whole seconds

  /// Of a new run of this process.
  static RunMark make(Stop stop = {}, WallTime deadline = {});
  /// "<pid namespace>.<holder>.<holder start>.<random>.<signal>.<grace>.<finishes>.<deadline>", times in seconds
  [[nodiscard]] std::string str() const;
  /// A mark is only as good as the child that carries it: a stop that we would not give is replaced by the default.
  static std::optional<RunMark> parse(std::string_view text);
  /// In our pid namespace, and the process that made it lives.
  [[nodiscard]] bool holder_lives() const;

  bool operator==(const RunMark&) const = default;
};

}  // namespace deployctl::process
