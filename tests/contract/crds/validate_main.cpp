// What C++ says about specs: one spec as JSON a line on standard input, one answer a line on standard output, "ok" or
// every problem. The contract test compares the answers with the API server's.

#include <iostream>
#include <string>

#include "api/deployment.hpp"
#include "api/validation.hpp"
#include "base/strict_json.hpp"

namespace {

std::string verdict(const std::string& line) {
  using namespace deployctl;
  const auto json = parse_json(line);
  if (!json) return json.error().message;
  const auto spec = api::decode_spec(*json);
  if (!spec) return spec.error().message;
  std::string problems;
  for (const std::string& problem : api::validate(*spec)) problems += (problems.empty() ? "" : "; ") + problem;
  return problems.empty() ? "ok" : problems;
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) std::cout << verdict(line) << "\n";
}
