#pragma once

// How a Secret that we wrote tells whose it is: labels to find it by, and an annotation with the whole name of the
// object, because a label holds long names only cut. Used by RevisionSecrets and Attachments. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "base/object_key.hpp"
#include "base/strict_json.hpp"

namespace deployctl::cluster {

inline constexpr std::string_view kOwner = "deployctl.io/owner";      ///< annotation: namespace/name
inline constexpr std::string_view kContent = "deployctl.io/content";  ///< annotation: SHA-256 of what it holds

/// As it stands in a label: a name that is too long is cut and ends with a hash.
std::string label_value(const std::string& name);
Json labels_of(const ObjectKey& owner, const std::string& uid, const std::string& installation);
/// Its labels say that this installation wrote it for `owner`.
bool belongs_to(const Json& secret, const ObjectKey& owner, const std::string& installation);

// What a Secret says of itself; empty when it is not there or of another type than text.
const Json* member(const Json* json, std::string_view name);
std::string meta_text(const Json& object, std::string_view name);
std::string label(const Json& object, std::string_view name);
std::string annotation(const Json& object, std::string_view name);
std::vector<std::string> finalizers_of(const Json& object);

}  // namespace deployctl::cluster
