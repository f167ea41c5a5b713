#pragma once

// Reads of a module only what tells where its state lives: the `backend` and `cloud` blocks of its `terraform` blocks.
// What cannot be read is refused, never guessed: with the wrong state everything would be built twice. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace deployctl::terraform {

struct BackendBlock {
  std::string type;   ///< "kubernetes", "s3", …; "cloud" of a cloud block
  std::string where;  ///< "main.tf:3"
  /// Its attribute `namespace`; empty where that is no plain text. Nothing: it has none.
  std::optional<std::string> ns = {};
  bool own_access = false;  ///< a "kubernetes" that says itself how its cluster is reached
  bool operator==(const BackendBlock&) const = default;
};

/// Whether an attribute or block of this name tells a backend "kubernetes" how its cluster is reached.
bool is_own_access(std::string_view name);

/// Of a file in HCL's own syntax (*.tf, *.tofu). Error: Invalid, naming file and line.
Result<std::vector<BackendBlock>> backend_blocks(const std::string& file, std::string_view text);

/// Of a file in JSON syntax (*.tf.json, *.tofu.json).
Result<std::vector<BackendBlock>> backend_blocks_in_json(const std::string& file, std::string_view text);

}  // namespace deployctl::terraform
