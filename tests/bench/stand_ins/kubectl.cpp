// A kubectl that asks nobody: what it is given it gives back as applied and current. The objects must name their
// namespace and be of a kind without a status to wait for.

#include <algorithm>
#include <fstream>
#include <iostream>

#include "journal.hpp"

int main(int count, char** words) {
  const std::vector<std::string> arguments(words + 1, words + count);
  const auto has = [&](const std::string& word) { return std::ranges::find(arguments, word) != arguments.end(); };
  deployctl::bench::write_down("kubectl", arguments);
  if (has("version")) {
    std::cout << "Client Version: v0.0.0\n";
    return 0;
  }
  if (!has("--output=json")) return 0;
  for (const std::string& argument : arguments) {
    const std::string name = deployctl::bench::value_of(argument, "filename");
    if (name.empty()) continue;
    std::ifstream file(name);
    std::cout << file.rdbuf();
    return file ? 0 : 1;
  }
  return 1;
}
