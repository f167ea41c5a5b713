#include "kube/kubeconfig.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "base/sha256.hpp"
#include "base/strict_yaml.hpp"
#include "base/text.hpp"

namespace deployctl::kube {

namespace {

/// One cluster, user or context: where it stands and what it says.
struct Entry {
  std::string file;
  std::string where;  ///< `users "name"`
  Json content = Json::object();

  [[nodiscard]] Error wrong(std::string_view field, std::string_view why) const {
    return fail(ErrorKind::Invalid, file + ": " + where + ": " + std::string(field) + ": " + std::string(why));
  }
  [[nodiscard]] bool has(const char* field) const {
    const auto found = content.find(field);
    return found != content.end() && !found->is_null();
  }
  /// Empty when absent.
  [[nodiscard]] Result<std::string> text(const char* field) const {
    if (!has(field)) return std::string();
    const Json& value = *content.find(field);
    if (!value.is_string()) return wrong(field, "is not a string");
    return value.get<std::string>();
  }
  [[nodiscard]] Result<bool> flag(const char* field) const {
    if (!has(field)) return false;
    const Json& value = *content.find(field);
    if (!value.is_boolean()) return wrong(field, "is not true or false");
    return value.get<bool>();
  }
};

struct Merged {
  std::map<std::string, Entry> clusters, users, contexts;
  std::string current_context;
};

Result<void> merge_entries(const KubeconfigFile& file, const Json& root, const std::string& list,
                           const std::string& inner, std::map<std::string, Entry>& into) {
  const auto entries = root.find(list);
  if (entries == root.end() || entries->is_null()) return {};
  if (!entries->is_array()) return fail(ErrorKind::Invalid, file.path + ": " + list + ": is not a list");
  for (const Json& item : *entries) {
    const auto name = item.is_object() ? item.find("name") : item.end();
    if (!item.is_object() || name == item.end() || !name->is_string()) {
      return fail(ErrorKind::Invalid, file.path + ": " + list + ": an entry has no name");
    }
    Entry entry{.file = file.path, .where = list + " \"" + cut(one_line(name->get<std::string>()), 128) + "\""};
    if (const auto content = item.find(inner); content != item.end() && !content->is_null()) {
      if (!content->is_object()) return entry.wrong(inner, "is not a mapping");
      entry.content = *content;
    }
    into.try_emplace(name->get<std::string>(), std::move(entry));  // the first file to set a name wins
  }
  return {};
}

Result<void> merge_file(const KubeconfigFile& file, Merged& merged) {
  auto documents = parse_yaml(file.text);
  if (!documents) return documents.error().with_context(file.path);
  if (documents->empty()) return {};
  const Json& root = documents->front();
  if (!root.is_object()) return fail(ErrorKind::Invalid, file.path + ": is no kubeconfig");
  if (auto ok = merge_entries(file, root, "clusters", "cluster", merged.clusters); !ok) return ok;
  if (auto ok = merge_entries(file, root, "users", "user", merged.users); !ok) return ok;
  if (auto ok = merge_entries(file, root, "contexts", "context", merged.contexts); !ok) return ok;
  const auto current = root.find("current-context");
  if (merged.current_context.empty() && current != root.end() && current->is_string()) {
    merged.current_context = current->get<std::string>();
  }
  return {};
}

/// `FIELD-data` (base64) wins over `FIELD` (a file), as in kubectl.
Result<PemSource> read_pem(const Entry& entry, const std::string& field, const KubeconfigRules& rules) {
  auto data = entry.text((field + "-data").c_str());
  if (!data) return data.error();
  if (!data->empty()) {
    auto text = base64_decode(*data);
    if (!text) return entry.wrong(field + "-data", "is not base64");
    return PemSource{.text = std::move(*text)};
  }
  auto path = entry.text(field.c_str());
  if (!path) return path.error();
  if (path->empty()) return PemSource{};
  if (!rules.allow_file_references)
    return entry.wrong(field, "file references are refused here: use " + field + "-data");
  const auto base = std::filesystem::path(entry.file).parent_path();
  PemSource source{.file = (base / *path).lexically_normal().string()};
  if (auto readable = source.read(); !readable) return entry.wrong(field, readable.error().message);
  return source;
}

Result<void> read_cluster(const Entry& cluster, const KubeconfigRules& rules, Config& config) {
  auto server = cluster.text("server");
  auto ca = read_pem(cluster, "certificate-authority", rules);
  auto insecure = cluster.flag("insecure-skip-tls-verify");
  auto name = cluster.text("tls-server-name");
  auto proxy = cluster.text("proxy-url");
  if (!server) return server.error();
  if (!ca) return ca.error();
  if (!insecure) return insecure.error();
  if (!name) return name.error();
  if (!proxy) return proxy.error();
  if (server->empty()) return cluster.wrong("server", "is missing");
  if (auto ok = set_server(config, *server); !ok) return cluster.wrong("server", ok.error().message);
  if (*insecure && !rules.allow_insecure) {
    return cluster.wrong("insecure-skip-tls-verify", "is refused: give certificate-authority-data instead");
  }
  if (*insecure && !ca->empty()) return cluster.wrong("insecure-skip-tls-verify", "contradicts certificate-authority");
  if (!proxy->empty() && !rules.allow_file_references) return cluster.wrong("proxy-url", "is refused here");
  config.ca = std::move(*ca);
  config.insecure_skip_tls_verify = *insecure;
  config.tls_server_name = std::move(*name);
  config.proxy_url = std::move(*proxy);
  return {};
}

Result<void> refuse_unsupported(const Entry& user) {
  if (user.has("exec")) {
    return user.wrong("exec",
                      "credential plug-ins are not run: use tokenFile, a token or a client certificate "
                      "(kubectl create token SERVICEACCOUNT)");
  }
  if (user.has("auth-provider")) {
    return user.wrong("auth-provider", "was removed from Kubernetes: use tokenFile, a token or a client certificate");
  }
  for (const char* field : {"as", "as-uid", "as-groups", "as-user-extra"}) {
    if (user.has(field)) return user.wrong(field, "impersonation is not supported");
  }
  return {};
}

Result<void> read_user(const Entry& user, const KubeconfigRules& rules, Config& config) {
  if (auto ok = refuse_unsupported(user); !ok) return ok;
  auto token = user.text("token");
  auto token_file = user.text("tokenFile");
  auto username = user.text("username");
  auto password = user.text("password");
  auto certificate = read_pem(user, "client-certificate", rules);
  auto key = read_pem(user, "client-key", rules);
  if (!token) return token.error();
  if (!token_file) return token_file.error();
  if (!username) return username.error();
  if (!password) return password.error();
  if (!certificate) return certificate.error();
  if (!key) return key.error();
  if (!token_file->empty() && !rules.allow_file_references) {
    return user.wrong("tokenFile", "file references are refused here: use token");
  }
  if (!certificate->empty() && key->empty()) return user.wrong("client-key", "is missing beside client-certificate");
  if (certificate->empty() && !key->empty()) return user.wrong("client-certificate", "is missing beside client-key");
  config.token = std::move(*token);
  if (!token_file->empty()) {
    config.token_file = (std::filesystem::path(user.file).parent_path() / *token_file).lexically_normal().string();
  }
  config.username = std::move(*username);
  config.password = std::move(*password);
  config.client_certificate = std::move(*certificate);
  config.client_key = std::move(*key);
  return {};
}

std::string names_of(const std::map<std::string, Entry>& entries) {
  std::string names;
  for (const auto& [name, entry] : entries) names += (names.empty() ? "" : ", ") + name;
  return names.empty() ? "none" : cut(one_line(names), 200);
}

/// The entry a context refers to.
Result<const Entry*> referred(const Entry& context, const char* field, const std::map<std::string, Entry>& entries) {
  auto name = context.text(field);
  if (!name) return name.error();
  const auto found = entries.find(*name);
  if (found == entries.end()) return context.wrong(field, "\"" + *name + "\" is not defined");
  return &found->second;
}

std::vector<std::string> split_list(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(':'), list.size());
    if (end > 0) parts.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return parts;
}

}  // namespace

Result<Config> parse_kubeconfig(const std::vector<KubeconfigFile>& files, const KubeconfigRules& rules) {
  Merged merged;
  std::string all;
  for (const KubeconfigFile& file : files) {
    if (auto ok = merge_file(file, merged); !ok) return ok.error();
    all += (all.empty() ? "" : ":") + file.path;
  }
  const std::string& name = rules.context.empty() ? merged.current_context : rules.context;
  if (name.empty()) return fail(ErrorKind::Invalid, all + ": current-context: is not set: use --context");
  const auto found = merged.contexts.find(name);
  if (found == merged.contexts.end()) {
    return fail(ErrorKind::Invalid,
                all + ": context \"" + name + "\" does not exist (there are: " + names_of(merged.contexts) + ")");
  }
  const Entry& context = found->second;
  auto cluster = referred(context, "cluster", merged.clusters);
  if (!cluster) return cluster.error();
  auto ns = context.text("namespace");
  if (!ns) return ns.error();
  Config config;
  if (auto ok = read_cluster(**cluster, rules, config); !ok) return ok.error();
  if (context.has("user")) {
    auto user = referred(context, "user", merged.users);
    if (!user) return user.error();
    if (auto ok = read_user(**user, rules, config); !ok) return ok.error();
  }
  if (!ns->empty()) config.ns = std::move(*ns);
  config.source = all + ", context " + name;
  return config;
}

Result<std::vector<KubeconfigFile>> find_kubeconfig(const std::string& flag, std::string_view kubeconfig_env,
                                                    std::string_view home) {
  std::vector<std::string> paths;
  if (!flag.empty()) {
    paths = {flag};
  } else if (!kubeconfig_env.empty()) {
    paths = split_list(kubeconfig_env);
  } else if (!home.empty()) {
    paths = {std::string(home) + "/.kube/config"};
  }
  std::vector<KubeconfigFile> files;
  for (const std::string& path : paths) {
    std::error_code error;
    const bool exists = std::filesystem::exists(path, error);
    if (!exists && flag.empty()) continue;
    auto text = PemSource{.file = path}.read();
    if (!text) return text.error().with_context("kubeconfig");
    files.push_back({path, std::move(*text)});
  }
  if (files.empty()) return fail(ErrorKind::Invalid, "no kubeconfig found: use --kubeconfig or KUBECONFIG");
  return files;
}

}  // namespace deployctl::kube
