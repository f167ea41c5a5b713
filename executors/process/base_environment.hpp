#pragma once

// The environment of every child: an allow-list, never our own environment. The little that is handed on (proxies, time
// zone, trust bundle) is the operator's own and read once at start.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "process/command.hpp"

namespace deployctl::process {

inline constexpr std::string_view kOperationVariable = "DEPLOYCTL_OPERATION";
/// One run's own mark, see run_mark.hpp: finds what left the process group, and after a crash whose child it was.
inline constexpr std::string_view kRunVariable = "DEPLOYCTL_RUN";

/// What of the operator's environment children get: TZ, SSL_CERT_FILE, SSL_CERT_DIR, HTTP_PROXY, HTTPS_PROXY, NO_PROXY
/// and the lower-case forms.
struct BaseEnvironment {
  std::map<std::string, std::string> inherited;

  /// From `environ`-like "NAME=value" strings.
  static BaseEnvironment from(const char* const* variables);
};

/// A variable that a child has without a command's doing: handed on, or made for the run.
bool is_of_every_child(std::string_view name);
/// The names that are handed on.
const std::vector<std::string_view>& handed_on();

/// What one run adds.
struct RunEnvironment {
  std::string path;       ///< PATH
  std::string home;       ///< HOME
  std::string tmp;        ///< TMPDIR
  std::string operation;  ///< kOperationVariable
  std::string mark;       ///< kRunVariable
};

/// Complete "NAME=value" strings, sorted by name. The command's own variables win over the base, except over PATH and
/// the two marks.
std::vector<std::string> environment(const BaseEnvironment& base, const RunEnvironment& run, const Command& command);

}  // namespace deployctl::process
