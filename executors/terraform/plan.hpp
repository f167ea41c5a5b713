#pragma once

// What a plan would do, read from `show -json`. Pure. Values stay here: of what is shown or kept only addresses, counts
// and a digest come out.

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/strict_json.hpp"
#include "executors/procedure.hpp"

namespace deployctl::terraform {

/// The largest plan that is read; more is refused before anything is changed.
inline constexpr std::size_t kMaxPlanBytes = 64U * 1024 * 1024;

struct Change {
  enum class Action : std::uint8_t { None, Read, Create, Update, Delete, Replace, Forget } action = Action::None;
  std::string address;
  bool operator==(const Change&) const = default;
};

struct PlanReport {
  std::vector<Change> resources;  ///< managed ones, those that stay as they are included
  bool outputs_change = false;
  std::string digest;         ///< of inputs and all that would change; the same for two plans that would do the same
  bool as_it_serves = false;  ///< known without reading: nothing changes, and the resources are those of what serves

  [[nodiscard]] std::int64_t count(Change::Action action) const;
  [[nodiscard]] std::int64_t to_add() const;  ///< replaced ones count here and in to_destroy
  [[nodiscard]] std::int64_t to_destroy() const;
  [[nodiscard]] bool changes_anything() const;
  /// Some resource was known to the state the plan was made from.
  [[nodiscard]] bool knows_resources() const;
};

/// `inputs_digest`: of what was asked for; part of the plan's digest. Error: StepFailed.
Result<PlanReport> read_plan(std::string_view json, const std::string& inputs_digest);

/// Addresses, sorted, of what would be there afterwards. What the state knew already when `before`, the inventory of
/// the operation, did not is adopted.
Json inventory_of(const PlanReport& plan, const Json& before);
/// Those the plan would destroy that stood there before this object built anything; what `inventory` does not list did.
std::vector<std::string> adopted_to_destroy(const PlanReport& plan, const Json& inventory);
std::vector<std::string> addresses(const PlanReport& plan, Change::Action action);

/// api.md section 4: what a rollback must not do without a person. It may update in place, and destroy what the failed
/// operation created.
std::vector<std::string> beyond_a_rollback(const PlanReport& plan, const std::set<std::string>& created);

/// "1 to add (terraform_data.a), 2 to change (…), 0 to destroy", bounded.
std::string summary_of(const PlanReport& plan);

}  // namespace deployctl::terraform
