#pragma once

// An executor is a pure procedure plus a table. A procedure starts nothing: it says what to run next and reads what
// came back. The engine drives it, one step at a time; it is never serialised: after a crash the executor's rule says
// how to begin again.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/result.hpp"
#include "base/strict_json.hpp"
#include "base/time.hpp"
#include "ports/http_client.hpp"
#include "process/command.hpp"
#include "process/process_runner.hpp"

namespace deployctl::executors {

/// What running a step can change outside. None: nothing (safe before the journal is written). Repeatable: running it
/// twice ends in the same place. Once: must not run twice without a look (terraform apply, ansible-playbook, command
/// hooks).
enum class Effect : std::uint8_t { None, Repeatable, Once };

struct Step {
  std::string name;  ///< lower case, from a closed set per tool: it is a metric label
  std::variant<process::Command, ports::HttpRequest> work;
  Duration timeout = std::chrono::minutes(5);
  Effect effect = Effect::None;
  bool cleanup = false;  ///< may still run after a cancel or a time-out
};

/// How a step ended, as the procedure sees it. Raw output: it never leaves the process unredacted.
struct StepResult {
  process::ProcessResult process;                   ///< for commands
  std::optional<Result<ports::HttpResponse>> http;  ///< for exchanges
  int also_good = 0;                                ///< Command::also_good
  [[nodiscard]] bool ok() const {
    if (http) return http->has_value() && (*http)->status < 400;
    return process.exit.ok() || (process.exit.kind == process::Exit::Kind::Exited && process.exit.code == also_good);
  }
  /// Stopped from outside or by its own deadline: only cleanup steps may follow.
  [[nodiscard]] bool interrupted() const {
    return process.exit.kind == process::Exit::Kind::Cancelled || process.exit.kind == process::Exit::Kind::TimedOut;
  }
};

/// Kept in the revision Secret, written once before the first step with an effect.
struct Remembered {
  Json pins = Json::object();      ///< image ids, digests: what the inputs resolved to
  Json inventory = Json::array();  ///< what this revision will own
  bool operator==(const Remembered&) const = default;
};

/// Wait, then ask again (`next` gets no result). `why` is shown when the operation runs out of time here.
struct Pause {
  Duration length{};
  std::string why;
};
struct Output {
  std::string name;
  std::string value;       ///< a text as it is, anything else as compact JSON
  bool sensitive = false;  ///< hidden wherever text leaves us
  bool operator==(const Output&) const = default;
};
struct Done {
  std::string message;  ///< for people: "container x runs image y"
  /// What a person must know although it went well ("nothing was changed on the hosts"): part of what is told at the
  /// end, and a Warning event where nothing else stays to tell it.
  std::string caveat = {};
  Json inventory = nullptr;  ///< replaces the remembered one where it is only known at the end
  /// Nothing: not told, what is kept stays. Told by deploy, and by a verify that knows them.
  std::optional<std::vector<Output>> outputs = {};
};
/// Ended without success. `error.kind` StepFailed, StepTimedOut, Conflict, Invalid, AccessDenied, ExecutorUnavailable,
/// StateLocked, Transient, Cancelled: the engine's failure table does the rest.
struct Failed {
  Error error;
};
/// What a person is asked to approve.
struct Plan {
  std::string digest;  ///< SHA-256 in hex, over Inputs::digest and what would change: two equal plans have one digest
  std::int64_t add = 0, change = 0, destroy = 0;
  std::string summary;  ///< one line for people
  std::string file;     ///< name of the saved plan in Inputs::work_dir; empty: none. Kept when it is not too large
  bool operator==(const Plan&) const = default;
};
/// A person has to approve `plan` before the next step. Only while nothing of this run has changed anything: before the
/// first effect, or when the tool refused the kept plan as out of date. Ends the operation; nothing waits in memory.
struct NeedsApproval {
  Plan plan;
};

using Next = std::variant<Step, Pause, Done, Failed, NeedsApproval>;

class Procedure {
 public:
  virtual ~Procedure() = default;
  /// First call and the call after a Pause get nothing; the call after a Step gets its result. After Done, Failed or
  /// NeedsApproval it is not called again.
  virtual Next next(const StepResult* previous) = 0;
  /// What the steps so far found out; read by the engine before the first step with an effect.
  [[nodiscard]] virtual Remembered remembered() const = 0;
};

}  // namespace deployctl::executors
