#pragma once

// Manifests as values: read, checked, labelled and ordered before they are applied. Pure; used by the procedures of
// this folder.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/strict_json.hpp"
#include "executors/executor.hpp"

namespace deployctl::kubectl {

/// The objects of every .yaml, .yml and .json file, by file name; Lists are taken apart. Errors (Invalid) name file and
/// rule.
Result<std::vector<Json>> read_files(const ports::SourceTree& files);
/// The objects of one YAML text (what `kubectl kustomize` prints).
Result<std::vector<Json>> read_text(std::string_view name, std::string_view text);

/// `${NAME}` in every string value, one pass: what was put in is not looked at again. An undefined name is an error
/// that names object and variable. `$${NAME}` stays `${NAME}`. Values stay strings: a number cannot be substituted.
Result<void> substitute(std::vector<Json>& objects, const std::map<std::string, std::string>& variables);

/// Checks that need no server: each object once, namespaces allowed. AccessDenied for a namespace, in the spec or in a
/// manifest, that is not the Deployment's own.
Result<void> check(const std::vector<Json>& objects, const executors::Inputs& inputs);

/// Our labels on every object (installation, namespace, name): what prune and destroy look for before they remove
/// anything.
void label(std::vector<Json>& objects, const executors::Inputs& inputs);
bool is_ours(const Json& live, const executors::Inputs& inputs);
/// Conflict naming the first of `live` that belongs to another Deployment: it has our kind of labels and they say
/// another namespace or name. The installation is not compared: a cluster restored from a backup has another id, and
/// its objects are still ours. What a Deployment deleted with deletionPolicy Orphan left keeps its labels, so it is
/// somebody's until `kubernetes.force` takes it over.
std::optional<Error> other_owner(const std::vector<Json>& live, const executors::Inputs& inputs);

/// The order of apply: Namespaces and CustomResourceDefinitions, then what others refer to, then the rest.
void sort_for_apply(std::vector<Json>& objects);

/// True for Namespace and CustomResourceDefinition: applied and waited for before the rest.
bool is_stage_one(const Json& object);
/// True when `object` cannot be dry-run before stage one of the same set is there: a custom resource of a new CRD, an
/// object in a new namespace.
bool depends_on(const Json& object, const std::vector<Json>& stage_one);

/// `kind: List` text for `kubectl -f`.
std::string as_list(const std::vector<Json>& objects);

}  // namespace deployctl::kubectl
