#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <ostream>

#include "base/text.hpp"
#include "config/nearest.hpp"

namespace deployctl::cli {
namespace {

/// The whole program as CLI11 reads it, made from the table.
class Line {
 public:
  Line()
      : app_("Checks and shows deployments.yaml and environments.yaml. This version does not deploy them.",
             "deployctl") {
    app_.require_subcommand(1);
    app_.set_version_flag("--version", std::string("deployctl ") + DEPLOYCTL_VERSION);
    for (const Command& command : commands()) add(command);
  }

  CLI::App& app() { return app_; }
  Flags& flags() { return flags_; }
  [[nodiscard]] const Command* chosen() const {
    for (const auto& [app, command] : made_)
      if (app->parsed()) return command;
    return nullptr;
  }

 private:
  void add(const Command& command) {
    CLI::App* parent = &app_;
    std::string name(command.name);
    if (const std::size_t blank = name.find(' '); blank != std::string::npos) {
      parent = group(name.substr(0, blank));
      name = name.substr(blank + 1);
    }
    CLI::App* app = parent->add_subcommand(name, std::string(command.summary));
    made_.emplace_back(app, &command);
    const auto takes = [&](unsigned flag) { return (command.takes & flag) != 0; };
    if (takes(kApp)) app->add_option("APP", flags_.app, "An app of deployments.yaml")->required();
    if (takes(kEnvironment))
      app->add_option("-e,--environment", flags_.environment, "An environment of environments.yaml")->required();
    if (takes(kVersion)) app->add_option("--version", flags_.version, "The version to deploy, over the file's");
    if (takes(kConfigDir))
      app->add_option("--config-dir", flags_.config_dir, "Look for the files here first")
          ->check(CLI::ExistingDirectory);
    if (takes(kOutputJson)) output(app, {"json"});
    if (takes(kOutputYamlJson)) output(app, {"yaml", "json"});
    if (takes(kShell))
      app->add_option("SHELL", flags_.shell, CLI::detail::join(shells(), "|"))
          ->required()
          ->check(CLI::IsMember(shells()).description(""));
    if (takes(kToolsDir))
      app->add_option("--tools-dir", flags_.tools_dir, "Directory searched for tools before the system's own");
  }

  CLI::App* group(const std::string& name) {
    CLI::App*& made = groups_[name];
    if (made != nullptr) return made;
    made = app_.add_subcommand(name, "Commands about the files");
    made->require_subcommand(1);
    return made;
  }

  void output(CLI::App* app, const std::vector<std::string>& words) {
    app->add_option("-o,--output", flags_.output, "Output for programs: " + CLI::detail::join(words, "|"))
        ->check(CLI::IsMember(words).description(""));
  }

  CLI::App app_;
  Flags flags_;
  std::map<std::string, CLI::App*> groups_;
  std::vector<std::pair<CLI::App*, const Command*>> made_;
};

/// CLI11 says "The following argument was not expected: deplyo".
std::string usage(const CLI::ParseError& error, int argc, const char* const* argv) {
  std::vector<std::string> known;
  for (const Command& command : commands()) known.emplace_back(command.name.substr(0, command.name.find(' ')));
  const std::string first = argc > 1 ? argv[1] : "";
  const bool is_command = std::ranges::find(known, first) != known.end();
  if (!first.empty() && !first.starts_with('-') && !is_command)
    return "unknown command \"" + cut(one_line(first), 64) + "\"" + config::did_you_mean(first, known);
  return one_line(error.what());
}

std::vector<std::string> words_of(CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::App* each : app.get_subcommands(nullptr)) words.push_back(each->get_name());
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
    for (const std::string& name : option->get_snames()) words.push_back("-" + name);
  }
  return words;
}

}  // namespace

std::variant<Invocation, int> parse_command_line(int argc, const char* const* argv, std::ostream& out,
                                                 std::ostream& err) {
  Line line;
  try {
    line.app().parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      line.app().exit(error, out, err);
      return kOk;
    }
    err << "error: " << usage(error, argc, argv) << " (see deployctl --help)\n";
    return kUsage;
  }
  return Invocation{line.chosen(), line.flags()};
}

std::vector<Completable> completables() {
  Line line;
  std::vector<Completable> all{{"", words_of(line.app())}};
  for (CLI::App* outer : line.app().get_subcommands(nullptr)) {
    all.push_back({outer->get_name(), words_of(*outer)});
    for (CLI::App* inner : outer->get_subcommands(nullptr))
      all.push_back({outer->get_name() + " " + inner->get_name(), words_of(*inner)});
  }
  return all;
}

}  // namespace deployctl::cli
