#include "base/log.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <chrono>

#include "base/redact.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

namespace deployctl {
namespace {

using OrderedJson = nlohmann::ordered_json;

// More of one value than this is no longer read by anybody; the whole output of a tool has its own place.
constexpr std::size_t kLongestValue = 32U * 1024;

std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::Debug: return "debug";
    case LogLevel::Info: return "info";
    case LogLevel::Warning: return "warning";
    case LogLevel::Error: return "error";
  }
  return "error";
}

std::string_view console_level(LogLevel level) {
  switch (level) {
    case LogLevel::Debug: return "DEBUG";
    case LogLevel::Info: return "INFO ";
    case LogLevel::Warning: return "WARN ";
    case LogLevel::Error: return "ERROR";
  }
  return "ERROR";
}

WallTime now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

std::string console_value(const Json& value) {
  if (!value.is_string()) return one_line(dump_json(value));
  const std::string text = one_line(value.get_ref<const std::string&>());
  const bool is_word = !text.empty() && text.find_first_of(" =\"") == std::string::npos;
  return is_word ? text : dump_json(Json(text));
}

}  // namespace

struct Logger::State {
  LogLevel level;
  LogEncoding encoding;
  const SecretSet* secrets;
  Sink sink;
  std::unique_ptr<spdlog::logger> standard_error;

  [[nodiscard]] std::string hidden(std::string_view text) const {
    return secrets == nullptr ? std::string(text) : secrets->redact(text);
  }
  /// A value without secrets: redacted as it is, before its encoding escapes it, and once more as it will be printed,
  /// for secrets that are numbers or whole JSON texts.
  [[nodiscard]] Json clean(const Json& value) const {
    if (value.is_string()) return cut(hidden(value.get_ref<const std::string&>()), kLongestValue);
    const std::string printed = dump_json(value);
    std::string redacted = hidden(printed);
    if (redacted == printed && printed.size() <= kLongestValue) return value;
    return cut(redacted, kLongestValue);
  }
  [[nodiscard]] std::string json_line(LogLevel of, std::string_view message, const std::vector<Field>& fields) const {
    OrderedJson line = {
        {"level", level_name(of)}, {"ts", format_rfc3339_micro(now())}, {"msg", clean(std::string(message))}};
    for (const auto& [name, value] : fields) line[std::string(name)] = clean(value);
    return line.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
  }
  [[nodiscard]] std::string console_line(LogLevel of, std::string_view message,
                                         const std::vector<Field>& fields) const {
    std::string line = fmt::format("{} {} {}", format_rfc3339(now()), console_level(of), one_line(hidden(message)));
    for (const auto& [name, value] : fields) line += fmt::format(" {}={}", name, console_value(clean(value)));
    return hidden(line);
  }
  void write(LogLevel of, std::string_view message, const std::vector<Field>& fields) const {
    if (of < level) return;
    const std::string line =
        encoding == LogEncoding::Json ? json_line(of, message, fields) : console_line(of, message, fields);
    if (sink) {
      sink(line);
    } else {
      standard_error->log(spdlog::level::info, spdlog::string_view_t(line));
    }
  }
};

Logger::Logger(LogLevel level, LogEncoding encoding, const SecretSet* secrets, Sink sink)
    : state_(std::make_unique<State>(State{level, encoding, secrets, std::move(sink), nullptr})) {
  if (state_->sink) return;
  state_->standard_error =
      std::make_unique<spdlog::logger>("stderr", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  state_->standard_error->set_pattern("%v");
}
Logger::~Logger() = default;

void Logger::log(LogLevel level, std::string_view message, Fields fields) const {
  state_->write(level, message, fields);
}

void Logger::error(std::string_view message, const Error& error, Fields fields) const {
  std::vector<Field> all{{"error", error.message}, {"errorKind", to_string(error.kind)}};
  all.insert(all.end(), fields.begin(), fields.end());
  state_->write(LogLevel::Error, message, all);
}

void Logger::about(LogLevel level, const ObjectKey& key, std::string_view message, Fields fields) const {
  std::vector<Field> all{{"controller", "deployctl-deployment"},
                         {"controllerGroup", "deployctl.io"},
                         {"controllerKind", "Deployment"},
                         {"namespace", key.ns},
                         {"name", key.name}};
  all.insert(all.end(), fields.begin(), fields.end());
  state_->write(level, message, all);
}

}  // namespace deployctl
