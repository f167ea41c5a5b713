// `completion`: the scripts, written from the table of commands. Nothing here starts a shell.

#include <array>
#include <ostream>

#include "cli/command_line.hpp"

namespace deployctl::cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// A case of the table: what stands before the cursor, without flags, to the words that may follow.
void cases(std::ostream& out, const std::string& indent) {
  for (const Completable& each : completables())
    out << indent << "\"" << each.command << "\") words=\"" << joined(each.words) << "\" ;;\n";
}

void bash(std::ostream& out) {
  out << "# bash completion of deployctl: source <(deployctl completion bash)\n"
         "_deployctl() {\n"
         "  local words command=\"\" at\n"
         "  for ((at = 1; at < COMP_CWORD && at < 3; at++)); do\n"
         "    case \"${COMP_WORDS[at]}\" in -*) break ;; esac\n"
         "    case \"$at ${COMP_WORDS[1]}\" in \"2 config\" | 1\\ *) command=\"${command:+$command "
         "}${COMP_WORDS[at]}\" ;; esac\n"
         "  done\n"
         "  case \"$command\" in\n";
  cases(out, "    ");
  out << "    *) words=\"\" ;;\n"
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
         "}\n"
         "complete -F _deployctl deployctl\n";
}

void zsh(std::ostream& out) {
  out << "#compdef deployctl\n"
         "# zsh completion of deployctl: source <(deployctl completion zsh)\n"
         "_deployctl() {\n"
         "  local command=\"\" at list\n"
         "  for ((at = 2; at < CURRENT && at < 4; at++)); do\n"
         "    case \"${words[at]}\" in -*) break ;; esac\n"
         "    case \"$at ${words[2]}\" in \"3 config\" | 2\\ *) command=\"${command:+$command }${words[at]}\" ;; esac\n"
         "  done\n"
         "  case \"$command\" in\n";
  for (const Completable& each : completables())
    out << "    \"" << each.command << "\") list=(" << joined(each.words) << ") ;;\n";
  out << "    *) list=() ;;\n"
         "  esac\n"
         "  compadd -- $list\n"
         "}\n"
         "compdef _deployctl deployctl\n";
}

void fish(std::ostream& out) {
  out << "# fish completion of deployctl: deployctl completion fish | source\n"
         "complete -c deployctl -f\n";
  for (const Completable& each : completables()) {
    std::string condition = "__fish_use_subcommand";
    if (!each.command.empty()) {
      const std::size_t blank = each.command.find(' ');
      condition = "__fish_seen_subcommand_from " + each.command.substr(0, blank);
      if (blank != std::string::npos)
        condition += "; and __fish_seen_subcommand_from " + each.command.substr(blank + 1);
    }
    for (const std::string& word : each.words) {
      out << "complete -c deployctl -n '" << condition << "' ";
      if (word.starts_with("--")) {
        out << "-l " << word.substr(2) << '\n';
      } else if (word.starts_with('-')) {
        out << "-s " << word.substr(1) << '\n';
      } else {
        out << "-a " << word << '\n';
      }
    }
  }
}

struct Shell {
  std::string_view name;
  void (*write)(std::ostream& out);
};
constexpr std::array kShells = {Shell{"bash", bash}, Shell{"zsh", zsh}, Shell{"fish", fish}};

}  // namespace

std::vector<std::string> shells() {
  std::vector<std::string> names;
  for (const Shell& shell : kShells) names.emplace_back(shell.name);
  return names;
}

Task<int> completion(Context& context) {
  for (const Shell& shell : kShells)
    if (shell.name == context.flags.shell) shell.write(context.out);
  co_return kOk;
}

}  // namespace deployctl::cli
