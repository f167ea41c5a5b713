#pragma once

// Names that may not be set for a tool, because they change what it runs, where it goes or what it trusts (fault S3).
// The schema refuses the same names with one CEL rule made from this table (held together by tests/contract).

#include <array>
#include <string_view>

namespace deployctl::api {

enum class Refuses { Name, Prefix, Suffix };

struct RefusedName {
  std::string_view text;
  Refuses what;
};

inline constexpr std::array<RefusedName, 33> kRefusedNames = {{
    {"LD_", Refuses::Prefix},        {"GCONV_PATH", Refuses::Name},    {"PATH", Refuses::Name},
    {"HOME", Refuses::Name},         {"TMPDIR", Refuses::Name},        {"IFS", Refuses::Name},
    {"ENV", Refuses::Name},          {"BASH_ENV", Refuses::Name},      {"BASHOPTS", Refuses::Name},
    {"SHELLOPTS", Refuses::Name},    {"PS4", Refuses::Name},           {"PYTHONHOME", Refuses::Name},
    {"PYTHONPATH", Refuses::Name},   {"PYTHONSTARTUP", Refuses::Name}, {"GIT_SSH", Refuses::Prefix},
    {"GIT_CONFIG", Refuses::Prefix}, {"GIT_EXEC_PATH", Refuses::Name}, {"GIT_PROXY_COMMAND", Refuses::Name},
    {"GIT_ASKPASS", Refuses::Name},  {"SSH_ASKPASS", Refuses::Name},   {"TF_CLI_", Refuses::Prefix},
    {"TF_DATA_DIR", Refuses::Name},  {"TF_WORKSPACE", Refuses::Name},  {"TF_PLUGIN_", Refuses::Prefix},
    {"ANSIBLE_", Refuses::Prefix},   {"KUBECONFIG", Refuses::Name},    {"KUBECTL_", Refuses::Prefix},
    {"DOCKER_", Refuses::Prefix},    {"BUILDKIT_", Refuses::Prefix},   {"COMPOSE_", Refuses::Prefix},
    {"DEPLOYCTL_", Refuses::Prefix}, {"_PROXY", Refuses::Suffix},      {"_proxy", Refuses::Suffix},
}};

}  // namespace deployctl::api
