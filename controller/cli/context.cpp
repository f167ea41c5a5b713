#include "cli/context.hpp"

#include <algorithm>
#include <cstdlib>
#include <ostream>

#include "base/text.hpp"
#include "config/nearest.hpp"

namespace deployctl::cli {
namespace {

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 10;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kShown) text += ", and " + std::to_string(names.size() - kShown) + " more";
  return text.empty() ? "none" : text;
}

std::string unknown(const std::string& what, const std::string& name, const std::vector<std::string>& known) {
  return "there is no " + what + " \"" + cut(one_line(name), 64) + "\"" + config::did_you_mean(name, known) +
         "; known: " + listed(known);
}

}  // namespace

std::optional<std::string> variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

config::Places places(const Flags& flags) {
  config::Places places;
  if (flags.config_dir) places.config_dir = *flags.config_dir;
  places.current = std::filesystem::current_path();
  if (const auto home = variable("HOME"); home && !home->empty()) places.home = *home;
  places.variable = variable;
  return places;
}

void complain(Context& context, const std::string& sentence) { context.err << "error: " << sentence << '\n'; }

bool tell(Context& context, const config::Problems& problems) {
  for (const config::Problem& problem : problems.sorted()) context.err << one_line(problem.str()) << '\n';
  return problems.has_errors();
}

std::optional<config::Merged> chosen(Context& context, const config::Configuration& configuration, int& code) {
  const auto apps = configuration.apps();
  code = kNotFound;
  if (std::ranges::find(apps, context.flags.app) == apps.end()) {
    complain(context, unknown("app", context.flags.app, apps));
    return std::nullopt;
  }
  const auto environments = configuration.environments();
  const bool is_known = std::ranges::find(environments, context.flags.environment) != environments.end();
  if (configuration.names_environments() && !is_known) {
    complain(context, unknown("environment", context.flags.environment, environments));
    return std::nullopt;
  }
  config::Problems problems;
  auto merged = configuration.merged(context.flags.app, context.flags.environment, context.flags.version, problems);
  code = kUsage;
  if (tell(context, problems)) return std::nullopt;
  return merged;
}

}  // namespace deployctl::cli
