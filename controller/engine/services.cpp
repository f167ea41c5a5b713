#include "engine/services.hpp"

#include <utility>

#include "health/run_checks.hpp"

namespace deployctl::engine {

Services::Services(asio::any_io_executor on, Ports through, Options as)
    : executor(std::move(on)),
      ports(std::move(through)),
      options(std::move(as)),
      sources(ports.references, pool, {.source_root = options.source_root, .limits = {}}),
      workspaces(options.work_dir, pool),
      command_slots(executor, health::kCommandSlots),
      operation_slots(executor, options.max_processes) {}

namespace {

/// No object has a name with a slash.
ObjectKey part_of(const ObjectKey& key, const std::string& part) { return {key.ns, key.name + "/" + part}; }

}  // namespace

void Services::hide(const ObjectKey& key, const std::string& part, std::vector<std::string> values) const {
  ports.secrets.replace(part_of(key, part), std::move(values));
}

void Services::forget_secrets(const ObjectKey& key) const {
  ports.secrets.forget(key);
  for (const char* part : kSecretParts) ports.secrets.forget(part_of(key, part));
}

Result<void> Services::allows(const std::string& what, const std::string& ns) const {
  const auto found = options.executor_namespaces.find(what);
  if (found == options.executor_namespaces.end() || found->second.contains(ns)) return {};
  return fail(ErrorKind::AccessDenied,
              what + " may not run in namespace " + ns + " (the controller's flag --executor-namespaces)");
}

}  // namespace deployctl::engine
