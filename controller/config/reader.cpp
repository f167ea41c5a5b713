#include "config/reader.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "config/nearest.hpp"

namespace deployctl::config {

std::string snake_case(std::string_view name) {
  std::string snake;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool upper = std::isupper(static_cast<unsigned char>(name[i])) != 0;
    if (upper && i > 0 && std::isupper(static_cast<unsigned char>(name[i - 1])) == 0) snake += '_';
    snake += static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
  }
  return snake;
}

Origin Reader::at(const std::string& from) const {
  std::string pointer = from;
  for (;;) {
    if (const auto found = marks_.find(pointer); found != marks_.end()) return {file_, found->second};
    if (pointer.empty()) return {file_, {}};
    pointer.erase(pointer.rfind('/'));
  }
}

void Reader::unknown(const std::string& from, std::string_view key, const std::vector<std::string>& known) {
  problem(from, "unknown key \"" + cut(one_line(key), 64) + "\"" + did_you_mean(key, known));
}

bool Reader::is_map(const Json& in, const std::string& from) {
  if (in.is_object()) return true;
  problem(from, "expected a map of keys and values, found " + cut(one_line(dump_json(in)), 64));
  return false;
}

/// Without the path, for which the place in the file stands.
std::string Reader::leaf_problem(const std::string& problem) {
  const std::size_t colon = problem.find(": ");
  return colon == std::string::npos ? problem : problem.substr(colon + 2);
}

namespace {

/// Text that people write as a number too.
Json as_text(const Json& in) { return in.is_number_integer() ? Json(dump_json(in)) : in; }

class AppReader {
 public:
  AppReader(Reader& reader, api::Type type, std::string from) : reader_(reader), type_(type), from_(std::move(from)) {}

  void read(const std::string& key, const Json& in) {
    if (in.is_null()) return;
    if (read_variables(key, in) || read_health(key, in) || read_short_form(key, in)) return;
    const Spot top{from_, ""};
    if (key == "hooks") return read_hooks(in, top.below("hooks", "hooks"));
    if (reader_.member<api::DeploymentSpec>(key, in, top, spec())) return;
    if (read_block(key, in)) return;
    reader_.unknown(from_ + "/" + nlohmann::detail::escape(key), key, known());
  }

  [[nodiscard]] std::vector<std::string> known() const {
    std::vector<std::string> keys = Reader::keys<api::DeploymentSpec>();
    for (const char* key : {"environments", "env_vars", "secret_files", "health_check", "health_checks"})
      keys.emplace_back(key);
    const auto add = [&](const std::vector<std::string>& more) { keys.insert(keys.end(), more.begin(), more.end()); };
    switch (type_) {
      case api::Type::Docker: add(Reader::keys<api::Docker>()), add({"port"}); break;
      case api::Type::DockerCompose: add(Reader::keys<api::DockerCompose>()), add({"compose_file"}); break;
      case api::Type::Kubernetes: add(Reader::keys<api::Kubernetes>()); break;
      case api::Type::Terraform: add(Reader::keys<api::Terraform>()), add({"var_file"}); break;
      case api::Type::Ansible: add(Reader::keys<api::Ansible>()), add({"vault_password_file"}); break;
    }
    return keys;
  }

  bool read_variables(const std::string& key, const Json& in) {
    const bool is_env = key == "env";
    if (key == "secret_files") return read_secret_files(in), true;
    if (!is_env && key != "variables" && key != "env_vars") return false;
    const std::string list = is_env ? "env" : "variables";
    if (in.is_array()) {
      const Json items = list_of_variables(in, {from_ + "/" + key, "/" + list});
      for (std::size_t i = 0; i < items.size(); ++i) {
        Json item = items.at(i);
        const std::string name = item.value("name", "");
        item.erase("name");
        add_variable(list, name, std::move(item), from_ + "/" + key + "/" + std::to_string(i));
      }
      return true;
    }
    if (!reader_.is_map(in, from_ + "/" + key)) return true;
    for (const auto& [name, value] : in.items()) {
      const std::string at = from_ + "/" + key + "/" + nlohmann::detail::escape(name);
      if (!value.is_string()) {
        reader_.problem(at, "expected text; put it in quotes, found " + cut(one_line(dump_json(value)), 64));
        continue;
      }
      add_variable(list, name, Json{{"value", value}}, at);
    }
    return true;
  }

 private:
  Json& spec() { return reader_.layer().spec; }
  /// What stands at `place` of the spec, made when it is missing.
  Json& put(const std::string& place, const Json& value, const std::string& key) {
    reader_.came_from({from_ + "/" + key, place});
    return spec()[Json::json_pointer(place)] = value;
  }

  Json list_of_variables(const Json& in, const Spot& spot) {
    Json out = Json::array();
    for (std::size_t i = 0; i < in.size(); ++i)
      out.push_back(reader_.object<api::Variable>(in.at(i), spot.below(std::to_string(i), "-")));
    return out;
  }

  void add_variable(const std::string& list, const std::string& name, Json value, const std::string& at) {
    Json& there = spec()[list];
    if (there.is_null()) there = Json::object();
    if (there.contains(name)) return reader_.problem(at, "\"" + name + "\" is set twice");
    reader_.came_from({at, "/" + list + "/" + nlohmann::detail::escape(name)});
    there[name] = std::move(value);
  }

  void read_secret_files(const Json& in) {
    if (!reader_.is_map(in, from_ + "/secret_files")) return;
    for (const auto& [name, path] : in.items()) {
      const std::string at = from_ + "/secret_files/" + nlohmann::detail::escape(name);
      if (!path.is_string()) {
        reader_.problem(at, "expected the path of a file");
        continue;
      }
      reader_.layer().secret_files[std::string(kSecretFiles) + "/" + name] = path.get<std::string>();
      add_variable("variables", name, Json{{"valueFrom", {{"secretKeyRef", {{"name", kSecretFiles}, {"key", name}}}}}},
                   at);
    }
  }

  bool read_health(const std::string& key, const Json& in) {
    if (key != "health_check" && key != "health_checks") return false;
    const std::string at = from_ + "/" + key;
    if (key == "health_checks" && !in.is_array()) return reader_.problem(at, "expected a list of checks"), true;
    Json& post = spec()[Json::json_pointer("/health/post")];
    if (!post.is_null()) return reader_.problem(at, "stands beside other checks after the deployment"), true;
    post = Json::array();
    reader_.came_from({at, "/health/post"});
    const Json checks = in.is_array() ? in : Json::array({in});
    for (std::size_t i = 0; i < checks.size(); ++i) {
      const std::string here = in.is_array() ? at + "/" + std::to_string(i) : at;
      Json check = short_check(checks.at(i), {here, "/health/post/" + std::to_string(i)});
      if (!check.contains("name")) check["name"] = "check" + (in.is_array() ? "-" + std::to_string(i + 1) : "");
      post.push_back(std::move(check));
    }
    return true;
  }

  Json short_check(const Json& in, const Spot& spot) {
    Json check = Json::object();
    reader_.came_from(spot);
    if (!reader_.is_map(in, spot.from)) return check;
    Json http = Json::object();
    for (const auto& [key, value] : in.items()) {
      const Spot inside{spot.from, spot.to + "/http"};
      if (key == "backoff" && value.is_number()) {
        const Spot factor{spot.from, spot.to + "/backoff"};
        Json backoff = Json::object();
        reader_.member<api::Backoff>("factor", value, factor, backoff);
        check["backoff"] = std::move(backoff);
      } else if (key == "endpoint") {
        reader_.came_from({spot.from + "/endpoint", inside.to + "/url"});
        if (!value.is_string()) reader_.problem(spot.from + "/endpoint", "expected a URL");
        http["url"] = value;
      } else if (key == "expected_status" && reader_.member<api::HttpCheck>(key, as_text(value), inside, http)) {
      } else if (reader_.member<api::HttpCheck>(key, value, inside, http)) {
      } else if (!reader_.member<api::HealthCheck>(key, value, spot, check)) {
        reader_.unknown(spot.from + "/" + nlohmann::detail::escape(key), key,
                        {"name", "endpoint", "method", "headers", "expected_status", "expected_body", "timeout",
                         "retries", "backoff", "initial_delay", "insecure_skip_verify"});
      }
    }
    if (!http.empty()) check["http"] = std::move(http);
    return check;
  }

  /// A hook is an argument vector, or a hook as the API has it.
  void read_hooks(const Json& in, const Spot& spot) {
    if (!reader_.is_map(in, spot.from)) return;
    Json whole = in;
    for (auto& [phase, hooks] : whole.items()) {
      if (!hooks.is_array()) continue;
      std::string name = phase;
      std::ranges::replace(name, '_', '-');
      for (std::size_t i = 0; i < hooks.size(); ++i)
        if (hooks.at(i).is_array())
          hooks.at(i) = Json{{"name", name + "-" + std::to_string(i + 1)}, {"command", hooks.at(i)}};
    }
    reader_.came_from(spot);
    spec()["hooks"] = reader_.object<api::Hooks>(whole, spot);
  }

  bool read_short_form(const std::string& key, const Json& in) {
    const auto text = [&] {
      if (!in.is_string()) reader_.problem(from_ + "/" + key, "expected text");
      return in.is_string();
    };
    if (key == "port" && type_ == api::Type::Docker) {
      if (!in.is_number_integer()) return reader_.problem(from_ + "/port", "expected a number from 1 to 65535"), true;
      put("/docker/ports", Json::array({Json{{"container", in}}}), key);
    } else if (key == "compose_file" && type_ == api::Type::DockerCompose) {
      if (text()) put("/dockerCompose/files", Json::array({in}), key);
    } else if (key == "var_file" && type_ == api::Type::Terraform) {
      if (text()) put("/terraform/varFiles", Json::array({in}), key);
    } else if (key == "inventory" && type_ == api::Type::Ansible && in.is_string()) {
      put("/ansible/inventory", Json{{"path", in}}, key);
    } else if (key == "vault_password_file" && type_ == api::Type::Ansible) {
      if (!text()) return true;
      put("/ansible/vaultPasswordSecretRef", Json{{"name", kVaultPassword}}, key);
      reader_.layer().secret_files[std::string(kVaultPassword) + "/password"] = in.get<std::string>();
    } else {
      return false;
    }
    return true;
  }

  /// The fields of the block of the app's type stand directly under the app.
  bool read_block(const std::string& key, const Json& in) {
    switch (type_) {
      case api::Type::Docker: return read_block<api::Docker>("docker", key, in);
      case api::Type::DockerCompose: return read_block<api::DockerCompose>("dockerCompose", key, in);
      case api::Type::Kubernetes: return read_block<api::Kubernetes>("kubernetes", key, in);
      case api::Type::Terraform: return read_block<api::Terraform>("terraform", key, in);
      case api::Type::Ansible: return read_block<api::Ansible>("ansible", key, in);
    }
    return false;
  }
  template <api::Described T>
  bool read_block(const std::string& block, const std::string& key, const Json& in) {
    Json read = Json::object();
    if (!reader_.member<T>(key, in, {from_, "/" + block}, read)) return false;
    Json& there = spec()[block];
    if (there.is_null()) there = Json::object();
    there.update(read);
    return true;
  }

  Reader& reader_;
  api::Type type_;
  std::string from_;
};

/// What an environment will say and this version does not act on. Not a warning, as a field of an app is: most of them
/// hold deployments back, and nobody must think that they do. A row goes when it is built.
constexpr std::array<std::string_view, 7> kLater = {"docker",   "freeze",       "kube_config", "max_concurrent",
                                                    "required", "max_failures", "windows"};

}  // namespace

void read_app(Reader& reader, const Json& in, const std::string& from, api::Type type,
              const std::vector<std::string>& handled) {
  AppReader app(reader, type, from);
  for (const auto& [key, value] : in.items())
    if (std::ranges::find(handled, key) == handled.end()) app.read(key, value);
}

void read_environment(Reader& reader, const Json& in, const std::string& from, api::Type type,
                      const std::vector<std::string>& handled) {
  const std::vector<std::string> defaults = {"health", "rollback", "approval", "retry", "timeout", "hooks"};
  const std::vector<std::string> lists = {"variables", "env_vars", "env", "variables_from", "env_from", "secret_files"};
  AppReader top(reader, type, from);
  AppReader inner(reader, type, from + "/defaults");
  for (const auto& [key, value] : in.items()) {
    if (std::ranges::find(handled, key) != handled.end() || value.is_null()) continue;
    const std::string at = from + "/" + nlohmann::detail::escape(key);
    if (std::ranges::find(lists, key) != lists.end()) {
      top.read(key, value);
    } else if (std::ranges::find(kLater, key) != kLater.end()) {
      reader.problem(at, key + ": not supported by this version");
    } else if (key != "defaults") {
      std::vector<std::string> known = lists;
      known.insert(known.end(), handled.begin(), handled.end());
      known.emplace_back("defaults");
      reader.unknown(at, key, known);
    } else if (reader.is_map(value, at)) {
      for (const auto& [name, each] : value.items()) {
        const bool fits = std::ranges::find(defaults, name) != defaults.end();
        if (fits) inner.read(name, each);
        if (!fits) reader.unknown(at + "/" + nlohmann::detail::escape(name), name, defaults);
      }
    }
  }
}

}  // namespace deployctl::config
