#pragma once

// Where the operations of one object share what a tool fetched: an executor names it to its tool, which makes it; the
// engine removes it with the object, and all of them at a start. Below the work directory, which nobody else enters.

#include <filesystem>

#include "base/object_key.hpp"
#include "base/text.hpp"

namespace deployctl::ports {

inline std::filesystem::path tool_caches(const std::filesystem::path& work_dir) { return work_dir / "tool-caches"; }

inline std::filesystem::path tool_cache(const std::filesystem::path& work_dir, const ObjectKey& key) {
  constexpr std::size_t kLongestName = 200;
  return tool_caches(work_dir) / bounded_name(key.ns + "_" + key.name, kLongestName);
}

}  // namespace deployctl::ports
