#include <ostream>

#include "base/strict_json.hpp"
#include "cli/commands.hpp"

namespace deployctl::cli {

Task<int> version(Context& context) {
  if (context.flags.output == "json") {
    context.out << dump_json(Json{{"version", DEPLOYCTL_VERSION}}) << '\n';
  } else {
    context.out << "deployctl " << DEPLOYCTL_VERSION << '\n';
  }
  co_return kOk;
}

}  // namespace deployctl::cli
