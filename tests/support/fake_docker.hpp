#pragma once

// A small docker daemon behind the docker command line: it reads argv, keeps containers and images in memory and prints
// what docker prints. Used to run the docker procedures without a process. It notes when two containers ran at once.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/strict_json.hpp"
#include "executors/procedure.hpp"

namespace deployctl::support {

class FakeDocker {
 public:
  struct Box {
    std::string id;
    std::string name;
    std::string image;  ///< id
    std::map<std::string, std::string> labels;
    std::map<std::string, std::string> env;
    std::string restart_policy = "no";
    std::string status = "created";
    std::int64_t exit_code = 0;
    std::int64_t restarts = 0;
    std::int64_t started = 0;  ///< counts starts on this daemon; 0: never
    std::string health;
    std::set<std::string> ports;  ///< of the host
    std::vector<std::string> options;
    std::vector<std::string> command;
    std::string output;
  };

  std::vector<Box> boxes;
  std::map<std::string, std::string> images;    ///< reference to id, on the daemon
  std::map<std::string, std::string> registry;  ///< reference to id, to be pulled
  std::set<std::string> ending_images;          ///< ids whose process ends right after its start
  std::string pull_error;                       ///< what every pull says instead
  bool down = false;
  bool two_ran_at_once = false;
  /// Every command line, joined by spaces.
  std::vector<std::string> lines;

  process::ProcessResult run(const process::Command& command);
  [[nodiscard]] Box* find(const std::string& id_or_name);
  /// "name image-id policy status" of each container, sorted: what can be seen from outside.
  [[nodiscard]] std::string state() const;
  /// A container somebody else made.
  Box& add_foreign(const std::string& name);

 private:
  using Words = std::vector<std::string>;
  process::ProcessResult ps(const Words& words) const;
  process::ProcessResult inspect(const Words& words);
  process::ProcessResult inspect_image(const std::string& reference) const;
  process::ProcessResult built_images(const Words& words);
  process::ProcessResult pull(const std::string& reference);
  process::ProcessResult build(const Words& words);
  process::ProcessResult create(const process::Command& command, const Words& words);
  process::ProcessResult start(const std::string& id);
  process::ProcessResult change(const Words& words);
  process::ProcessResult remove(const Words& words);
  [[nodiscard]] Json shown(const Box& box) const;
  std::string new_id();

  int made_ = 0;
  int starts_ = 0;
};

/// The id of an image called so: "sha256:…", always the same.
std::string image_id(const std::string& name);

}  // namespace deployctl::support
