#include "engine/approvals.hpp"

#include <algorithm>

#include "api/constants.hpp"
#include "base/time.hpp"
#include "history/quarantine.hpp"

namespace deployctl::engine {

namespace {

std::string counts_of(const api::Plan& plan) {
  if (plan.add == 0 && plan.change == 0 && plan.destroy == 0) return {};
  return " (" + std::to_string(plan.add) + " to add, " + std::to_string(plan.change) + " to change, " +
         std::to_string(plan.destroy) + " to destroy)";
}

}  // namespace

bool plan_stands(const api::DeploymentStatus& status, std::string_view digest, std::string_view gate) {
  if (!status.plan) return false;
  const api::Plan& plan = *status.plan;
  if (plan.kind == api::PlanKind::Deploy) return plan.inputs == digest && plan.gate == gate;
  if (!planned_target(status)) return false;
  return plan.inputs == digest || history::is_quarantined(status, digest, gate);
}

bool is_approved(const api::DeploymentStatus& status, const api::Requests& requests) {
  if (!status.plan) return false;
  if (requests.approve && requests.approve->token == status.plan->id) return true;
  const auto& handled = status.last_handled.approve;
  return handled && handled->token == status.plan->id && handled->result != api::RequestResult::Refused;
}

std::optional<history::RollbackTarget> planned_target(const api::DeploymentStatus& status) {
  if (!status.plan || status.plan->kind != api::PlanKind::Rollback) return std::nullopt;
  const auto entry = std::ranges::find_if(status.history, [&](const api::HistoryEntry& each) {
    return each.revision > 0 && each.revision == status.plan->restored_revision &&
           each.restorable != api::Restorable::No;
  });
  if (entry == status.history.end()) return std::nullopt;
  return history::RollbackTarget{
      .revision = entry->revision, .digest = entry->digest, .version = entry->version, .restorable = entry->restorable};
}

std::optional<std::string> refusal_of(const api::DeploymentStatus& status, const api::Asked& approve, WallTime now) {
  if (!status.plan) return "no plan waits for approval";
  const api::Plan& plan = *status.plan;
  if (plan.id != approve.token) return "this plan does not wait any more, or never did: plan " + plan.id + " waits";
  if (approve.is_new && now >= plan.expires_at)
    return "plan " + plan.id + " expired at " + format_rfc3339(plan.expires_at) + ": a new one is made";
  return std::nullopt;
}

std::string words_of(const api::ObjectMeta& meta, const api::Plan& plan) {
  const std::string what = plan.kind == api::PlanKind::Rollback
                               ? " to go back to revision " + std::to_string(plan.restored_revision)
                               : std::string();
  return "plan " + plan.id + what + counts_of(plan) + " waits until " + format_rfc3339(plan.expires_at) +
         " for kubectl annotate --overwrite --field-manager=deployctl -n " + meta.key.ns + " dctl/" + meta.key.name +
         " " + std::string(api::annotations::kApprove) + "=" + plan.id +
         (plan.summary.empty() ? "" : ": " + plan.summary);
}

}  // namespace deployctl::engine
