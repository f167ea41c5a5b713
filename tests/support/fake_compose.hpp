#pragma once

// docker-compose 2 and the daemon behind it: it renders, builds, hashes, brings up and takes down as the tool does, on
// the containers of a FakeDocker, and keeps tags. Files of a source are JSON texts; `${NAME}` in them is replaced from
// the environment of the command.

#include <map>
#include <set>
#include <string>

#include "support/fake_docker.hpp"

namespace deployctl::support {

class FakeCompose {
 public:
  FakeDocker docker;
  std::map<std::string, std::string> files;  ///< absolute path to text
  std::map<std::string, std::string> built;  ///< name of an image to the id its next build gives; default: of its name
  std::set<std::string> sick_images;         ///< ids whose own health check fails
  std::set<std::string> one_shot_services;   ///< they end with 0 right after their start
  std::map<std::string, std::string> tags;   ///< kept tags to ids
  std::string render_error;                  ///< what every rendering says instead
  std::string render_warnings;               ///< on standard error, beside an answer
  std::vector<std::string> recreated;        ///< services whose container was made, in order

  process::ProcessResult run(const process::Command& command);
  /// Containers as FakeDocker::state shows them, then the kept tags.
  [[nodiscard]] std::string state() const;
  /// A container of a service; null when there is none.
  [[nodiscard]] FakeDocker::Box* box(const std::string& service);

 private:
  using Words = std::vector<std::string>;
  process::ProcessResult config(const process::Command& command) const;
  process::ProcessResult render(const process::Command& command) const;
  process::ProcessResult build(const process::Command& command);
  process::ProcessResult up(const process::Command& command);
  process::ProcessResult down(const process::Command& command);
  process::ProcessResult tag(const Words& words);
  process::ProcessResult images(const Words& words);
  std::string start(const std::string& project, const Json& services, const std::string& service);

  int made_ = 0;
};

}  // namespace deployctl::support
