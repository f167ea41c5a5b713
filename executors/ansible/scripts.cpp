#include "ansible/scripts.hpp"

#include <utility>

#include "ansible/commands.hpp"
#include "ansible/output.hpp"
#include "ansible/playground.hpp"

namespace deployctl::ansible {
namespace {

using executors::Done;
using executors::Failed;
using executors::Inputs;
using executors::Next;
using executors::Script;
using executors::ScriptContext;
using executors::StepResult;

constexpr std::size_t kMostKeptHosts = 1000;

bool has_failed(const Next& end) { return std::holds_alternative<Failed>(end); }

std::optional<Error> missing_files(const Inputs& in, const std::string& field, const std::string& playbook) {
  if (auto missing = missing_file(in, field, playbook)) return missing;
  const api::Ansible& spec = block(in);
  if (spec.inventory.path)
    if (auto missing = missing_file(in, "inventory.path", *spec.inventory.path)) return missing;
  if (spec.requirements) return missing_file(in, "requirements", *spec.requirements);
  return std::nullopt;
}

Json inventory_of(const std::vector<std::string>& hosts) {
  Json lines = Json::array();
  for (const std::string& host : hosts) {
    if (lines.size() == kMostKeptHosts) break;
    lines.push_back({{"host", host}});
  }
  return lines;
}

/// Its end with the recap's words. A playbook that ended well is done, whatever can be read of what it printed.
Next end_of_play(const Inputs& in, const StepResult& played, const std::string& playbook) {
  if (!played.ok()) return Failed{error_of_play(in, played)};
  const auto recap = read_recap(played.process.out);
  return Done{.message = playbook + " ran" + (recap ? ": " + words_of(*recap) : ""), .inventory = nullptr};
}

bool goes_back_by_playbook(const Inputs& in) { return in.rollback && block(in).rollback_playbook; }

}  // namespace

Script prepare(Inputs in, std::string field, std::string playbook, std::vector<std::string>* hosts) {
  if (auto missing = missing_files(in, field, playbook)) co_return Failed{*missing};
  if (block(in).requirements) {
    const StepResult installed = co_await install_requirements(in);
    if (!installed.ok()) co_return Failed{error_of_requirements(in, installed)};
  }
  const StepResult looked = co_await look_at(in, playbook);
  if (!looked.ok()) co_return Failed{error_of_look(in, looked)};
  *hosts = read_hosts(looked.process.out);
  if (!hosts->empty() || looked.process.out_overflow) co_return Done{};
  const auto& limit = block(in).limit;
  co_return Failed{fail(ErrorKind::Invalid, "spec.ansible." + field + ": no hosts matched: the plays of " + playbook +
                                                " name no host of the inventory" +
                                                (limit ? " within limit \"" + *limit + "\"" : ""))};
}

Script deploy(Inputs in, ScriptContext& context) {
  const bool back = goes_back_by_playbook(in);
  const std::string field = back ? "rollbackPlaybook" : "playbook";
  const std::string playbook = back ? block(in).rollback_playbook.value_or("") : block(in).playbook;
  std::vector<std::string> hosts;
  Next prepared = co_await prepare(in, field, playbook, &hosts);
  if (has_failed(prepared)) co_return prepared;
  context.remembered.inventory = inventory_of(hosts);

  const StepResult played = co_await (back ? play_back(in) : play(in, "playbook", playbook));
  Next end = end_of_play(in, played, playbook);
  if (auto* done = std::get_if<Done>(&end); done != nullptr && in.rollback && !back)
    done->caveat = "its playbook ran again: tasks that it does not have are not undone (set ansible.rollbackPlaybook)";
  co_return end;
}

Script verify(Inputs in, bool drift) {
  if (!drift) co_return Done{"the playbook ran on all hosts"};
  std::vector<std::string> hosts;
  Next prepared = co_await prepare(in, "playbook", block(in).playbook, &hosts);
  if (has_failed(prepared)) co_return prepared;
  const StepResult checked = co_await check(in, block(in).playbook);
  if (!checked.ok()) co_return Failed{error_of_play(in, checked)};
  const auto recap = read_recap(checked.process.out);
  if (!recap) co_return Failed{fail(ErrorKind::StepFailed, "ansible-playbook --check printed no recap")};
  if (recap->changed > 0) co_return Failed{fail(ErrorKind::HealthCheckFailed, words_of_changes(*recap))};
  co_return Done{"nothing would change"};
}

Script destroy(Inputs in) {
  const auto& playbook = block(in).destroy_playbook;
  if (!playbook)
    co_return Done{.message = "nothing to run",
                   .caveat = "nothing was changed on the hosts: there is no ansible.destroyPlaybook",
                   .inventory = nullptr};
  std::vector<std::string> hosts;
  Next prepared = co_await prepare(in, "destroyPlaybook", *playbook, &hosts);
  if (has_failed(prepared)) co_return prepared;
  const StepResult played = co_await play(in, "destroy-playbook", *playbook);
  co_return end_of_play(in, played, *playbook);
}

}  // namespace deployctl::ansible
