#include "support/fake_compose.hpp"

#include <algorithm>

#include "base/sha256.hpp"
#include "support/process_results.hpp"

namespace deployctl::support {
namespace {

using process::ProcessResult;

std::string option(const process::Command& command, const std::string& name) {
  const std::string prefix = "--" + name + "=";
  for (const std::string& word : command.argv)
    if (word.starts_with(prefix)) return word.substr(prefix.size());
  return {};
}
bool has(const process::Command& command, const std::string& word) {
  return std::ranges::find(command.argv, word) != command.argv.end();
}

/// What stands behind the verb and is no option.
std::vector<std::string> operands(const process::Command& command, const std::string& verb) {
  std::vector<std::string> words(std::ranges::find(command.argv, verb) + 1, command.argv.end());
  std::erase_if(words, [](const std::string& word) { return word.starts_with("--"); });
  return words;
}

Json given_file(const process::Command& command) { return Json::parse(command.files.at(0).bytes); }

std::string hash_of(Json service) {
  for (const char* left_out : {"build", "depends_on", "pull_policy", "scale"}) service.erase(left_out);
  return sha256_hex(service.dump());
}

/// Whether a filter `reference=FOLDER/*` lets the tag through; other words do.
bool fits(const std::string& word, const std::string& tag) {
  constexpr std::string_view kReference = "--filter=reference=";
  if (!word.starts_with(kReference)) return true;
  const std::string folder = word.substr(kReference.size(), word.size() - kReference.size() - 1);
  return tag.starts_with(folder) && tag.find('/', folder.size()) == std::string::npos;
}

bool is_waited_for(const Json& services, const std::string& name) {
  return std::ranges::any_of(services, [&](const Json& each) {
    return each.contains("depends_on") && each["depends_on"].contains(name) &&
           each["depends_on"][name].value("condition", "") == "service_completed_successfully";
  });
}

}  // namespace

ProcessResult FakeCompose::run(const process::Command& command) {
  if (command.argv.front() == "docker") {
    Words words(command.argv.begin() + 1, command.argv.end());
    if (!docker.down && words.front() == "tag") return tag(words);
    if (!docker.down && words.front() == "image" && words.at(1) != "inspect") return images(words);
    return docker.run(command);
  }
  std::string line;
  for (const std::string& word : command.argv) line += (line.empty() ? "" : " ") + word;
  docker.lines.push_back(line);
  if (has(command, "config")) return config(command);
  if (docker.down)
    return exited(
        1, "", "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n");
  if (has(command, "build")) return build(command);
  if (has(command, "up")) return up(command);
  if (has(command, "down")) return down(command);
  return exited(1, "", "unknown docker command: \"compose " + command.argv.back() + "\"\n");
}

FakeDocker::Box* FakeCompose::box(const std::string& service) {
  const auto found = std::ranges::find_if(docker.boxes, [&](const FakeDocker::Box& each) {
    const auto label = each.labels.find("com.docker.compose.service");
    return label != each.labels.end() && label->second == service;
  });
  return found == docker.boxes.end() ? nullptr : &*found;
}

std::string FakeCompose::state() const {
  std::string text = docker.state();
  for (const auto& [tag, id] : tags) text += tag + " " + id + "\n";
  return text;
}

ProcessResult FakeCompose::config(const process::Command& command) const {
  if (!has(command, "--hash=*")) return render(command);
  std::string out;
  const Json project = given_file(command);
  for (const auto& [name, service] : project.at("services").items()) out += name + " " + hash_of(service) + "\n";
  return exited(0, out);
}

ProcessResult FakeCompose::render(const process::Command& command) const {
  if (!render_error.empty()) return exited(1, "", render_error + "\n");
  const std::string path = option(command, "file");
  const auto file = files.find(path);
  if (file == files.end()) return exited(1, "", "open " + path + ": no such file or directory\n");
  std::string text = file->second;
  std::string warnings = render_warnings;
  for (std::size_t at = text.find("${"); at != std::string::npos; at = text.find("${", at)) {
    const std::size_t end = text.find('}', at);
    const std::string name = text.substr(at + 2, end - at - 2);
    const auto value = command.env.find(name);
    if (value == command.env.end())
      warnings += "time=\"2026-01-01T00:00:00Z\" level=warning msg=\"The \\\"" + name +
                  "\\\" variable is not set. Defaulting to a blank string.\"\n";
    text.replace(at, end - at + 1, value == command.env.end() ? "" : value->second);
  }
  return exited(0, text, warnings);
}

ProcessResult FakeCompose::build(const process::Command& command) {
  const Json project = given_file(command);
  for (const std::string& name : operands(command, "build")) {
    const Json& service = project.at("services").at(name);
    const std::string image = service.value("image", option(command, "project-name") + "-" + name);
    docker.images[image] = built.contains(image) ? built.at(image) : image_id(image);
  }
  return exited(0);
}

/// Makes or keeps the container of one service; what went wrong, else nothing.
std::string FakeCompose::start(const std::string& project, const Json& services, const std::string& service) {
  const Json& wanted = services.at(service);
  const std::string name = wanted.value("container_name", project + "-" + service + "-1");
  FakeDocker::Box* there = box(service);
  const std::string hash = hash_of(wanted);
  if (there != nullptr && there->labels["com.docker.compose.config-hash"] != hash) {
    const std::string old = there->id;
    std::erase_if(docker.boxes, [&](const FakeDocker::Box& each) { return each.id == old; });
    there = nullptr;
  }
  if (there == nullptr) {
    const std::string image = wanted.at("image").get<std::string>();
    if (std::ranges::none_of(docker.images, [&](const auto& each) { return each.second == image; }))
      return "Error response from daemon: No such image: " + image;
    FakeDocker::Box made{.id = sha256_hex("compose " + std::to_string(++made_)), .name = name, .image = image};
    const Json labels = wanted.value("labels", Json::object());
    for (const auto& [key, value] : labels.items()) made.labels[key] = value.get<std::string>();
    made.labels["com.docker.compose.project"] = project;
    made.labels["com.docker.compose.service"] = service;
    made.labels["com.docker.compose.config-hash"] = hash;
    const Json environment = wanted.value("environment", Json::object());
    for (const auto& [key, value] : environment.items()) made.env[key] = value.get<std::string>();
    docker.boxes.push_back(made);
    recreated.push_back(service);
    there = &docker.boxes.back();
  }
  there->status = "running";
  if (sick_images.contains(there->image)) there->health = "unhealthy";
  if (docker.ending_images.contains(there->image) || one_shot_services.contains(service)) {
    there->status = "exited";
    there->exit_code = one_shot_services.contains(service) ? 0 : 1;
  }
  return {};
}

ProcessResult FakeCompose::up(const process::Command& command) {
  const Json file = given_file(command);
  const Json& services = file.at("services");
  const std::string project = option(command, "project-name");
  Words wanted = operands(command, "up");
  if (wanted.empty())
    for (const auto& [name, unused] : services.items()) wanted.push_back(name);
  if (has(command, "--remove-orphans"))
    std::erase_if(docker.boxes, [&](const FakeDocker::Box& each) {
      const auto label = each.labels.find("com.docker.compose.service");
      return label != each.labels.end() && !services.contains(label->second);
    });
  for (const std::string& service : wanted)
    if (const std::string error = start(project, services, service); !error.empty()) return exited(1, "", error + "\n");
  for (const std::string& service : wanted) {
    const FakeDocker::Box* made = box(service);
    if (made->health == "unhealthy") return exited(1, "", "container " + made->name + " is unhealthy\n");
    if (made->status == "exited" && (made->exit_code != 0 || !is_waited_for(services, service)))
      return exited(1, "", "container " + made->name + " exited (" + std::to_string(made->exit_code) + ")\n");
  }
  return exited(0, "", " Container Started\n");
}

ProcessResult FakeCompose::down(const process::Command& command) {
  const std::string project = option(command, "project-name");
  std::erase_if(docker.boxes, [&](const FakeDocker::Box& each) {
    const auto label = each.labels.find("com.docker.compose.project");
    return label != each.labels.end() && label->second == project;
  });
  return exited(0, "", "Warning: No resource found to remove for project \"" + project + "\".\n");
}

ProcessResult FakeCompose::tag(const Words& words) {
  docker.lines.push_back("docker tag " + words.at(1) + " " + words.at(2));
  if (std::ranges::none_of(docker.images, [&](const auto& each) { return each.second == words.at(1); }))
    return exited(1, "", "Error response from daemon: No such image: " + words.at(1) + "\n");
  tags[words.at(2)] = words.at(1);
  docker.images[words.at(2)] = words.at(1);
  return exited(0);
}

ProcessResult FakeCompose::images(const Words& words) {
  std::string out;
  if (words.at(1) == "rm")
    for (std::size_t n = 2; n < words.size(); ++n) {
      tags.erase(words[n]);
      docker.images.erase(words[n]);
    }
  const bool lists_tags = std::ranges::any_of(words, [](const auto& word) { return word.starts_with("--format="); });
  if (words.at(1) == "ls" && lists_tags)
    for (const auto& [tag, unused] : tags)
      if (std::ranges::all_of(words, [&](const std::string& word) { return fits(word, tag); })) out += tag + "\n";
  return exited(0, out);
}

}  // namespace deployctl::support
