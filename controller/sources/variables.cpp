#include "sources/variables.hpp"

#include <optional>
#include <utility>

#include "api/validation.hpp"
#include "base/text.hpp"
#include "ports/attachment.hpp"
#include "sources/reference_reader.hpp"

namespace deployctl::sources {
namespace {

using Kind = ReferenceReader::Kind;

struct Value {
  std::string text;
  bool secret = false;
  bool pinned = true;
};
using Values = std::map<std::string, Value>;

/// Which entries are read: all, or for a kept revision only those that are not in it.
enum class Reading : bool { All, OnlyLive };

/// Null when the name and the value may be used; else why not.
Result<void> usable(const std::string& field, const std::string& name, const std::string& value) {
  const std::string shown = "\"" + cut(one_line(name), 100) + "\"";
  if (name.starts_with("DEPLOYCTL_")) {
    return fail(ErrorKind::Invalid,
                field + ": names that begin with DEPLOYCTL_ are the product's own; rename " + shown);
  }
  if (!api::is_allowed_variable_name(name)) {
    return fail(ErrorKind::Invalid, field + ": " + shown +
                                        " is not allowed as a variable's name, because it changes how tools run or is "
                                        "not a name; rename it or use a prefix");
  }
  if (value.contains('\0')) {
    return fail(ErrorKind::Invalid, field + ": the value of " + shown + " has a NUL byte; use a file of the source");
  }
  if (valid_utf8(value) != value) {
    return fail(ErrorKind::Invalid, field + ": the value of " + shown + " is not UTF-8 text; use a file of the source");
  }
  return {};
}

/// Reads one pair of lists (`variablesFrom` and `variables`, or `envFrom` and `env`).
class ListReader {
 public:
  ListReader(ReferenceReader& references, Reading reading, Missing missing)
      : references_(references), reading_(reading), missing_(missing) {}

  Task<Result<Values>> read(std::string name, std::vector<api::VariablesFrom> from, std::vector<api::Variable> single) {
    for (std::size_t i = 0; i < from.size(); ++i) {
      auto taken = co_await take_all("spec." + name + "From[" + std::to_string(i) + "]", from[i]);
      if (!taken && !is_left_out(taken.error())) co_return taken.error();
    }
    for (const api::Variable& variable : single) {
      auto taken = co_await take_one("spec." + name + "[" + cut(one_line(variable.name), 100) + "]", variable);
      if (!taken && !is_left_out(taken.error())) co_return taken.error();
    }
    co_return std::move(values_);
  }
  [[nodiscard]] const std::vector<std::string>& left_out() const { return left_out_; }

 private:
  bool is_left_out(const Error& error) {
    if (missing_ == Missing::Fail || error.kind != ErrorKind::DependencyNotReady) return false;
    left_out_.push_back(what_is_missing(error));
    return true;
  }
  [[nodiscard]] bool skips(bool pinned) const { return pinned && reading_ == Reading::OnlyLive; }

  Result<void> put(const std::string& field, const std::string& name, Value value) {
    if (auto fine = usable(field, name, value.text); !fine) return fine;
    values_.insert_or_assign(name, std::move(value));
    return {};
  }

  Task<Result<void>> take_all(std::string field, api::VariablesFrom from) {
    const bool secret = from.secret_ref.has_value();
    const bool pinned = is_pinned(from.track, secret);
    if (skips(pinned)) co_return Result<void>();
    const auto& ref = secret ? from.secret_ref : from.config_map_ref;
    if (!ref) co_return fail(ErrorKind::Invalid, field + ": set one of configMapRef and secretRef");
    auto found = co_await references_.all(field + (secret ? ".secretRef" : ".configMapRef"),
                                          secret ? Kind::Secret : Kind::ConfigMap, ref->name, ref->optional);
    if (!found) co_return found.error();
    const std::optional<ports::KeyValues> keys = std::move(*found);
    if (!keys) co_return Result<void>();
    for (const auto& [key, text] : *keys) {
      auto taken = put(field, from.prefix + key, {.text = text, .secret = secret, .pinned = pinned});
      if (!taken) co_return taken.error();
    }
    co_return Result<void>();
  }

  Task<Result<void>> take_one(std::string field, api::Variable variable) {
    const bool secret = variable.value_from && variable.value_from->secret_key_ref;
    const bool pinned = is_pinned(variable.track, secret);
    if (skips(pinned)) co_return Result<void>();
    if (variable.value_from && variable.value_from->output_ref)
      co_return co_await take_output(std::move(field), variable.name, *variable.value_from->output_ref, pinned);
    if (variable.value) {
      co_return put(field, variable.name, {.text = *variable.value, .secret = false, .pinned = pinned});
    }
    if (!variable.value_from) co_return fail(ErrorKind::Invalid, field + ": set one of value and valueFrom");
    const auto& ref = secret ? variable.value_from->secret_key_ref : variable.value_from->config_map_key_ref;
    if (!ref) co_return fail(ErrorKind::Invalid, field + ".valueFrom: set one of secretKeyRef and configMapKeyRef");
    auto found = co_await references_.one(field + (secret ? ".valueFrom.secretKeyRef" : ".valueFrom.configMapKeyRef"),
                                          secret ? Kind::Secret : Kind::ConfigMap, *ref);
    if (!found) co_return found.error();
    const std::optional<std::string> value = std::move(*found);
    if (!value) co_return Result<void>();
    co_return put(field, variable.name, {.text = *value, .secret = secret, .pinned = pinned});
  }

  Task<Result<void>> take_output(std::string field, std::string name, api::OutputRef ref, bool pinned) {
    const std::string where = field + ".valueFrom.outputRef";
    const std::string secret = ports::attachment_name(ref.deployment, ports::Attachment::Outputs);
    auto found = co_await references_.one(where, Kind::Secret, {.name = secret, .key = ref.output, .optional = false});
    if (!found && found.error().kind == ErrorKind::DependencyNotReady)
      co_return fail(ErrorKind::DependencyNotReady, where + ": Deployment \"" + ref.deployment + "\" has no output \"" +
                                                        ref.output + "\" yet; it is waited for");
    if (!found) co_return found.error();
    co_return put(field, name, {.text = found->value_or(""), .secret = true, .pinned = pinned});
  }

  ReferenceReader& references_;
  Reading reading_;
  Missing missing_;
  Values values_;
  std::vector<std::string> left_out_;
};

struct Both {
  Values variables;
  Values env;
  std::vector<std::string> left_out;
};

Task<Result<Both>> read_both(ports::References& references, ObjectKey key, api::DeploymentSpec spec, Reading reading,
                             Missing missing) {
  ReferenceReader reader(references, std::move(key));
  ListReader variables(reader, reading, missing);
  ListReader env(reader, reading, missing);
  auto read_variables = co_await variables.read("variables", spec.variables_from, spec.variables);
  if (!read_variables) co_return read_variables.error();
  auto read_env = co_await env.read("env", spec.env_from, spec.env);
  if (!read_env) co_return read_env.error();
  Both both{.variables = std::move(*read_variables), .env = std::move(*read_env), .left_out = variables.left_out()};
  both.left_out.insert(both.left_out.end(), env.left_out().begin(), env.left_out().end());
  co_return both;
}

void use(const Values& values, std::map<std::string, std::string>& in_use, std::vector<std::string>& secrets) {
  for (const auto& [name, value] : values) {
    in_use.insert_or_assign(name, value.text);
    if (value.secret) secrets.push_back(value.text);
  }
}

void pin(const Values& values, const std::string& hmac_key, std::map<std::string, std::string>& pinned,
         std::map<std::string, std::string>& clear) {
  for (const auto& [name, value] : values) {
    if (!value.pinned) continue;
    pinned.emplace(name, value.secret ? ports::hmac_form(hmac_key, value.text) : value.text);
    if (value.secret) clear.emplace(name, value.text);
  }
}

void use_pinned(const std::map<std::string, std::string>& pinned, const std::map<std::string, std::string>& clear,
                std::map<std::string, std::string>& in_use, std::vector<std::string>& secrets) {
  for (const auto& [name, value] : pinned) {
    const auto secret = clear.find(name);
    in_use.insert_or_assign(name, secret == clear.end() ? value : secret->second);
    if (secret != clear.end()) secrets.push_back(secret->second);
  }
}

void add_version(const api::DeploymentSpec& spec, std::map<std::string, std::string>& variables) {
  variables.insert_or_assign("DEPLOYCTL_VERSION", spec.version);
}

}  // namespace

bool is_pinned(const std::optional<api::Track>& track, bool secret) {
  if (track) return *track == api::Track::Pinned;
  return !secret;
}

Task<Result<ResolvedVariables>> resolve_variables(ports::References& references, ObjectKey key,
                                                  api::DeploymentSpec spec, std::string hmac_key) {
  auto read = co_await read_both(references, std::move(key), spec, Reading::All, Missing::Fail);
  if (!read) co_return read.error();
  ResolvedVariables resolved;
  use(read->variables, resolved.variables, resolved.secret_values);
  use(read->env, resolved.env, resolved.secret_values);
  pin(read->variables, hmac_key, resolved.pinned.variables, resolved.pinned.secret_variables);
  pin(read->env, hmac_key, resolved.pinned.env, resolved.pinned.secret_env);
  add_version(spec, resolved.variables);
  co_return resolved;
}

Task<Result<ResolvedVariables>> restore_variables(ports::References& references, ObjectKey key,
                                                  api::DeploymentSpec spec, ports::PinnedValues pinned,
                                                  Missing missing) {
  auto read = co_await read_both(references, std::move(key), spec, Reading::OnlyLive, missing);
  if (!read) co_return read.error();
  ResolvedVariables resolved;
  resolved.left_out = std::move(read->left_out);
  use(read->variables, resolved.variables, resolved.secret_values);
  use(read->env, resolved.env, resolved.secret_values);
  // A name that was pinned had won over a Live one when the revision was made: it wins again.
  use_pinned(pinned.variables, pinned.secret_variables, resolved.variables, resolved.secret_values);
  use_pinned(pinned.env, pinned.secret_env, resolved.env, resolved.secret_values);
  resolved.pinned = std::move(pinned);
  add_version(spec, resolved.variables);
  co_return resolved;
}

std::string substitute_version(std::string_view text, std::string_view version) {
  constexpr std::string_view kMark = "${version}";
  std::string out;
  std::size_t begin = 0;
  for (std::size_t mark = text.find(kMark); mark != std::string_view::npos; mark = text.find(kMark, begin)) {
    out.append(text.substr(begin, mark - begin)).append(version);
    begin = mark + kMark.size();
  }
  return out.append(text.substr(begin));
}

api::DeploymentSpec substitute_version(api::DeploymentSpec spec) {
  if (!spec.docker) return spec;
  if (spec.docker->image) spec.docker->image = substitute_version(*spec.docker->image, spec.version);
  if (spec.docker->build) {
    for (auto& [name, value] : spec.docker->build->args) value = substitute_version(value, spec.version);
  }
  return spec;
}

}  // namespace deployctl::sources
