#include "base/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

#include "base/redact.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

namespace deployctl {
namespace {

std::string_view word(LogLevel level) {
  switch (level) {
    case LogLevel::Debug: return "debug";
    case LogLevel::Info: return "info";
    case LogLevel::Warning: return "warning";
    case LogLevel::Error: return "error";
  }
  return "info";
}

Logger::Sink stderr_sink() {
  auto logger = std::make_shared<spdlog::logger>("deployctl", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%v");
  logger->set_level(spdlog::level::info);
  // The line is finished: it is an argument, never a format string.
  return [logger](std::string_view line) { logger->info("{}", line); };
}

std::string now() {
  return format_rfc3339_micro(std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()));
}

}  // namespace

struct Logger::State {
  LogLevel level;
  LogEncoding encoding;
  const SecretSet* secrets;
  Sink sink;

  [[nodiscard]] std::string redacted(std::string_view text) const {
    return secrets == nullptr ? std::string(text) : secrets->redact(text);
  }

  /// Every string leaf, so that a secret is found before JSON escapes it.
  // NOLINTNEXTLINE(misc-no-recursion): fields are ours and shallow
  [[nodiscard]] Json redacted_json(Json value) const {
    if (value.is_string()) return redacted(value.get_ref<const std::string&>());
    if (value.is_structured()) {
      for (Json& child : value) child = redacted_json(std::move(child));
    }
    return value;
  }

  void write(LogLevel at, std::string_view message, const Logger::Fields& first, const Logger::Fields& second) const {
    if (at < level) return;
    if (encoding == LogEncoding::Json) {
      nlohmann::ordered_json line{{"level", word(at)}, {"ts", now()}, {"msg", valid_utf8(redacted(message))}};
      for (const auto* fields : {&first, &second}) {
        for (const auto& [name, value] : *fields) line[std::string(name)] = redacted_json(value);
      }
      sink(line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
      return;
    }
    std::string name(word(at));
    std::ranges::transform(name, name.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
    name.resize(std::max<std::size_t>(name.size(), 7), ' ');
    std::string line = now() + " " + name + " " + one_line(redacted(message));
    for (const auto* fields : {&first, &second}) {
      for (const auto& [field, value] : *fields) {
        const Json shown = redacted_json(value);
        line += " " + std::string(field) + "=" +
                (shown.is_string() ? one_line(shown.get<std::string>()) : dump_json(shown));
      }
    }
    sink(line);
  }
};

Logger::Logger(LogLevel level, LogEncoding encoding, const SecretSet* secrets, Sink sink)
    : state_(std::make_unique<State>(State{level, encoding, secrets, sink ? std::move(sink) : stderr_sink()})) {}
Logger::~Logger() = default;

void Logger::log(LogLevel level, std::string_view message, Fields fields) const {
  state_->write(level, message, fields, {});
}

void Logger::error(std::string_view message, const Error& error, Fields fields) const {
  state_->write(LogLevel::Error, message, {{"error", error.message}, {"kind", to_string(error.kind)}}, fields);
}

void Logger::about(LogLevel level, const ObjectKey& key, std::string_view message, Fields fields) const {
  state_->write(level, message,
                {{"controller", "deployctl-deployment"},
                 {"controllerGroup", "deployctl.io"},
                 {"controllerKind", "Deployment"},
                 {"namespace", key.ns},
                 {"name", key.name}},
                fields);
}

}  // namespace deployctl
