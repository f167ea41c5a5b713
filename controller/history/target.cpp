#include "history/target.hpp"

#include <algorithm>
#include <vector>

namespace deployctl::history {
namespace {

using Entry = api::HistoryEntry;

bool can_be_restored(const Entry& entry) {
  return entry.revision > 0 && entry.result == api::HistoryResult::Succeeded && entry.restorable != api::Restorable::No;
}

bool is_held_back(const api::DeploymentStatus& status, const std::string& digest) {
  return std::ranges::any_of(status.quarantined, [&](const api::Quarantine& entry) { return entry.digest == digest; });
}

RollbackTarget target_of(const Entry& entry) {
  return {.revision = entry.revision, .digest = entry.digest, .version = entry.version, .restorable = entry.restorable};
}

const Entry* find_revision(const api::DeploymentStatus& status, std::int64_t revision) {
  const auto found = std::ranges::find(status.history, revision, &Entry::revision);
  return revision > 0 && found != status.history.end() ? &*found : nullptr;
}

std::string revision_named(std::int64_t revision) { return "revision " + std::to_string(revision); }

/// ", not 7 (it failed), nor 5 (quarantined)": why what succeeded once is no target.
Error nothing_to_go_back_to(const api::DeploymentStatus& status, std::string_view excluded, std::string_view why) {
  std::string reasons;
  std::vector<std::string> told;
  for (const Entry& entry : status.history) {
    if (entry.revision <= 0 || entry.result != api::HistoryResult::Succeeded) continue;
    if (std::ranges::find(told, entry.digest) != told.end()) continue;
    told.push_back(entry.digest);
    reasons += (reasons.empty() ? "; " : ", ") + revision_named(entry.revision);
    if (entry.digest == excluded) {
      reasons += " " + std::string(why);
    } else if (is_held_back(status, entry.digest)) {
      reasons += " is quarantined";
    } else {
      reasons += " is no longer kept";
    }
  }
  if (reasons.empty())
    return fail(ErrorKind::NotFound, "no earlier revision succeeded, so there is none to go back to");
  return fail(ErrorKind::NotFound, "there is nothing to go back to" + reasons);
}

Result<RollbackTarget> newest_other(const api::DeploymentStatus& status, std::string_view excluded,
                                    std::string_view why) {
  for (const Entry& entry : status.history) {
    if (!can_be_restored(entry) || entry.digest == excluded || is_held_back(status, entry.digest)) continue;
    return target_of(entry);
  }
  return nothing_to_go_back_to(status, excluded, why);
}

/// "; revisions that can be restored: 7, 5", or nothing.
std::string choices(const api::DeploymentStatus& status) {
  std::string list;
  for (const Entry& entry : status.history) {
    if (!can_be_restored(entry) || entry.revision == status.revision) continue;
    list += (list.empty() ? "; revisions that can be restored: " : ", ") + std::to_string(entry.revision);
  }
  return list.empty() ? "; no other revision can be restored" : list;
}

std::string_view word(api::HistoryResult result) { return api::to_string(result); }

struct Member {
  std::string_view name;
  const std::string& from;
  const std::string& to;
};

}  // namespace

Result<RollbackTarget> automatic_target(const api::DeploymentStatus& status, std::string_view failing_digest) {
  return newest_other(status, failing_digest, "has the digest that fails now");
}

Result<RollbackTarget> previous_target(const api::DeploymentStatus& status) {
  const Entry* serving = find_revision(status, status.revision);
  return newest_other(status, serving == nullptr ? std::string_view() : std::string_view(serving->digest),
                      "serves already");
}

Result<RollbackTarget> revision_target(const api::DeploymentStatus& status, std::int64_t revision) {
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorKind::NotFound, revision_named(revision) + " " + why + choices(status));
  };
  if (revision <= 0 || revision > status.last_revision) return refuse("does not exist");
  if (revision == status.revision) return refuse("serves already");
  const Entry* entry = find_revision(status, revision);
  if (entry == nullptr) return refuse("is no longer kept (spec.historyLimit)");
  if (entry->result != api::HistoryResult::Succeeded) {
    return refuse("did not succeed (" + std::string(word(entry->result)) + ")");
  }
  if (entry->restorable == api::Restorable::No) return refuse("is no longer kept (spec.historyLimit)");
  const Entry* serving = find_revision(status, status.revision);
  if (serving != nullptr && serving->digest == entry->digest) {
    return refuse("has the same inputs as " + revision_named(serving->revision) + ", which serves already");
  }
  return target_of(*entry);
}

Result<RollbackTarget> requested_target(const api::DeploymentStatus& status, std::optional<std::int64_t> revision) {
  return revision ? revision_target(status, *revision) : previous_target(status);
}

std::optional<std::string> target_move(const api::Target& recorded, const api::Target& wanted) {
  // Only docker and compose name a project; for the others an empty host is a cluster id that could not be read.
  const bool same_host = recorded.host == wanted.host || ((recorded.host.empty() || wanted.host.empty()) &&
                                                          recorded.project.empty() && wanted.project.empty());
  const std::string unchanged;
  const Member members[] = {{"host", same_host ? unchanged : recorded.host, same_host ? unchanged : wanted.host},
                            {"namespace", recorded.ns, wanted.ns},
                            {"project", recorded.project, wanted.project},
                            {"workspace", recorded.workspace, wanted.workspace}};
  std::string from;
  std::string to;
  for (const Member& member : members) {
    if (member.from == member.to) continue;
    const std::string name = (from.empty() ? "" : ", ") + std::string(member.name) + " ";
    from += name + (member.from.empty() ? "(default)" : member.from);
    to += name + (member.to.empty() ? "(default)" : member.to);
  }
  if (from.empty()) return std::nullopt;
  return "target moves from " + from + " to " + to + ": set it back, or force-at to destroy at " + from +
         " and deploy at " + to;
}

}  // namespace deployctl::history
