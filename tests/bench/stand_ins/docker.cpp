// A docker whose daemon is a folder: each container is a file of the shape of `docker container inspect`. Every image
// is there, and whatever is started runs.

#include <sys/file.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>

#include "journal.hpp"

namespace deployctl::bench {
namespace {

using Json = nlohmann::json;
using Words = std::vector<std::string>;
namespace fs = std::filesystem;

fs::path containers() { return own_directory() / "containers"; }

Json read(const fs::path& file) { return Json::parse(std::ifstream(file)); }
void write(const Json& container) {
  const fs::path file = containers() / container.at("Id").get<std::string>();
  std::ofstream(file.string() + ".part") << container.dump();
  fs::rename(file.string() + ".part", file);
}

int refused(const std::string& words) {
  std::cerr << words << '\n';
  return 1;
}

std::string random_id() {
  std::random_device source;
  std::string id;
  while (id.size() < 64) id += "0123456789abcdef"[source() % 16];
  return id;
}

bool has_label(const Json& container, const std::string& label) {
  const std::size_t equals = label.find('=');
  return container.at("Config").at("Labels").value(label.substr(0, equals), "") == label.substr(equals + 1);
}

std::string plain(const std::string& pattern) {
  std::string name;
  for (const char c : pattern)
    if (c != '\\' && c != '^' && c != '$') name += c;
  return name;
}

/// All labels, and one of the names.
bool fits(const Json& container, const Words& filters) {
  bool any_name = false;
  bool named = false;
  for (const std::string& filter : filters) {
    const std::string value = value_of(filter, "filter");
    if (value.starts_with("label=") && !has_label(container, value.substr(6))) return false;
    if (!value.starts_with("name=")) continue;
    any_name = true;
    named = named || container.at("Name") == plain(value.substr(5));
  }
  return named || !any_name;
}

int list(const Words& filters) {
  for (const auto& file : fs::directory_iterator(containers())) {
    if (file.path().extension() == ".part") continue;
    const Json container = read(file.path());
    if (fits(container, filters)) std::cout << container.at("Id").get<std::string>() << '\n';
  }
  return 0;
}

int inspect(const Words& ids) {
  Json found = Json::array();
  for (const std::string& id : ids) {
    if (!fs::exists(containers() / id)) return refused("Error: No such container: " + id);
    found.push_back(read(containers() / id));
  }
  std::cout << found.dump() << '\n';
  return 0;
}

int create(const Words& words) {
  Json container{{"Id", random_id()},
                 {"Image", words.back()},
                 {"RestartCount", 0},
                 {"Config", {{"Labels", Json::object()}}},
                 {"State", {{"Status", "created"}, {"ExitCode", 0}, {"StartedAt", ""}}},
                 {"HostConfig", {{"RestartPolicy", {{"Name", "no"}, {"MaximumRetryCount", 0}}}}}};
  for (const std::string& word : words) {
    const std::string label = value_of(word, "label");
    if (!label.empty())
      container["Config"]["Labels"][label.substr(0, label.find('='))] = label.substr(label.find('=') + 1);
    if (const std::string name = value_of(word, "name"); !name.empty()) container["Name"] = "/" + name;
    if (const std::string policy = value_of(word, "restart"); !policy.empty())
      container["HostConfig"]["RestartPolicy"]["Name"] = policy;
  }
  write(container);
  std::cout << container.at("Id").get<std::string>() << '\n';
  return 0;
}

int change(const std::string& verb, const Words& words) {
  const std::size_t last = verb == "rename" ? 1 : words.size();
  for (std::size_t i = 0; i < last; ++i) {
    if (words[i].starts_with("--")) continue;
    const fs::path file = containers() / words[i];
    if (!fs::exists(file)) return refused("Error response from daemon: No such container: " + words[i]);
    Json container = read(file);
    if (verb == "start") container["State"] = {{"Status", "running"}, {"ExitCode", 0}, {"StartedAt", random_id()}};
    if (verb == "stop") container["State"]["Status"] = "exited";
    if (verb == "rename") container["Name"] = "/" + words.at(1);
    if (verb == "update") container["HostConfig"]["RestartPolicy"]["Name"] = value_of(words.front(), "restart");
    if (verb == "rm") {
      fs::remove(file);
    } else {
      write(container);
    }
  }
  return 0;
}

int run(const Words& arguments) {
  write_down("docker", arguments);
  if (arguments.empty()) return 1;
  const std::string& verb = arguments.front();
  const Words rest(arguments.begin() + 1, arguments.end());
  fs::create_directories(containers());
  // A daemon does one thing after the other; ended with the process.
  const int turn = ::open((own_directory() / "turn").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (turn < 0 || ::flock(turn, LOCK_EX) != 0) return 70;
  if (verb == "--version") {
    std::cout << "Docker version 0.0.0\n";
    return 0;
  }
  if (verb == "ps") return list(rest);
  if (verb == "container") return inspect({rest.begin() + 1, rest.end()});
  if (verb == "image") {
    std::cout << Json::array({{{"Id", "sha256:" + std::string(64, 'a')}, {"RepoDigests", Json::array()}}}).dump()
              << '\n';
    return 0;
  }
  if (verb == "create") return create(rest);
  if (verb == "pull" || verb == "logs") return 0;
  return change(verb, rest);
}

}  // namespace
}  // namespace deployctl::bench

int main(int count, char** words) { return deployctl::bench::run({words + 1, words + count}); }
