#include "config/configuration.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <utility>

#include "api/formats.hpp"
#include "api/words.hpp"
#include "base/text.hpp"
#include "config/nearest.hpp"
#include "config/reader.hpp"

namespace deployctl::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxBytes = 1024U * 1024;

std::optional<std::string> read_bytes(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::string bytes;
  bytes.resize(kMaxBytes + 1);
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

std::vector<std::string> keys_of(const Json& map) {
  std::vector<std::string> keys;
  if (map.is_object())
    for (const auto& [key, value] : map.items()) keys.push_back(key);
  return keys;
}

const Json& member(const Json& map, const std::string& key) {
  static const Json kNothing;
  if (!map.is_object()) return kNothing;
  const auto found = map.find(key);
  return found == map.end() ? kNothing : *found;
}

std::string escaped(const std::string& token) { return nlohmann::detail::escape(token); }

}  // namespace

Origin Configuration::File::at(std::string pointer) const {
  for (;;) {
    if (const auto found = yaml.marks.find(pointer); found != yaml.marks.end()) return {name, found->second};
    if (pointer.empty()) return {name, {}};
    pointer.erase(pointer.rfind('/'));
  }
}

Configuration::Configuration(Places places, Problems& problems) : places_(std::move(places)) {
  deployments_ = read("deployments.yaml", problems);
  environments_ = read("environments.yaml", problems);
  if (deployments_) check_top(*deployments_, "deployments", problems);
  if (environments_) check_top(*environments_, "environments", problems);
}

std::optional<Configuration::File> Configuration::read(const std::string& name, Problems& problems) const {
  std::vector<std::pair<fs::path, std::string>> looked;
  if (places_.config_dir) looked.emplace_back(*places_.config_dir, (*places_.config_dir / name).string());
  looked.emplace_back(places_.current, name);
  looked.emplace_back(places_.current / ".deployctl", ".deployctl/" + name);
  if (places_.home) looked.emplace_back(*places_.home / ".deployctl", "~/.deployctl/" + name);
  std::string where;
  for (const auto& [directory, shown] : looked) {
    where += (where.empty() ? "" : ", ") + shown;
    std::error_code error;
    if (!fs::exists(directory / name, error)) continue;
    const auto text = fs::is_regular_file(directory / name, error) ? read_bytes(directory / name) : std::nullopt;
    if (!text) {
      problems.add({shown, {}}, "cannot be read");
      return std::nullopt;
    }
    auto yaml = parse_marked_yaml(*text, {.max_bytes = kMaxBytes});
    if (!yaml) {
      problems.add({shown, yaml.error().mark}, yaml.error().rule);
      return std::nullopt;
    }
    return File{shown, fs::absolute(directory), *std::move(yaml)};
  }
  if (name == "deployments.yaml") problems.add({name, {}}, "not found; looked for " + where);
  return std::nullopt;
}

/// {<key>: {<name>: {...}}}, and nothing else.
void Configuration::check_top(const File& file, const std::string& key, Problems& problems) const {
  const Json& top = file.yaml.value;
  if (top.is_null()) return problems.add({file.name, {}}, "is empty; expected \"" + key + ":\"");
  if (!top.is_object()) return problems.add({file.name, {}}, "expected \"" + key + ":\" and a map below it");
  for (const std::string& each : keys_of(top))
    if (each != key)
      problems.add(file.at("/" + escaped(each)), "unknown key \"" + each + "\"" + did_you_mean(each, {key}));
  const Json& named = member(top, key);
  if (!named.is_object()) return problems.add(file.at("/" + key), "expected a map of names below \"" + key + ":\"");
  const api::Format& format = key == "deployments" ? api::kObjectName : api::kDnsLabel;
  for (const std::string& each : keys_of(named))
    if (!format.accepts(each) || each.size() > 63)
      problems.add(
          file.at("/" + key + "/" + escaped(each)),
          "\"" + cut(one_line(each), 64) + "\" is not a name: lower-case letters, digits and dashes, at most 63");
}

std::vector<std::string> Configuration::apps() const {
  return deployments_ ? keys_of(member(deployments_->yaml.value, "deployments")) : std::vector<std::string>{};
}

std::vector<std::string> Configuration::environments() const {
  std::set<std::string> names;
  if (environments_)
    for (std::string& name : keys_of(member(environments_->yaml.value, "environments"))) names.insert(std::move(name));
  if (deployments_)
    for (const std::string& app : apps())
      for (std::string& name :
           keys_of(member(member(member(deployments_->yaml.value, "deployments"), app), "environments")))
        names.insert(std::move(name));
  return {names.begin(), names.end()};
}

Layer Configuration::environment_layer(const std::string& environment, api::Type type, Environment& door,
                                       Problems& problems) const {
  Layer layer;
  if (!environments_) return layer;
  const Json& in = member(member(environments_->yaml.value, "environments"), environment);
  if (in.is_null()) return layer;
  const std::string from = "/environments/" + escaped(environment);
  Reader reader(environments_->name, environments_->yaml.marks, layer, problems);
  if (!reader.is_map(in, from)) return layer;
  const Json& held = member(in, "protected");
  if (!held.is_null() && !held.is_boolean()) reader.problem(from + "/protected", "expected true or false");
  door.is_protected = held.is_boolean() && held.get<bool>();
  if (const Json& cluster = member(in, "cluster"); !cluster.is_null() && reader.is_map(cluster, from + "/cluster")) {
    door.cluster.emplace();
    for (const auto& [key, value] : cluster.items()) {
      const bool known = key == "context" || key == "namespace";
      if (!known) reader.unknown(from + "/cluster/" + escaped(key), key, {"context", "namespace"});
      if (known && !value.is_string()) reader.problem(from + "/cluster/" + key, "expected text");
      if (known && value.is_string()) (key == "context" ? door.cluster->context : door.cluster->ns) = value;
    }
  }
  read_environment(reader, in, from, type, {"protected", "cluster"});
  return layer;
}

std::optional<Merged> Configuration::merged(const std::string& app, const std::string& environment,
                                            const std::optional<std::string>& version, Problems& problems) const {
  if (!deployments_) return std::nullopt;
  const Json& in = member(member(deployments_->yaml.value, "deployments"), app);
  const std::string from = "/deployments/" + escaped(app);
  Layer own;
  Reader reader(deployments_->name, deployments_->yaml.marks, own, problems);
  if (!reader.is_map(in, from)) return std::nullopt;
  const Json& type_word = member(in, "type");
  const auto type = type_word.is_string() ? api::parse_type(type_word.get<std::string>()) : std::nullopt;
  if (!type) {
    const std::string types = "docker, docker-compose, kubernetes, terraform or ansible";
    reader.problem(from + "/type", type_word.is_null() ? "\"type\" is missing: " + types : "type must be " + types);
    return std::nullopt;
  }
  Merged merged{.app = app, .environment = environment};
  const Layer under = environment_layer(environment, *type, merged.door, problems);
  own.origins[""] = reader.at(from);
  read_app(reader, in, from, *type, {"environments"});
  if (const Json& sections = member(in, "environments"); !sections.is_null()) {
    const bool is_map = reader.is_map(sections, from + "/environments");
    const Json& section = is_map ? member(sections, environment) : sections;
    const std::string at = from + "/environments/" + escaped(environment);
    if (is_map && !section.is_null() && reader.is_map(section, at)) {
      Layer over;
      Reader inner(deployments_->name, deployments_->yaml.marks, over, problems);
      if (section.contains("type")) inner.problem(at + "/type", "an app has one type in every environment");
      read_app(inner, section, at, *type, {"type"});
      merge(own, over);
    }
  }
  Layer all = under;
  merge(all, own);
  if (version) {
    all.spec["version"] = *version;
    all.origins["/version"] = Origin{"--version", {}};
  }
  merged.written = std::move(all.spec);
  merged.origins = std::move(all.origins);
  for (const auto& [name, path] : all.secret_files)
    merged.secret_files[name] = (deployments_->directory / path).lexically_normal();
  if (!decode(merged, problems)) return std::nullopt;
  return merged;
}

}  // namespace deployctl::config
