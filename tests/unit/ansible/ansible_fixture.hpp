#pragma once

// Inputs of an ansible deployment, as the engine would give them.

#include <memory>

#include "ansible/executor.hpp"
#include "executors/executor.hpp"

namespace deployctl::ansible {

inline executors::Inputs inputs(ports::SourceTree files = {{"site.yml", {.bytes = "- hosts: all\n"}}}) {
  executors::Inputs in;
  in.key = {"shop", "web"};
  in.spec.type = api::Type::Ansible;
  in.spec.source.emplace();
  in.spec.ansible = api::Ansible{.playbook = "site.yml", .inventory = {.path = {}, .inline_text = "web1\nweb2"}};
  in.revision = 2;
  in.source_dir = "/work/01K0000000000000000000000A/src";
  in.work_dir = "/work/01K0000000000000000000000A";
  in.files = std::make_shared<ports::SourceTree>(std::move(files));
  return in;
}

/// The block, to be changed.
inline api::Ansible& block_of(api::DeploymentSpec& spec) {
  if (!spec.ansible) spec.ansible.emplace();
  return *spec.ansible;
}
inline api::Ansible& block_of(executors::Inputs& in) { return block_of(in.spec); }

inline const process::Command& command_of(const executors::Step& step) { return std::get<process::Command>(step.work); }

inline std::string file_of(const executors::Step& step, const std::string& path) {
  for (const process::CommandFile& file : command_of(step).files)
    if (file.path == path) return file.bytes;
  return "(no file " + path + ")";
}

}  // namespace deployctl::ansible
