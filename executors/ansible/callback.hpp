#pragma once

// Our stdout callback for ansible, deployctl_events.py, as text: it is written into the operation's directory, so that
// what the program reads and what it can read are of one version.

#include <string_view>

namespace deployctl::ansible {

/// The plug-in's name; its file is this with ".py".
inline constexpr std::string_view kCallbackName = "deployctl_events";

std::string_view callback_text();

}  // namespace deployctl::ansible
