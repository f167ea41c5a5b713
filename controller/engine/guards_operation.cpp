// Guards 1-5: what runs or must be recovered, what must go, what is asked for by hand.

#include <algorithm>

#include "api/constants.hpp"
#include "engine/approvals.hpp"
#include "engine/guards.hpp"
#include "engine/holder_proofs.hpp"
#include "engine/schedule.hpp"
#include "history/target.hpp"

namespace deployctl::engine::guards {

namespace {

bool has_finalizer(const api::Deployment& object) {
  return std::ranges::find(object.meta.finalizers, api::kFinalizer) != object.meta.finalizers.end();
}

bool is_overdue(const Look& look, const Running& running) { return running.deadline && look.now >= *running.deadline; }

/// For whom, and why it is not taken over.
Settle wait_for_holder(const Look& look, const api::Operation& open) {
  std::string message = "waits for operation " + open.id + " of " + open.holder.identity;
  if (!look.seen.holder.missing.empty()) message += ": " + look.seen.holder.missing;
  return {.rest = held(open.attempt > 1 ? api::reasons::kProgressingWithRetry : api::reasons::kProgressing,
                       std::move(message)),
          .until = look.now + kHolderPoll};
}

/// The task ends by itself; its deadline and its progress do not.
Decision wait_for_task(const Running& running) {
  std::optional<WallTime> until = running.stopping ? std::nullopt : running.deadline;
  if (running.progress_due) until = until ? std::min(*until, *running.progress_due) : *running.progress_due;
  return Wait{until};
}

Decision go_on(const Look& look, const Running& running) {
  if (!running.busy) return Continue{};
  if (running.progress_due && look.now >= *running.progress_due) return Continue{};
  return wait_for_task(running);
}

/// When it was first seen; what is new was not seen yet.
WallTime noted_at(const api::Asked& asked, const std::optional<api::Request>& handled) {
  if (asked.is_new) return WallTime::max();
  return handled ? handled->at : WallTime::min();
}

/// Of a rollback and a force the newest wins. Of two that came at once nobody knows which: the rollback, which goes
/// back to what is known to work.
Answer older_request(const Look& look) {
  const auto& rollback = look.seen.requests.rollback;
  const auto& force = look.seen.requests.force;
  if (!rollback || !force) return std::nullopt;
  const api::LastHandled& handled = look.status().last_handled;
  const bool rollback_is_older = noted_at(rollback->asked, handled.rollback) < noted_at(*force, handled.force);
  using Which = engine::Answer::Which;
  return engine::Answer{.which = rollback_is_older ? Which::Rollback : Which::Force,
                        .request = {.token = rollback_is_older ? rollback->asked.token : force->token,
                                    .result = api::RequestResult::Refused,
                                    .message = "a newer request took its place"}};
}

/// A request that wants an operation of its own and is not what this one runs for.
const api::Asked* other_request(const Look& look, const Running& running) {
  const api::Requests& asked = look.seen.requests;
  if (asked.rollback && asked.rollback->asked.token != running.request) return &asked.rollback->asked;
  if (asked.force && asked.force->token != running.request) return &*asked.force;
  return nullptr;
}

/// A new spec takes the place of what runs; an invalid one, a missing dependency or suspension never stop anything.
Answer superseded(const Look& look, const Running& running) {
  if (look.object.meta.generation == running.generation || look.object.spec.suspend || look.object.undecodable)
    return std::nullopt;
  if (running.digest.empty()) return std::nullopt;  // nobody knows what it was begun for
  const Desired* desired = look.desired();
  if (desired == nullptr) return Resolve{};
  if (desired->error || desired->target_move) return std::nullopt;
  if (desired->digest == running.digest && desired->gate == running.gate) return std::nullopt;
  return Cancel{StopCause::Superseded};
}

Answer noted(const Look& look, const Running& running) {
  const api::Requests& asked = look.seen.requests;
  const bool both_wait = asked.rollback && asked.force && asked.rollback->asked.token != running.request &&
                         asked.force->token != running.request;
  if (both_wait) return older_request(look);
  const api::Asked* request = other_request(look, running);
  if (request == nullptr || !request->is_new) return std::nullopt;
  const bool rollback = look.seen.requests.rollback && request == &look.seen.requests.rollback->asked;
  return engine::Answer{.which = rollback ? engine::Answer::Which::Rollback : engine::Answer::Which::Force,
                        .request = {.token = request->token,
                                    .result = api::RequestResult::Pending,
                                    .message = "waits for operation " + running.id}};
}

/// The rollback asked for was tried already and could not begin.
std::optional<WallTime> retry_of_rollback(const Look& look) {
  const auto& history = look.status().history;
  if (history.empty() || history.front().kind != api::OperationKind::Rollback ||
      history.front().result != api::HistoryResult::Failed)
    return std::nullopt;
  return history.front().finished_at +
         retry_delay(look.object.spec.retry, history.front().attempts, look.object.meta.uid);
}

/// The rollback asked for has a plan: it goes on when that is approved, and is planned anew when that has expired.
Answer waiting_rollback(const Look& look) {
  const api::DeploymentStatus& status = look.status();
  const bool approved = is_approved(status, look.seen.requests);
  if (!approved && look.now < status.plan->expires_at) return std::nullopt;
  if (const auto due = retry_of_rollback(look); due && look.now < *due) return Wait{due};
  if (!look.seen.slot_free) return wait_for_slot(look, Urgency::Person);
  return RollBack{.target = *planned_target(status), .trigger = "Request", .attempt = 1, .approved = approved};
}

bool ever_deployed(const api::DeploymentStatus& status) { return status.last_revision > 0; }

}  // namespace

Answer open_elsewhere(const Look& look) {
  const auto& open = look.status().operation;
  if (!open || look.seen.running) return std::nullopt;
  if (look.seen.holder.state == HolderState::Unproven) return wait_for_holder(look, *open);
  if (look.object.meta.deleting) return std::nullopt;  // nothing is run again only to be destroyed
  if (!look.seen.slot_free) return wait_for_slot(look, Urgency::Person);
  return Recover{};
}

Answer being_deleted(const Look& look) {
  if (!look.object.meta.deleting) return std::nullopt;
  if (look.seen.running) {
    const Running& running = *look.seen.running;
    if (running.kind != api::OperationKind::Destroy && !running.stopping) return Cancel{StopCause::Deleted};
    if (!running.stopping && is_overdue(look, running)) return Cancel{StopCause::Overdue};
    return go_on(look, running);
  }
  if (!has_finalizer(look.object)) return Nothing{};
  const bool orphan = look.object.spec.deletion_policy == api::DeletionPolicy::Orphan || look.object.spec.suspend;
  if (orphan) return RemoveFinalizer{.orphan = true};
  if (!look.seen.looked_back && !ever_deployed(look.status())) return LookBack{};
  if (look.seen.destroyed || !ever_deployed(look.status())) return RemoveFinalizer{};
  if (look.seen.destroy_retry_at && look.now < *look.seen.destroy_retry_at) return Wait{look.seen.destroy_retry_at};
  if (!look.seen.slot_free) return wait_for_slot(look, Urgency::Person);
  return Destroy{};
}

Answer unfinalized(const Look& look) {
  if (has_finalizer(look.object)) return std::nullopt;
  return AddFinalizer{};
}

Answer open_here(const Look& look) {
  if (!look.seen.running) return std::nullopt;
  const Running& running = *look.seen.running;
  if (running.stopping) return go_on(look, running);
  if (look.seen.requests.cancel && look.seen.requests.cancel->token == running.id) return Cancel{StopCause::Requested};
  if (is_overdue(look, running)) return Cancel{StopCause::Overdue};
  if (running.interruptible) {
    if (other_request(look, running) != nullptr) return Cancel{StopCause::Superseded};
    if (auto found = superseded(look, running)) return found;
  } else if (auto found = noted(look, running)) {
    return found;
  }
  return go_on(look, running);
}

Answer empty_status(const Look& look) {
  if (look.seen.looked_back) return std::nullopt;
  return LookBack{};
}

Answer asked_to_answer(const Look& look) {
  const api::Requests& asked = look.seen.requests;
  using Which = engine::Answer::Which;
  if (asked.cancel)
    return engine::Answer{.which = Which::Cancel,
                          .request = {.token = asked.cancel->token,
                                      .result = api::RequestResult::Refused,
                                      .message = "no such operation is running"}};
  if (asked.approve)
    if (const auto why = refusal_of(look.status(), *asked.approve, look.now))
      return engine::Answer{
          .which = Which::Approve,
          .request = {.token = asked.approve->token, .result = api::RequestResult::Refused, .message = *why}};
  return older_request(look);
}

Answer asked_to_roll_back(const Look& look) {
  const auto& asked = look.seen.requests.rollback;
  if (!asked) return std::nullopt;
  // Its plan waits, and whether that stands is asked for below.
  if (!asked->asked.is_new && planned_target(look.status())) return waiting_rollback(look);
  const auto target = asked->revision ? history::revision_target(look.status(), *asked->revision)
                                      : history::previous_target(look.status());
  if (!target)
    return engine::Answer{
        .which = engine::Answer::Which::Rollback,
        .request = {
            .token = asked->asked.token, .result = api::RequestResult::Refused, .message = target.error().message}};
  if (const auto due = retry_of_rollback(look); due && look.now < *due) return Wait{due};
  if (!look.seen.slot_free) return wait_for_slot(look, Urgency::Person);
  return RollBack{.target = *target, .trigger = "Request"};
}

}  // namespace deployctl::engine::guards
