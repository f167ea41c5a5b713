#include "history/quarantine.hpp"

#include <algorithm>
#include <utility>

#include "api/constants.hpp"

namespace deployctl::history {

const api::Quarantine* find_quarantine(const api::DeploymentStatus& status, std::string_view digest,
                                       std::string_view gate) {
  const auto found = std::ranges::find_if(
      status.quarantined, [&](const api::Quarantine& entry) { return entry.digest == digest && entry.gate == gate; });
  return found == status.quarantined.end() ? nullptr : &*found;
}

bool is_quarantined(const api::DeploymentStatus& status, std::string_view digest, std::string_view gate) {
  return find_quarantine(status, digest, gate) != nullptr;
}

void add_quarantine(api::DeploymentStatus& status, api::Quarantine entry) {
  lift_quarantine(status, entry.digest);
  status.quarantined.insert(status.quarantined.begin(), std::move(entry));
  if (status.quarantined.size() > api::limits::kQuarantined) status.quarantined.resize(api::limits::kQuarantined);
}

bool lift_quarantine(api::DeploymentStatus& status, std::string_view digest) {
  return std::erase_if(status.quarantined, [&](const api::Quarantine& entry) { return entry.digest == digest; }) > 0;
}

}  // namespace deployctl::history
