#pragma once

// Which of two resourceVersions is older. They are decimal numbers that grow (KEP-5504: comparable since Kubernetes
// 1.35, and what etcd gave before); of anything else nothing is known. Used by the list-watch and the cache. Pure.

#include <string_view>

namespace deployctl::kube {

/// True when `version` is known to be older than `other`.
bool is_older_version(std::string_view version, std::string_view other);

}  // namespace deployctl::kube
