#pragma once

// One JSON object per line on stderr (fields: conventions of controller-runtime), or a readable line with
// --log-encoding=console. Everything passes the Redactor. A message starts with a capital letter, past tense, no full
// stop; values are fields, never parts of a format string.

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "base/object_key.hpp"
#include "base/strict_json.hpp"

namespace deployctl {

class SecretSet;

enum class LogLevel : std::uint8_t { Debug, Info, Warning, Error };
enum class LogEncoding : std::uint8_t { Json, Console };

/// Where lines go and what hides secrets in them. One per process, made in main, handed by reference to who logs.
class Logger {
 public:
  using Field = std::pair<std::string_view, Json>;
  using Fields = std::initializer_list<Field>;
  /// Receives one finished line without line break; for tests. The default writes to stderr through spdlog.
  using Sink = std::function<void(std::string_view line)>;

  Logger(LogLevel level, LogEncoding encoding, const SecretSet* secrets, Sink sink = {});
  ~Logger();
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;

  void log(LogLevel level, std::string_view message, Fields fields = {}) const;
  void debug(std::string_view message, Fields fields = {}) const { log(LogLevel::Debug, message, fields); }
  void info(std::string_view message, Fields fields = {}) const { log(LogLevel::Info, message, fields); }
  void warning(std::string_view message, Fields fields = {}) const { log(LogLevel::Warning, message, fields); }
  void error(std::string_view message, const Error& error, Fields fields = {}) const;
  /// With the object's fields (controller, controllerGroup, controllerKind, namespace, name) before the given ones.
  void about(LogLevel level, const ObjectKey& key, std::string_view message, Fields fields = {}) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace deployctl
