#include "engine/decide.hpp"

#include "engine/guards.hpp"

namespace deployctl::engine {

Decision decide(const api::Deployment& object, const Observation& observed, WallTime now) {
  const guards::Look look{object, observed, now};
  if (auto found = guards::open_elsewhere(look)) return *found;
  if (auto found = guards::being_deleted(look)) return *found;
  if (auto found = guards::unfinalized(look)) return *found;
  if (auto found = guards::open_here(look)) return *found;
  if (auto found = guards::empty_status(look)) return *found;
  if (auto found = guards::asked_to_answer(look)) return *found;
  if (auto found = guards::asked_to_roll_back(look)) return *found;
  if (auto found = guards::unresolved(look)) return *found;
  guards::Standing standing = guards::standing(look);
  if (standing.decision) return *standing.decision;
  return guards::look_after_what_serves(look, std::move(standing));
}

std::string_view name_of(const Decision& decision) {
  struct Namer {
    std::string_view operator()(const Nothing&) const { return "Nothing"; }
    std::string_view operator()(const Wait&) const { return "Wait"; }
    std::string_view operator()(const AddFinalizer&) const { return "AddFinalizer"; }
    std::string_view operator()(const RemoveFinalizer&) const { return "RemoveFinalizer"; }
    std::string_view operator()(const LookBack&) const { return "LookBack"; }
    std::string_view operator()(const Resolve&) const { return "Resolve"; }
    std::string_view operator()(const Recover&) const { return "Recover"; }
    std::string_view operator()(const Begin&) const { return "Begin"; }
    std::string_view operator()(const RollBack&) const { return "RollBack"; }
    std::string_view operator()(const Destroy&) const { return "Destroy"; }
    std::string_view operator()(const Continue&) const { return "Continue"; }
    std::string_view operator()(const Cancel&) const { return "Cancel"; }
    std::string_view operator()(const Answer&) const { return "Answer"; }
    std::string_view operator()(const CheckHealth&) const { return "CheckHealth"; }
    std::string_view operator()(const Settle&) const { return "Settle"; }
  };
  return std::visit(Namer{}, decision);
}

}  // namespace deployctl::engine
