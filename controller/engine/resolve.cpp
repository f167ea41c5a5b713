#include "engine/resolve.hpp"

#include <algorithm>
#include <utility>

#include "api/digest.hpp"
#include "api/validation.hpp"
#include "base/random.hpp"
#include "base/sha256.hpp"
#include "engine/past.hpp"
#include "history/snapshot.hpp"
#include "history/target.hpp"

namespace deployctl::engine {

namespace {

/// Only these need the object's old key: without them any key gives the same digest.
bool pins_a_secret(const api::DeploymentSpec& spec) {
  const auto pinned = [](const auto& list, const auto& is_secret) {
    return std::ranges::any_of(list,
                               [&](const auto& each) { return each.track == api::Track::Pinned && is_secret(each); });
  };
  const auto value = [](const api::Variable& each) { return each.value_from && each.value_from->secret_key_ref; };
  const auto output = [](const api::Variable& each) {
    return each.value_from && each.value_from->output_ref && each.track != api::Track::Live;
  };
  const auto from = [](const api::VariablesFrom& each) { return each.secret_ref.has_value(); };
  if (std::ranges::any_of(spec.variables, output) || std::ranges::any_of(spec.env, output)) return true;
  return pinned(spec.variables, value) || pinned(spec.env, value) || pinned(spec.variables_from, from) ||
         pinned(spec.env_from, from);
}

Task<Result<std::string>> key_of(Services& services, const api::Deployment& object) {
  if (object.status.last_revision > 0 && pins_a_secret(object.spec)) {
    auto kept = co_await services.ports.repository.load_revision(object, object.status.last_revision);
    if (kept) {
      const auto snapshot = history::decode_snapshot(kept->payload, kept->digest);
      if (snapshot) co_return snapshot->hmac_key;
    } else if (kept.error().kind != ErrorKind::NotFound && kept.error().kind != ErrorKind::Invalid) {
      co_return kept.error().with_context("reading the key of pinned secrets");
    }
  }
  co_return sha256_hex(random_bytes(32));
}

bool runs_commands(const api::DeploymentSpec& spec) {
  const auto hook = [](const api::Hook& each) { return !each.command.empty(); };
  const auto check = [](const api::HealthCheck& each) { return each.command.has_value(); };
  return std::ranges::any_of(spec.hooks.pre_deploy, hook) || std::ranges::any_of(spec.hooks.post_deploy, hook) ||
         std::ranges::any_of(spec.hooks.pre_rollback, hook) || std::ranges::any_of(spec.hooks.post_rollback, hook) ||
         std::ranges::any_of(spec.health.pre, check) || std::ranges::any_of(spec.health.post, check);
}

std::string joined(const std::vector<std::string>& problems) {
  constexpr std::size_t kShown = 5;
  std::string text;
  for (std::size_t n = 0; n < std::min(problems.size(), kShown); ++n) text += (n == 0 ? "" : "; ") + problems[n];
  if (problems.size() > kShown) text += "; and " + std::to_string(problems.size() - kShown) + " more";
  return text;
}

/// A number of checks that there are not would fail every release.
Result<void> can_pass(const api::Health& health) {
  const auto there = static_cast<std::int64_t>(health.post.size());
  if (health.require.kind != api::Require::Kind::Count || there == 0 || health.require.count <= there) return {};
  return fail(ErrorKind::Invalid, "spec.health.require: " + std::to_string(health.require.count) +
                                      " checks cannot pass, because spec.health.post has " + std::to_string(there) +
                                      ": lower the number, or add checks");
}

/// What changed since the digest was worked out before.
std::string trigger_of(const api::Deployment& object, const std::optional<Desired>& before, const std::string& source) {
  if (object.status.observed_generation != object.meta.generation) return "Spec";
  return before && before->source == source ? "Variables" : "Source";
}

Task<Result<void>> work_out(Services& services, const api::Deployment& object, Resolution& into) {
  if (auto accepted = accept(services, object); !accepted) co_return accepted.error();
  into.spec = sources::substitute_version(object.spec);
  const executors::Executor* executor = services.ports.executors.find(into.spec.type);
  if (auto valid = executor->validate(into.spec); !valid) co_return valid.error();

  auto key = co_await key_of(services, object);
  if (!key) co_return key.error();
  into.hmac_key = std::move(*key);
  auto source = co_await services.sources.fetch(object.meta.key, into.spec);
  services.ports.measurements.source_fetched(sources::kind_of(into.spec.source), source ? "succeeded" : "failed");
  if (!source) co_return source.error();
  into.source = std::move(*source);
  auto variables =
      co_await sources::resolve_variables(services.ports.references, object.meta.key, into.spec, into.hmac_key);
  if (!variables) co_return variables.error();
  into.variables = std::move(*variables);
  std::vector<std::string> secrets = into.variables.secret_values;
  secrets.insert(secrets.end(), into.source.secret_values.begin(), into.source.secret_values.end());
  services.ports.secrets.replace(object.meta.key, std::move(secrets));

  std::string cluster;
  if (into.spec.type == api::Type::Kubernetes) {
    auto access = co_await services.ports.cluster_access.access(object, services.ports.references);
    if (!access) co_return access.error();
    cluster = access->cluster_id;
  }
  into.target = executor->target(object.meta.key, into.spec, cluster);
  co_return Result<void>();
}

}  // namespace

Result<void> accept(const Services& services, const api::Deployment& object) {
  if (const auto missing = api::unsupported(object.spec); !missing.empty())
    return fail(ErrorKind::Invalid, joined(missing));
  if (const auto problems = api::validate(object.spec); !problems.empty())
    return fail(ErrorKind::Invalid, joined(problems));
  if (auto possible = can_pass(object.spec.health); !possible) return possible;
  const std::string type(api::to_string(object.spec.type));
  if (services.ports.executors.find(object.spec.type) == nullptr)
    return fail(ErrorKind::Invalid, "spec.type: " + type + " is not supported by this version");
  if (auto allowed = services.allows(type, object.meta.key.ns); !allowed) return allowed;
  if (runs_commands(object.spec)) return services.allows("command", object.meta.key.ns);
  return {};
}

Task<Resolution> resolve(Services& services, api::Deployment object, std::optional<Desired> before,
                         std::string reconcile_token) {
  Resolution resolution;
  const auto worked = co_await work_out(services, object, resolution);
  Desired& desired = resolution.desired;
  desired.generation = object.meta.generation;
  desired.at = services.ports.clock.wall();
  desired.reconcile_token = std::move(reconcile_token);
  if (!worked) {
    desired.error = worked.error();
    if (before) desired.source = before->source;
    desired.failures = before && before->error && before->generation == desired.generation ? before->failures + 1 : 1;
    co_return resolution;
  }
  desired.source = resolution.source.sha256;
  desired.trigger = trigger_of(object, before, desired.source);
  desired.digest = api::digest_of({.spec = resolution.spec,
                                   .source = resolution.source.sha256,
                                   .variables = resolution.variables.pinned.variables,
                                   .env = resolution.variables.pinned.env,
                                   .target = resolution.target});
  desired.gate = api::gate_of(resolution.spec);
  if (object.status.target) desired.target_move = history::target_move(*object.status.target, resolution.target);
  co_return resolution;
}

}  // namespace deployctl::engine
