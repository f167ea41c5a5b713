// What a deployment tells others: kept in Secret NAME-outputs when it serves, read again for checks that refer to it.

#include <algorithm>
#include <utility>

#include "engine/engine_state.hpp"
#include "health/outputs.hpp"

namespace deployctl::engine {

namespace {

constexpr std::size_t kLongestName = 128;

/// What a key of a Secret may be.
bool is_name(std::string_view name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  return !name.empty() && name.size() <= kLongestName && !name.starts_with('.') &&
         name.find_first_not_of(kAllowed) == std::string_view::npos;
}

/// Names of the sensitive ones, by commas.
bool names(std::string_view list, std::string_view name) {
  for (std::size_t end = 0; end != std::string_view::npos; list.remove_prefix(std::min(end + 1, list.size()))) {
    end = list.find(',');
    if (list.substr(0, end) == name) return true;
    if (end == std::string_view::npos) break;
  }
  return false;
}

}  // namespace

/// The sensitive ones are hidden from now on.
void Engine::State::hide_outputs(const ObjectKey& key, const std::vector<executors::Output>& outputs) {
  std::vector<std::string> secrets;
  for (const executors::Output& output : outputs)
    if (output.sensitive) secrets.push_back(output.value);
  services.hide(key, "outputs", std::move(secrets));
}

/// As they are kept; the sensitive ones are hidden. None are: an empty map.
Task<Result<std::map<std::string, std::string>>> Engine::State::read_outputs(api::Deployment object) {
  auto kept = co_await services.ports.repository.attached(object, ports::Attachment::Outputs);
  if (!kept) co_return kept.error().with_context("outputs");
  if (!*kept) co_return std::map<std::string, std::string>();
  std::vector<executors::Output> outputs;
  for (const auto& [name, value] : (*kept)->values)
    outputs.push_back({.name = name, .value = value, .sensitive = names((*kept)->note, name)});
  hide_outputs(object.meta.key, outputs);
  co_return std::move((*kept)->values);
}

/// Of what serves. None are kept: an empty map.
Task<Result<std::map<std::string, std::string>>> Engine::State::kept_outputs(api::Deployment object) {
  if (!object.status.outputs) co_return std::map<std::string, std::string>();
  co_return co_await read_outputs(std::move(object));
}

/// Under an empty status, which does not say whether there are any.
Task<Result<std::optional<api::Outputs>>> Engine::State::found_outputs(api::Deployment object) {
  const auto values = co_await read_outputs(object);
  if (!values) co_return values.error();
  if (values->empty()) co_return std::optional<api::Outputs>();
  api::Outputs found{.secret_name = ports::attachment_name(object.meta.key.name, ports::Attachment::Outputs),
                     .names = {}};
  for (const auto& [name, value] : *values) found.names.push_back(name);
  co_return std::optional(std::move(found));
}

/// The Secret and what the status says of it. A release is not given up for what it tells others: what can never be
/// kept is said in the message, and those of before go, so that nobody reads what is not true any more. What may not be
/// written is Forbidden; any other error is one to try again.
Task<Result<void>> Engine::State::keep_outputs(api::Deployment object, const ActiveOperation& operation,
                                               Closing& closing) {
  if (!operation.machine || !operation.machine->outputs()) co_return Result<void>();
  ports::AttachedValues values;
  api::Outputs shown{.secret_name = ports::attachment_name(object.meta.key.name, ports::Attachment::Outputs),
                     .names = {}};
  std::string left_out;
  for (const executors::Output& output : *operation.machine->outputs()) {
    if (!is_name(output.name)) {
      left_out = "; an output whose name no Secret may have was left out";
      continue;
    }
    values.values.insert_or_assign(output.name, output.value);
    if (output.sensitive) values.note += (values.note.empty() ? "" : ",") + output.name;
    shown.names.push_back(output.name);
  }
  std::ranges::sort(shown.names);
  const std::string secret = "Secret " + shown.secret_name;
  Result<void> kept;
  if (!shown.names.empty())
    kept = co_await services.ports.repository.attach(object, ports::Attachment::Outputs, std::move(values));
  const bool never =
      !kept && (kept.error().kind == ErrorKind::AlreadyExists || kept.error().kind == ErrorKind::Invalid);
  if (!kept && !never) co_return kept.error().with_context("writing the outputs into " + secret);
  if (shown.names.empty() || never) {
    const auto gone = co_await services.ports.repository.detach(object, ports::Attachment::Outputs);
    if (!gone) co_return gone.error().with_context("taking away " + secret);
  } else {
    closing.outputs = std::move(shown);
  }
  closing.tells_outputs = true;
  closing.message += left_out;
  if (never) closing.message += "; its outputs were not kept: " + kept.error().message;
  co_return Result<void>();
}

/// Of what the operation deploys, as soon as that is told; until then, and where it is not, of what serves.
std::map<std::string, std::string> Engine::State::outputs_of(const ActiveOperation& operation) {
  if (!operation.machine || !operation.machine->outputs()) return operation.kept_outputs;
  std::map<std::string, std::string> values;
  for (const executors::Output& output : *operation.machine->outputs()) values[output.name] = output.value;
  return values;
}

}  // namespace deployctl::engine
