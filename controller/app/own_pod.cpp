#include "app/own_pod.hpp"

#include <fstream>
#include <stdexcept>

namespace deployctl::app {

namespace {

void must_be_there(const std::string& value, const std::string& name, const std::string& field) {
  if (!value.empty()) return;
  throw std::runtime_error("POD_UID is set and " + name + " is not: set it by the downward API from " + field);
}

}  // namespace

engine::OwnPod own_pod(const std::function<std::string(const char*)>& environment, const std::string& namespace_file) {
  engine::OwnPod pod;
  pod.uid = environment("POD_UID");
  if (pod.uid.empty()) return pod;
  pod.name = environment("POD_NAME");
  pod.node = environment("NODE_NAME");
  pod.ns = environment("POD_NAMESPACE");
  if (pod.ns.empty()) {
    std::ifstream file(namespace_file);
    std::getline(file, pod.ns);
  }
  must_be_there(pod.name, "POD_NAME", "metadata.name");
  must_be_there(pod.node, "NODE_NAME", "spec.nodeName");
  must_be_there(pod.ns, "POD_NAMESPACE", "metadata.namespace");
  return pod;
}

}  // namespace deployctl::app
