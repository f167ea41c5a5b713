#include "compose/model.hpp"

#include <algorithm>
#include <set>

#include "compose/members.hpp"
#include "compose/names.hpp"

namespace deployctl::compose {
namespace {

bool is_zero(const Json& value) { return value.is_number() && value == 0; }

/// The services that `wanted` needs, itself included.
void add_with_dependencies(const Json& services, const std::string& wanted, std::set<std::string>& chosen) {
  std::vector<std::string> open = {wanted};
  while (!open.empty()) {
    const std::string name = open.back();
    open.pop_back();
    if (!services.contains(name) || !chosen.insert(name).second) continue;
    for (const auto& [dependency, unused] : member(services.at(name), "depends_on").items()) open.push_back(dependency);
  }
}

bool is_waited_for(const Json& services, const std::string& name) {
  return std::ranges::any_of(services, [&](const Json& service) {
    return text(member(member(service, "depends_on"), name.c_str()), "condition") == "service_completed_successfully";
  });
}

Service read_service(const executors::Inputs& in, const Json& services, const std::string& name) {
  const Json& json = services.at(name);
  Service service{.name = name,
                  .image = text(json, "image"),
                  .platform = text(json, "platform"),
                  .pull_policy = text(json, "pull_policy"),
                  .container_name = text(json, "container_name"),
                  .builds = member(json, "build").is_object(),
                  .ends = is_waited_for(services, name),
                  .runs = !is_zero(member(json, "scale")) && !is_zero(member(member(json, "deploy"), "replicas"))};
  if (service.image.empty()) service.image = project_of(in) + "-" + name;
  return service;
}

void add_labels(Json& holder, const std::map<std::string, std::string>& labels) {
  Json& all = holder["labels"];
  if (!all.is_object()) all = Json::object();
  for (const auto& [key, value] : labels) all[key] = value;
}

}  // namespace

Result<Model> read_model(const executors::Inputs& in, std::string_view out) {
  auto json = parse_json(out);
  if (!json)
    return fail(ErrorKind::StepFailed, "docker-compose gave an answer that cannot be read: " + json.error().message);
  const Json& services = member(*json, "services");
  if (!services.is_object() || !std::ranges::all_of(services, [](const Json& each) { return each.is_object(); }))
    return fail(ErrorKind::StepFailed, "docker-compose gave an answer that cannot be read: no services");
  std::set<std::string> chosen;
  for (const std::string& wanted : compose_block(in).services) {
    if (!services.contains(wanted))
      return fail(ErrorKind::Invalid, "spec.dockerCompose.services: \"" + wanted +
                                          "\" is no service of the compose files, or its profile is not enabled");
    add_with_dependencies(services, wanted, chosen);
  }
  if (compose_block(in).services.empty())
    for (const auto& [name, unused] : services.items()) chosen.insert(name);
  if (chosen.empty())
    return fail(ErrorKind::Invalid,
                "the compose files have no service, or every one has a profile that is not enabled");
  Model model;
  for (const std::string& name : chosen) model.services.push_back(read_service(in, services, name));
  model.json = std::move(*json);
  return model;
}

std::string build_file(const executors::Inputs& in, const Model& model) {
  Json json = model.json;
  for (Json& service : json["services"])
    if (service.contains("build") && service["build"].is_object()) add_labels(service["build"], service_labels(in));
  return dump_json(json);
}

std::string run_file(const executors::Inputs& in, const Model& model,
                     const std::map<std::string, std::string>& images) {
  Json json = model.json;
  for (Json& service : json["services"]) add_labels(service, service_labels(in));
  for (const Service& each : model.services) {
    Json& service = json["services"][each.name];
    if (each.ends) add_labels(service, {{std::string(kEndsLabel), "true"}});
    if (const auto image = images.find(each.name); image != images.end()) service["image"] = image->second;
    service.erase("build");
    service.erase("pull_policy");
  }
  return dump_json(json);
}

}  // namespace deployctl::compose
