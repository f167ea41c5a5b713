#include "kubectl/scripts.hpp"

#include <algorithm>
#include <utility>

#include "kubectl/commands.hpp"
#include "kubectl/json_path.hpp"
#include "kubectl/kustomization.hpp"
#include "kubectl/manifests.hpp"
#include "kubectl/output.hpp"
#include "kubectl/readiness.hpp"

namespace deployctl::kubectl {
namespace {

using executors::Done;
using executors::Failed;
using executors::Inputs;
using executors::Next;
using executors::Pause;
using executors::Script;
using executors::ScriptContext;
using executors::StepResult;

constexpr Duration kPoll = std::chrono::seconds(1);
/// Looks in a row that show a hopeless pod before it is believed: a pod of the release before has the same labels and
/// may still be there for a moment after the apply that replaced it, a rollback's above all.
constexpr int kSureAfter = 5;

std::string count_of(std::size_t objects) { return std::to_string(objects) + (objects == 1 ? " object" : " objects"); }

bool has_failed(const Next& end) { return std::holds_alternative<Failed>(end); }

bool uses_kustomize(const Inputs& in) {
  if (in.spec.kubernetes && in.spec.kubernetes->kustomize) return *in.spec.kubernetes->kustomize;
  if (!in.files) return false;
  return in.files->contains("kustomization.yaml") || in.files->contains("kustomization.yml") ||
         in.files->contains("Kustomization");
}

std::optional<Error> refusal(const Inputs& in, const std::vector<Json>& objects) {
  if (!objects.empty()) return std::nullopt;
  const std::size_t serving = read_inventory(in.inventory).size();
  std::string message = "the source renders to no object at all";
  if (serving > 0) message += ": " + count_of(serving) + " deployed before will be left as deployed";
  return fail(ErrorKind::Invalid, message + " (delete the Deployment to remove them, or check spec.path)");
}

/// The identities as the server knows them: its answer says whether an object has a namespace.
std::vector<ObjectId> applied_ids(const Inputs& in, const std::vector<Json>& objects,
                                  const std::vector<Json>& answers) {
  std::vector<ObjectId> ids;
  for (const Json& object : objects) {
    ObjectId id = id_of(object);
    const auto answer = std::ranges::find_if(answers, [&](const Json& each) {
      const ObjectId other = id_of(each);
      return other.kind == id.kind && other.group() == id.group() && other.name == id.name &&
             (id.ns.empty() || other.ns == id.ns);
    });
    if (answer != answers.end()) {
      id.ns = text_at(*answer, {"metadata", "namespace"});
    } else if (id.ns.empty()) {
      id.ns = namespace_of(in);
    }
    ids.push_back(std::move(id));
  }
  return ids;
}

std::optional<Error> cluster_scope_refusal(const Inputs& in, const std::vector<Json>& answers) {
  if (in.allow_cluster_scope) return std::nullopt;
  const auto outside =
      std::ranges::find_if(answers, [](const Json& each) { return text_at(each, {"metadata", "namespace"}).empty(); });
  if (outside == answers.end()) return std::nullopt;
  return fail(ErrorKind::AccessDenied, id_of(*outside).str() +
                                           " is cluster-scoped: let the controller run with "
                                           "--allow-cluster-scope to allow it");
}

/// The declared objects that may stand there already: not those the dry run would have created.
std::vector<ObjectId> possibly_there(const std::vector<ObjectId>& ids, const std::vector<Json>& answers) {
  std::vector<ObjectId> there;
  std::ranges::copy_if(ids, std::back_inserter(there), [&](const ObjectId& id) {
    return std::ranges::none_of(answers, [&](const Json& each) {
      return is_same_object(id_of(each), id) && text_at(each, {"metadata", "resourceVersion"}).empty();
    });
  });
  return there;
}

/// Two Deployments that declare the same object would take it from each other for ever: the second one is told. The
/// dry run cannot tell, in its answer our labels are merged over the owner's.
Script refuse_others(Inputs in, std::vector<ObjectId> ids) {
  if (in.spec.kubernetes && in.spec.kubernetes->force) co_return Done{"taken over, whoever owns it"};
  while (!ids.empty()) {
    const StepResult got = co_await get(in, "look", as_list(ids), true);
    if (!got.ok()) {
      if (drop_unknown_kinds(ids, got.process.err)) continue;
      co_return Failed{error_of(got)};
    }
    const auto live = read_objects(got.process.out);
    if (!live) co_return Failed{live.error()};
    if (auto other = other_owner(*live, in)) co_return Failed{*other};
    break;
  }
  co_return Done{"no object of another Deployment"};
}

/// After the first effect what the tool calls invalid is a failure of the release, not of the spec: half of it may be
/// there.
Error apply_error(const StepResult& result) {
  Error error = error_of(result);
  if (error.kind == ErrorKind::Invalid) error.kind = ErrorKind::StepFailed;
  return error;
}

std::string words_for(const Prune& prune) {
  if (prune.left_alone.empty()) return {};
  std::string words = "; left alone:";
  for (const ObjectId& id : prune.left_alone) words += " " + id.str();
  return words;
}

Script apply_in_stages(Inputs in, std::vector<Json> stage_one, std::vector<Json> rest) {
  if (!stage_one.empty()) {
    const StepResult first = co_await apply(in, "apply-definitions", as_list(stage_one));
    if (!first.ok()) co_return Failed{apply_error(first)};
    Next ready = co_await wait_until_ready(in, stage_one);
    if (has_failed(ready)) co_return ready;
  }
  if (rest.empty()) co_return Done{};
  const StepResult applied = co_await apply(in, "apply", as_list(rest));
  if (!applied.ok()) co_return Failed{apply_error(applied)};
  co_return Done{};
}

/// Why the first object that is not ready is not, in a pod's words where a pod has some.
struct Waiting {
  std::string message;
  std::string ns;
  std::string selector;
};
std::variant<Waiting, Failed, Done> look_at(const Inputs& in, const std::vector<Json>& live) {
  std::optional<Waiting> waiting;
  for (const Json& object : live) {
    const ReadinessReport report = readiness_of(object);
    if (report.state == Readiness::Failed) return Failed{fail(ErrorKind::StepFailed, report.message)};
    if (report.state == Readiness::Ready || waiting) continue;
    const std::string ns = text_at(object, {"metadata", "namespace"});
    waiting = Waiting{report.message, ns.empty() ? namespace_of(in) : ns, pod_selector(object).value_or("")};
  }
  if (waiting) return std::move(*waiting);
  return Done{"all objects are current"};
}

}  // namespace

Script render(Inputs in, std::vector<Json>* objects) {
  Result<std::vector<Json>> found = std::vector<Json>{};
  if (uses_kustomize(in)) {
    if (const auto own = in.files ? check_kustomizations(*in.files) : Result<void>(); !own)
      co_return Failed{own.error()};
    const StepResult rendered = co_await kustomize(in);
    if (!rendered.ok()) {
      Error error = error_of(rendered);
      if (error.kind == ErrorKind::StepFailed) error.kind = ErrorKind::Invalid;
      co_return Failed{error.with_context("kustomize")};
    }
    found = read_text("kustomize", rendered.process.out);
  } else if (in.files) {
    found = read_files(*in.files);
  }
  if (!found) co_return Failed{found.error()};
  if (auto refused = refusal(in, *found)) co_return Failed{*refused};
  if (in.spec.kubernetes && in.spec.kubernetes->substitute) {
    if (auto done = substitute(*found, in.variables); !done) co_return Failed{done.error()};
  }
  if (auto done = check(*found, in); !done) co_return Failed{done.error()};
  label(*found, in);
  sort_for_apply(*found);
  *objects = std::move(*found);
  co_return Done{};
}

Script wait_until_ready(Inputs in, std::vector<Json> objects) {
  std::erase_if(objects, [](const Json& object) { return !is_waited_for(object); });
  if (objects.empty()) co_return Done{"nothing to wait for"};
  std::vector<ObjectId> ids;
  for (const Json& object : objects) ids.push_back(id_of(object));
  int hopeless_looks = 0;
  while (true) {
    const StepResult got = co_await get(in, "wait", as_list(ids), false);
    if (!got.ok()) {
      Error error = error_of(got);
      if (error.kind != ErrorKind::Transient) co_return Failed{std::move(error)};
      co_await Pause{kPoll, error.message};
      continue;
    }
    auto live = read_objects(got.process.out);
    if (!live) co_return Failed{live.error()};
    auto seen = look_at(in, *live);
    if (auto* done = std::get_if<Done>(&seen)) co_return *done;
    if (auto* failure = std::get_if<Failed>(&seen)) co_return *failure;
    Waiting waiting = std::get<Waiting>(std::move(seen));
    if (!waiting.selector.empty()) {
      const StepResult pods = co_await get_pods(in, waiting.ns, waiting.selector);
      if (pods.interrupted()) co_return Failed{error_of(pods)};
      const auto listed = pods.ok() ? parse_json(pods.process.out) : Result<Json>(Json::object());
      const auto trouble = listed ? trouble_of(*listed) : std::nullopt;
      hopeless_looks = trouble && trouble->hopeless ? hopeless_looks + 1 : 0;
      if (trouble && hopeless_looks >= kSureAfter)
        co_return Failed{fail(ErrorKind::StepFailed, waiting.message + ": " + trouble->message)};
      if (trouble) waiting.message += ": " + trouble->message;
    }
    co_await Pause{kPoll, waiting.message};
  }
}

Script remove_ours(Inputs in, std::string step, std::vector<ObjectId> ids) {
  while (!ids.empty()) {
    const StepResult got = co_await get(in, step + "-look", as_list(ids), true);
    if (!got.ok()) {
      if (drop_unknown_kinds(ids, got.process.err)) continue;
      co_return Failed{error_of(got)};
    }
    const auto live = read_objects(got.process.out);
    if (!live) co_return Failed{live.error()};
    std::vector<ObjectId> ours;
    for (const ObjectId& id : ids) {
      const bool there = std::ranges::any_of(
          *live, [&](const Json& each) { return is_same_object(id_of(each), id) && is_ours(each, in); });
      if (there) ours.push_back(id);
    }
    if (ours.empty()) break;
    const StepResult removed = co_await remove(in, step, as_list(ours));
    if (!removed.ok()) co_return Failed{error_of(removed)};
    co_return Done{count_of(ours.size()) + " removed"};
  }
  co_return Done{"nothing to remove"};
}

Script deploy(Inputs in, ScriptContext& context) {
  std::vector<Json> objects;
  Next rendered = co_await render(in, &objects);
  if (has_failed(rendered)) co_return rendered;
  std::vector<Json> stage_one;
  std::vector<Json> rest;
  std::vector<Json> testable;
  std::ranges::copy_if(objects, std::back_inserter(stage_one), is_stage_one);
  for (const Json& object : objects) {
    if (!is_stage_one(object)) rest.push_back(object);
    if (!depends_on(object, stage_one)) testable.push_back(object);
  }

  const StepResult tried = co_await dry_run(in, as_list(testable));
  if (!tried.ok()) co_return Failed{error_of(tried)};
  const auto answers = read_objects(tried.process.out);
  if (!answers) co_return Failed{answers.error()};
  if (auto refused = cluster_scope_refusal(in, *answers)) co_return Failed{*refused};
  const std::vector<InventoryItem> before = read_inventory(in.inventory);
  const std::vector<ObjectId> ids = applied_ids(in, objects, *answers);
  Next nobody_elses = co_await refuse_others(in, possibly_there(ids, *answers));
  if (has_failed(nobody_elses)) co_return nobody_elses;
  context.remembered.inventory = write_inventory(next_inventory(before, ids, *answers, in.revision));

  Next applied = co_await apply_in_stages(in, stage_one, rest);
  if (has_failed(applied)) co_return applied;
  if (!in.spec.kubernetes || in.spec.kubernetes->wait) {
    Next ready = co_await wait_until_ready(in, objects);
    if (has_failed(ready)) co_return ready;
  }
  std::string message = count_of(objects.size()) + " applied";
  if (!in.spec.kubernetes || in.spec.kubernetes->prune) {
    const Prune prune = prune_of(before, ids, in.rollback, in.restored_revision);
    Next pruned = co_await remove_ours(in, "prune", prune.remove);
    if (has_failed(pruned)) co_return pruned;
    if (!prune.remove.empty()) message += ", " + std::get<Done>(pruned).message;
    message += words_for(prune);
  }
  co_return Done{message};
}

Script verify(Inputs in, bool drift) {
  std::vector<Json> objects;
  Next rendered = co_await render(in, &objects);
  if (has_failed(rendered)) co_return rendered;
  const StepResult got = co_await get(in, "verify", as_list(objects), true);
  if (!got.ok()) co_return Failed{error_of(got)};
  const auto live = read_objects(got.process.out);
  if (!live) co_return Failed{live.error()};
  for (const ObjectId& id : applied_ids(in, objects, *live)) {
    const bool there = std::ranges::any_of(*live, [&](const Json& each) { return is_same_object(id_of(each), id); });
    if (!there) co_return Failed{fail(ErrorKind::HealthCheckFailed, id.str() + " is missing")};
  }
  for (const Json& object : *live) {
    const ReadinessReport report = readiness_of(object);
    if (report.state == Readiness::Ready) continue;
    co_return Failed{fail(ErrorKind::HealthCheckFailed, report.message)};
  }
  if (!drift) co_return Done{"all objects are current"};

  const StepResult compared = co_await diff(in, as_list(objects));
  if (compared.ok()) co_return Done{"all objects are as declared"};
  const bool differs = compared.process.exit.kind == process::Exit::Kind::Exited && compared.process.exit.code == 1;
  if (!differs) co_return Failed{error_of(compared)};
  std::string message = "changed outside:";
  for (const std::string& name : differing(compared.process.out)) message += " " + name;
  co_return Failed{fail(ErrorKind::HealthCheckFailed, message)};
}

Script destroy(Inputs in) {
  const std::vector<InventoryItem> items = read_inventory(in.inventory);
  Next removed = co_await remove_ours(in, "destroy", destroy_order(items, in.spare_adopted));
  const auto adopted = std::ranges::count_if(items, &InventoryItem::adopted);
  auto* done = std::get_if<Done>(&removed);
  if (done != nullptr && in.spare_adopted && adopted > 0)
    done->caveat = "what it had made was removed; " + count_of(static_cast<std::size_t>(adopted)) +
                   " that stood there before stay as it left them";
  co_return removed;
}

}  // namespace deployctl::kubectl
