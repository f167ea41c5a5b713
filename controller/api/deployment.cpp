#include "api/deployment.hpp"

#include "api/spec_fields.hpp"
#include "api/spec_reader.hpp"
#include "api/spec_writer.hpp"
#include "api/words.hpp"

namespace deployctl::api {
namespace {

constexpr Duration kCommandHookTimeout = std::chrono::minutes(5);
constexpr Duration kHttpHookTimeout = std::chrono::seconds(30);

}  // namespace

std::string_view to_string(Type type) { return word_of(type); }
std::optional<Type> parse_type(std::string_view text) { return parse_word<Type>(text); }

Drift drift_of(const DeploymentSpec& spec) {
  return spec.drift.value_or(spec.type == Type::Ansible ? Drift::Ignore : Drift::Report);
}

Duration rollback_timeout_of(const DeploymentSpec& spec) { return spec.rollback.timeout.value_or(spec.timeout); }

bool approval_required(const DeploymentSpec& spec) {
  return spec.approval.required || (spec.terraform && !spec.terraform->auto_approve);
}

Duration timeout_of(const Hook& hook) {
  return hook.timeout.value_or(hook.http ? kHttpHookTimeout : kCommandHookTimeout);
}

Result<DeploymentSpec> decode_spec(const Json& spec) {
  DeploymentSpec decoded;
  SpecReader reader;
  if (!reader.read(spec, decoded, "spec")) return fail(ErrorKind::Invalid, reader.problem());
  return decoded;
}

Json encode_spec(const DeploymentSpec& spec) { return SpecWriter(Form::People).write(spec); }

}  // namespace deployctl::api
