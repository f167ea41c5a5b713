#include "api/readable.hpp"

#include "api/spec_reader.hpp"

namespace deployctl::api {
namespace {

template <class T>
void read_if_possible(const Json& spec, const char* name, T& out) {
  const auto found = spec.find(name);
  if (found != spec.end()) SpecReader().read(*found, out, name);
}

}  // namespace

DeploymentSpec readable_part(const Json& spec) {
  DeploymentSpec part;
  if (!spec.is_object()) return part;
  read_if_possible(spec, "type", part.type);
  read_if_possible(spec, "deletionPolicy", part.deletion_policy);
  read_if_possible(spec, "suspend", part.suspend);
  return part;
}

}  // namespace deployctl::api
