#include "support/fake_docker.hpp"

#include <algorithm>

#include "base/sha256.hpp"
#include "support/fake_process_runner.hpp"
#include "support/process_results.hpp"

namespace deployctl::support {
namespace {

using process::ProcessResult;

ProcessResult no_such(const std::string& what, const std::string& name) {
  return exited(1, "", "Error: No such " + what + ": " + name + "\n");
}
ProcessResult refused(const std::string& words) { return exited(1, "", "Error response from daemon: " + words + "\n"); }

/// The value of `--name=value`; empty when the word is another one.
std::string value_of(const std::string& word, const std::string& option) {
  const std::string prefix = "--" + option + "=";
  return word.starts_with(prefix) ? word.substr(prefix.size()) : std::string();
}

/// "127.0.0.1:80:8080/tcp" and "80:8080/tcp" take the host's port 80.
std::string host_port(const std::string& published) {
  const std::size_t last = published.rfind(':');
  const std::size_t before = published.rfind(':', last - 1);
  return published.substr(before == std::string::npos ? 0 : before + 1,
                          last - (before == std::string::npos ? 0 : before + 1));
}

bool matches(const FakeDocker::Box& box, const std::string& filter) {
  if (const std::string name = value_of("--" + filter, "name"); !name.empty()) {
    std::string plain;
    for (const char c : name)
      if (c != '\\') plain += c;
    return "^/" + box.name + "$" == plain;
  }
  const std::string label = value_of("--" + filter, "label");
  const std::size_t equals = label.find('=');
  const auto found = box.labels.find(label.substr(0, equals));
  return found != box.labels.end() && found->second == label.substr(equals + 1);
}

}  // namespace

std::string image_id(const std::string& name) { return "sha256:" + sha256_hex(name); }

ProcessResult FakeDocker::run(const process::Command& command) {
  lines.push_back(joined(command.argv));
  Words words(command.argv.begin() + 1, command.argv.end());
  if (!words.empty() && words.front().starts_with("--host=")) words.erase(words.begin());
  if (down)
    return exited(
        1, "", "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n");
  const std::string verb = words.front();
  words.erase(words.begin());
  if (verb == "ps") return ps(words);
  if (verb == "container") return inspect({words.begin() + 1, words.end()});
  if (verb == "image" && words.front() == "inspect") return inspect_image(words.at(1));
  if (verb == "image") return built_images(words);
  if (verb == "pull") return pull(words.front());
  if (verb == "build") return build(words);
  if (verb == "create") return create(command, words);
  if (verb == "start") return start(words.front());
  if (verb == "rm") return remove(words);
  if (verb == "logs") return exited(0, find(words.back()) != nullptr ? find(words.back())->output : "");
  words.insert(words.begin(), verb);
  return change(words);
}

FakeDocker::Box* FakeDocker::find(const std::string& id_or_name) {
  const auto found =
      std::ranges::find_if(boxes, [&](const Box& box) { return box.id == id_or_name || box.name == id_or_name; });
  return found == boxes.end() ? nullptr : &*found;
}

std::string FakeDocker::state() const {
  std::vector<std::string> all;
  for (const Box& box : boxes) all.push_back(box.name + " " + box.image + " " + box.restart_policy + " " + box.status);
  std::ranges::sort(all);
  std::string text;
  for (const std::string& each : all) text += each + "\n";
  return text;
}

FakeDocker::Box& FakeDocker::add_foreign(const std::string& name) {
  boxes.push_back({.id = new_id(), .name = name, .image = image_id("foreign"), .status = "running"});
  return boxes.back();
}

ProcessResult FakeDocker::ps(const Words& words) const {
  std::vector<std::string> labels;
  std::vector<std::string> names;
  for (const std::string& word : words) {
    const std::string filter = value_of(word, "filter");
    if (filter.starts_with("label=")) labels.push_back(filter);
    if (filter.starts_with("name=")) names.push_back(filter);
  }
  std::string out;
  for (const Box& box : boxes) {
    const auto fits = [&](const std::string& filter) { return matches(box, filter); };
    if (std::ranges::all_of(labels, fits) && (names.empty() || std::ranges::any_of(names, fits))) out += box.id + "\n";
  }
  return exited(0, out);
}

Json FakeDocker::shown(const Box& box) const {
  Json state{{"Status", box.status},
             {"ExitCode", box.exit_code},
             {"OOMKilled", false},
             {"StartedAt", "start " + std::to_string(box.started)}};
  if (!box.health.empty()) state["Health"] = Json{{"Status", box.health}, {"Log", Json::array({{{"Output", "no"}}})}};
  return Json{{"Id", box.id},
              {"Name", "/" + box.name},
              {"Image", box.image},
              {"RestartCount", box.restarts},
              {"Config", {{"Labels", box.labels}}},
              {"State", state},
              {"HostConfig", {{"RestartPolicy", {{"Name", box.restart_policy}, {"MaximumRetryCount", 0}}}}}};
}

ProcessResult FakeDocker::inspect(const Words& words) {
  Json all = Json::array();
  std::string missing;
  for (const std::string& id : words) {
    if (const Box* box = find(id))
      all.push_back(shown(*box));
    else
      missing += "Error: No such container: " + id + "\n";
  }
  return exited(missing.empty() ? 0 : 1, all.dump(), missing);
}

ProcessResult FakeDocker::inspect_image(const std::string& reference) const {
  std::string id;
  std::string digest;
  for (const auto& [name, image] : images)
    if (name == reference || image == reference) id = image;
  if (id.empty()) return exited(1, "[]\n", "Error: No such image: " + reference + "\n");
  Json image{{"Id", id}, {"RepoDigests", Json::array()}};
  for (const auto& [name, remote] : registry)
    if (remote == id && name.find('@') != std::string::npos) image["RepoDigests"].push_back(name);
  return exited(0, Json::array({image}).dump());
}

ProcessResult FakeDocker::built_images(const Words& words) {
  if (words.front() == "rm") {
    for (const std::string& tag : words) images.erase(tag);
    return exited(0);
  }
  if (words.at(1) != "--format={{.Repository}}:{{.Tag}}") return exited(0);
  std::string out;
  for (const auto& [tag, id] : images)
    if (tag.starts_with("deployctl/built:")) out += tag + "\n";
  return exited(0, out);
}

ProcessResult FakeDocker::pull(const std::string& reference) {
  if (!pull_error.empty()) return exited(1, "", pull_error + "\n");
  const auto found = registry.find(reference);
  if (found == registry.end()) return refused("manifest for " + reference + " not found: manifest unknown");
  images[reference] = found->second;
  return exited(0, "Status: Downloaded newer image\n");
}

ProcessResult FakeDocker::build(const Words& words) {
  for (const std::string& word : words)
    if (const std::string tag = value_of(word, "tag"); !tag.empty()) images[tag] = image_id(tag);
  return exited(0, "Successfully built\n", "DEPRECATED: The legacy builder is deprecated\n");
}

ProcessResult FakeDocker::create(const process::Command& command, const Words& words) {
  Box box{.id = new_id()};
  std::size_t at = 0;
  for (; at < words.size() && words[at].starts_with("--"); ++at) {
    const std::string& word = words[at];
    box.options.push_back(word);
    if (const std::string label = value_of(word, "label"); !label.empty())
      box.labels[label.substr(0, label.find('='))] = label.substr(label.find('=') + 1);
    if (const std::string name = value_of(word, "name"); !name.empty()) box.name = name;
    if (const std::string policy = value_of(word, "restart"); !policy.empty()) box.restart_policy = policy;
    if (const std::string port = value_of(word, "publish"); !port.empty()) box.ports.insert(host_port(port));
    if (const std::string name = value_of(word, "env"); !name.empty()) box.env[name] = command.env.at(name);
  }
  box.image = words.at(at);
  box.command.assign(words.begin() + static_cast<std::ptrdiff_t>(at) + 1, words.end());
  if (find(box.name) != nullptr)
    return refused("Conflict. The container name \"/" + box.name + "\" is already in use by container");
  if (inspect_image(box.image).exit.code != 0) return refused("No such image: " + box.image);
  boxes.push_back(box);
  return exited(0, box.id + "\n");
}

ProcessResult FakeDocker::start(const std::string& id) {
  Box* box = find(id);
  if (box == nullptr) return no_such("container", id);
  if (box->status == "running") return exited(0, id + "\n");
  for (const Box& other : boxes) {
    if (other.status != "running") continue;
    for (const std::string& port : box->ports)
      if (other.ports.contains(port))
        return refused("driver failed programming external connectivity: Bind for 0.0.0.0:" + port +
                       " failed: port is already allocated");
    if (!other.labels.empty() && !box->labels.empty()) two_ran_at_once = true;
  }
  box->started = ++starts_;
  box->status = ending_images.contains(box->image) ? "exited" : "running";
  box->exit_code = box->status == "exited" ? 1 : 0;
  return exited(0, id + "\n");
}

ProcessResult FakeDocker::change(const Words& words) {
  const std::string& verb = words.front();
  if (verb == "rename") {
    Box* box = find(words.at(1));
    if (box == nullptr) return no_such("container", words.at(1));
    const Box* other = find(words.at(2));
    if (other != nullptr && other != box) return refused("Conflict. The container name is already in use");
    if (other == box) return refused("Renaming a container with the same name as its current name");
    box->name = words.at(2);
    return exited(0);
  }
  std::string missing;
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i].starts_with("--")) continue;
    Box* box = find(words[i]);
    if (box == nullptr) {
      missing += "Error response from daemon: No such container: " + words[i] + "\n";
      continue;
    }
    if (verb == "update") box->restart_policy = value_of(words.at(1), "restart");
    if (verb == "stop" && box->status == "running") {
      box->status = "exited";
      box->exit_code = 143;
    }
  }
  return exited(missing.empty() ? 0 : 1, "", missing);
}

ProcessResult FakeDocker::remove(const Words& words) {
  std::string missing;
  for (const std::string& word : words) {
    if (word.starts_with("--")) continue;
    const Box* box = find(word);
    if (box == nullptr)
      missing += "Error: No such container: " + word + "\n";
    else
      boxes.erase(boxes.begin() + (box - boxes.data()));
  }
  return exited(missing.empty() ? 0 : 1, "", missing);
}

std::string FakeDocker::new_id() { return sha256_hex("container " + std::to_string(++made_)); }

}  // namespace deployctl::support
