#pragma once

// Kubeconfig as kubectl reads it: --kubeconfig, else the list in KUBECONFIG, else ~/.kube/config; the files of a list
// are merged, the first to set a name wins; relative paths are relative to the file that holds them.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "kube/config.hpp"

namespace deployctl::kube {

struct KubeconfigRules {
  std::string context;                ///< empty: current-context
  bool allow_insecure = false;        ///< insecure-skip-tls-verify; the controller refuses it
  bool allow_file_references = true;  ///< false for a kubeconfig out of a Secret: they would send our own files to a
                                      ///< host of somebody else's choice; proxy-url is refused with them
};

struct KubeconfigFile {
  std::string path;  ///< for messages and relative references
  std::string text;
};

/// Pure: the merged configuration of one context. Errors: Invalid, naming file and field (missing context, bad base64,
/// certificate without key, exec or auth-provider with a hint what to use instead).
Result<Config> parse_kubeconfig(const std::vector<KubeconfigFile>& files, const KubeconfigRules& rules);

/// Which files: `flag` if given (it must exist), else KUBECONFIG split at ':' (missing ones are skipped, as kubectl),
/// else $HOME/.kube/config. Error: Invalid when none is there.
Result<std::vector<KubeconfigFile>> find_kubeconfig(const std::string& flag, std::string_view kubeconfig_env,
                                                    std::string_view home);

}  // namespace deployctl::kube
