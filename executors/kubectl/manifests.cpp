#include "kubectl/manifests.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>

#include "api/constants.hpp"
#include "base/strict_yaml.hpp"
#include "base/text.hpp"
#include "kubectl/commands.hpp"
#include "kubectl/inventory.hpp"
#include "kubectl/json_path.hpp"

namespace deployctl::kubectl {
namespace {

bool is_manifest(std::string_view file) {
  return file.ends_with(".yaml") || file.ends_with(".yml") || file.ends_with(".json");
}

Result<void> take_apart(std::string_view name, Json document, std::vector<Json>& objects) {
  if (document.is_null()) return {};
  if (!document.is_object()) return fail(ErrorKind::Invalid, std::string(name) + ": a manifest must be a mapping");
  if (text_at(document, {"kind"}).ends_with("List") && document.contains("items")) {
    Json& items = document["items"];
    if (!items.is_array()) return fail(ErrorKind::Invalid, std::string(name) + ": the items of a List must be a list");
    for (Json& item : items) {
      if (auto taken = take_apart(name, std::move(item), objects); !taken) return taken;
    }
    return {};
  }
  const ObjectId id = id_of(document);
  if (id.api_version.empty() || id.kind.empty() || id.name.empty()) {
    return fail(ErrorKind::Invalid, std::string(name) +
                                        ": every manifest needs apiVersion, kind and metadata.name (found " +
                                        (id.kind.empty() ? "no kind" : cut(one_line(id.str()), 128)) + ")");
  }
  objects.push_back(std::move(document));
  return {};
}

/// Lower comes first. Model: the install order of Helm.
std::ptrdiff_t apply_rank(const Json& object) {
  static constexpr std::array<std::string_view, 17> kOrder = {"Namespace",
                                                              "CustomResourceDefinition",
                                                              "PriorityClass",
                                                              "StorageClass",
                                                              "ResourceQuota",
                                                              "LimitRange",
                                                              "NetworkPolicy",
                                                              "ServiceAccount",
                                                              "Secret",
                                                              "ConfigMap",
                                                              "PersistentVolume",
                                                              "PersistentVolumeClaim",
                                                              "ClusterRole",
                                                              "Role",
                                                              "ClusterRoleBinding",
                                                              "RoleBinding",
                                                              "Service"};
  return std::ranges::find(kOrder, text_at(object, {"kind"})) - kOrder.begin();
}

Result<std::string> substitute_text(const std::string& text, const std::map<std::string, std::string>& variables) {
  std::string out;
  std::size_t at = 0;
  for (std::size_t open = text.find("${"); open != std::string::npos; open = text.find("${", at)) {
    const std::size_t close = text.find('}', open);
    if (close == std::string::npos) break;
    if (open > at && text[open - 1] == '$') {
      out.append(text, at, open - 1 - at).append(text, open, close + 1 - open);
    } else {
      const std::string name = text.substr(open + 2, close - open - 2);
      const auto found = variables.find(name);
      if (found == variables.end()) {
        return fail(ErrorKind::Invalid,
                    "variable ${" + cut(one_line(name), 64) +
                        "} is not defined: add it to spec.variables, or write $${…} to keep the text");
      }
      out.append(text, at, open - at).append(found->second);
    }
    at = close + 1;
  }
  return out.append(text, at);
}

Result<void> substitute_tree(Json& node, const std::map<std::string, std::string>& variables) {
  if (node.is_string()) {
    auto text = substitute_text(node.get_ref<const std::string&>(), variables);
    if (!text) return text.error();
    node = std::move(*text);
    return {};
  }
  if (!node.is_structured()) return {};
  for (Json& child : node) {
    if (auto done = substitute_tree(child, variables); !done) return done;
  }
  return {};
}

std::map<std::string, std::string> our_labels(const executors::Inputs& inputs) {
  return {{std::string(api::labels::kInstallation), bounded_name(inputs.installation, 63)},
          {std::string(api::labels::kNamespace), bounded_name(inputs.key.ns, 63)},
          {std::string(api::labels::kName), bounded_name(inputs.key.name, 63)}};
}

}  // namespace

Result<std::vector<Json>> read_text(std::string_view name, std::string_view text) {
  std::vector<Json> objects;
  auto documents = parse_yaml(text);
  if (!documents) return documents.error().with_context(name);
  for (Json& document : *documents) {
    if (auto taken = take_apart(name, std::move(document), objects); !taken) return taken.error();
  }
  return objects;
}

Result<std::vector<Json>> read_files(const ports::SourceTree& files) {
  std::vector<Json> objects;
  for (const auto& [name, file] : files) {
    if (!is_manifest(name)) continue;
    auto found = read_text(name, file.bytes);
    if (!found) return found.error();
    std::ranges::move(*found, std::back_inserter(objects));
  }
  return objects;
}

Result<void> substitute(std::vector<Json>& objects, const std::map<std::string, std::string>& variables) {
  for (Json& object : objects) {
    if (auto done = substitute_tree(object, variables); !done) return done.error().with_context(id_of(object).str());
  }
  return {};
}

Result<void> check(const std::vector<Json>& objects, const executors::Inputs& inputs) {
  const std::string& own = inputs.key.ns;
  const std::string target = namespace_of(inputs);
  if (target != own && !inputs.allow_cluster_scope) {
    return fail(ErrorKind::AccessDenied, "spec.kubernetes.namespace: \"" + target + "\" is not namespace \"" + own +
                                             "\" of this object: remove the field, or let the controller run with "
                                             "--allow-cluster-scope");
  }
  std::set<ObjectId> seen;
  for (const Json& object : objects) {
    ObjectId id = id_of(object);
    if (!id.ns.empty() && id.ns != own && !inputs.allow_cluster_scope) {
      return fail(ErrorKind::AccessDenied, id.str() + " is outside namespace " + own +
                                               ": remove metadata.namespace, or let the controller run with "
                                               "--allow-cluster-scope");
    }
    if (id.ns.empty()) id.ns = target;
    id.api_version = std::string(id.group());
    if (!seen.insert(id).second) return fail(ErrorKind::Invalid, id.str() + " is declared twice");
  }
  return {};
}

void label(std::vector<Json>& objects, const executors::Inputs& inputs) {
  for (Json& object : objects) {
    Json& labels = object["metadata"]["labels"];
    if (!labels.is_object()) labels = Json::object();
    for (const auto& [name, value] : our_labels(inputs)) labels[name] = value;
  }
}

bool is_ours(const Json& live, const executors::Inputs& inputs) {
  return std::ranges::all_of(our_labels(inputs), [&](const auto& label) {
    return text_at(live, {"metadata", "labels", label.first}) == label.second;
  });
}

std::optional<Error> other_owner(const std::vector<Json>& live, const executors::Inputs& inputs) {
  const auto ours = our_labels(inputs);
  for (const Json& object : live) {
    const auto label = [&](std::string_view name) { return text_at(object, {"metadata", "labels", name}); };
    if (label(api::labels::kInstallation).empty()) continue;
    const std::string ns = label(api::labels::kNamespace);
    const std::string name = label(api::labels::kName);
    if (ns == ours.at(std::string(api::labels::kNamespace)) && name == ours.at(std::string(api::labels::kName)))
      continue;
    return fail(ErrorKind::Conflict,
                id_of(object).str() + " belongs to dctl " + ns + "/" + name +
                    ": declare it in one of the two only, or set spec.kubernetes.force to take it over (an object "
                    "orphaned by a deleted Deployment keeps its owner's labels)");
  }
  return std::nullopt;
}

void sort_for_apply(std::vector<Json>& objects) {
  std::multimap<std::ptrdiff_t, Json> by_rank;
  for (Json& object : objects) by_rank.emplace(apply_rank(object), std::move(object));
  objects.clear();
  for (auto& [rank, object] : by_rank) objects.push_back(std::move(object));
}

bool is_stage_one(const Json& object) {
  const std::string kind = text_at(object, {"kind"});
  return kind == "Namespace" || kind == "CustomResourceDefinition";
}

bool depends_on(const Json& object, const std::vector<Json>& stage_one) {
  const ObjectId id = id_of(object);
  return std::ranges::any_of(stage_one, [&](const Json& first) {
    if (text_at(first, {"kind"}) == "Namespace") return !id.ns.empty() && id.ns == text_at(first, {"metadata", "name"});
    return id.kind == text_at(first, {"spec", "names", "kind"}) && id.group() == text_at(first, {"spec", "group"});
  });
}

std::string as_list(const std::vector<Json>& objects) {
  return dump_json(Json{{"apiVersion", "v1"}, {"kind", "List"}, {"items", objects}});
}

}  // namespace deployctl::kubectl
