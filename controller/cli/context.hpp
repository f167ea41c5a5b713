#pragma once

// What every command of `deployctl` gets: the flags, where it writes, its loop. Machine output goes to `out`, the rest
// to `err`. Made in main, lives as long as the command.

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>

#include "async/asio.hpp"
#include "config/configuration.hpp"

namespace deployctl::cli {

/// How a command ends (api.md section 8).
enum ExitCode : int {
  kOk = 0,
  kError = 1,
  kUsage = 2,  ///< usage, or a configuration that cannot work
  kFailed = 3,
  kTimedOut = 4,
  kNotFound = 5,
  kRolledBack = 6,
  kInterrupted = 130,
};

/// Every flag of every command; a command reads those of its own row in the table.
struct Flags {
  std::optional<std::string> config_dir;
  std::string app;
  std::string environment;
  std::optional<std::string> version;
  std::string output;  ///< empty: for people
  std::string shell;
  std::string tools_dir;
};

struct Context {
  asio::any_io_executor executor;
  Flags flags;
  std::ostream& out;
  std::ostream& err;
};

/// A variable of our own environment.
std::optional<std::string> variable(const std::string& name);
/// Where the files are looked for.
config::Places places(const Flags& flags);

/// "error: <sentence>" on stderr.
void complain(Context& context, const std::string& sentence);
/// Tells all problems on stderr; true when one is an error.
bool tell(Context& context, const config::Problems& problems);

/// What app and environment of the flags are; nothing when they are unknown (told, with the nearest names; `code` is
/// what to end with) or cannot work.
std::optional<config::Merged> chosen(Context& context, const config::Configuration& configuration, int& code);

}  // namespace deployctl::cli
