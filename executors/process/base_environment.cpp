#include "process/base_environment.hpp"

#include <algorithm>
#include <array>

namespace deployctl::process {

const std::vector<std::string_view>& handed_on() {
  static const std::vector<std::string_view> names = {"TZ",         "SSL_CERT_FILE", "SSL_CERT_DIR",
                                                      "HTTP_PROXY", "HTTPS_PROXY",   "NO_PROXY",
                                                      "http_proxy", "https_proxy",   "no_proxy"};
  return names;
}

bool is_of_every_child(std::string_view name) {
  static constexpr std::array<std::string_view, 6> kOfTheRun = {
      "PATH", "HOME", "TMPDIR", "LANG", kOperationVariable, kRunVariable};
  return std::ranges::find(kOfTheRun, name) != kOfTheRun.end() ||
         std::ranges::find(handed_on(), name) != handed_on().end();
}

BaseEnvironment BaseEnvironment::from(const char* const* variables) {
  BaseEnvironment base;
  for (; variables != nullptr && *variables != nullptr; ++variables) {
    const std::string_view variable = *variables;
    const std::size_t equals = variable.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = variable.substr(0, equals);
    if (std::ranges::find(handed_on(), name) == handed_on().end()) continue;
    base.inherited.emplace(name, variable.substr(equals + 1));
  }
  return base;
}

std::vector<std::string> environment(const BaseEnvironment& base, const RunEnvironment& run, const Command& command) {
  std::map<std::string, std::string> all = base.inherited;
  all.insert_or_assign("LANG", "C.UTF-8");
  all.insert_or_assign("HOME", run.home);
  all.insert_or_assign("TMPDIR", run.tmp);
  for (const auto& [name, value] : command.env) all.insert_or_assign(name, value);
  all.insert_or_assign("PATH", run.path);
  all.insert_or_assign(std::string(kOperationVariable), run.operation);
  all.insert_or_assign(std::string(kRunVariable), run.mark);

  std::vector<std::string> lines;
  lines.reserve(all.size());
  for (const auto& [name, value] : all) lines.push_back(name + "=" + value);
  return lines;
}

}  // namespace deployctl::process
