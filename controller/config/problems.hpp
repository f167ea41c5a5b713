#pragma once

// What is wrong with the files people write, collected: all of it is told at once, each with its place.

#include <string>
#include <utility>
#include <vector>

#include "base/strict_yaml.hpp"

namespace deployctl::config {

/// Where something was written: a file and a place in it, or a flag.
struct Origin {
  std::string file;
  YamlMark mark;
  /// "deployments.yaml:3:5"; of a flag its name alone.
  [[nodiscard]] std::string str() const {
    if (file.starts_with("--")) return file;
    return file + ":" + std::to_string(mark.line) + ":" + std::to_string(mark.column);
  }
};

struct Problem {
  Origin at;
  std::string message;
  bool is_warning = false;
  /// "deployments.yaml:3:5: unknown key \"typ\" (did you mean \"type\"?)"
  [[nodiscard]] std::string str() const { return at.str() + (is_warning ? ": warning: " : ": ") + message; }
};

class Problems {
 public:
  void add(Origin at, std::string message) { list_.push_back({std::move(at), std::move(message), false}); }
  void warn(Origin at, std::string message) { list_.push_back({std::move(at), std::move(message), true}); }
  [[nodiscard]] bool has_errors() const {
    for (const Problem& problem : list_)
      if (!problem.is_warning) return true;
    return false;
  }
  /// By place, each once.
  [[nodiscard]] std::vector<Problem> sorted() const;

 private:
  std::vector<Problem> list_;
};

}  // namespace deployctl::config
