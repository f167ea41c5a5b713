#pragma once

// Requests to the API server as values, and the pure functions that build them. Sent by Client (calls) and ListWatch.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/object_key.hpp"
#include "base/strict_json.hpp"
#include "base/time.hpp"

namespace deployctl::kube {

/// Views of literals: make these as constants.
struct Resource {
  std::string_view group;  ///< empty: the core group
  std::string_view version;
  std::string_view plural;
  std::string_view kind;
};
inline constexpr Resource kSecrets{"", "v1", "secrets", "Secret"};
inline constexpr Resource kConfigMaps{"", "v1", "configmaps", "ConfigMap"};
inline constexpr Resource kNamespaces{"", "v1", "namespaces", "Namespace"};
inline constexpr Resource kPods{"", "v1", "pods", "Pod"};
inline constexpr Resource kNodes{"", "v1", "nodes", "Node"};
inline constexpr Resource kEvents{"events.k8s.io", "v1", "events", "Event"};

struct Request {
  std::string verb;  ///< get, list, watch, create, patch, delete: for metrics and messages
  std::string method = "GET";
  std::string target;  ///< path and query, percent-encoded
  std::string accept = "application/json";
  std::string content_type;
  std::string body;
  /// Sending it twice ends in the same place, so it may be sent again when the answer was lost. create: no.
  bool repeatable = true;
  Duration timeout = std::chrono::seconds(30);  ///< one try: connect, TLS, whole answer; for a watch: until its head
  std::size_t max_body = 64U * 1024 * 1024;
  bool operator==(const Request&) const = default;
};

/// "/api/v1/namespaces/ns/secrets/name/status"; an empty ns is all namespaces (or a cluster-scoped resource).
std::string path_of(const Resource& resource, std::string_view ns, std::string_view name = {},
                    std::string_view subresource = {});

Request get(const Resource& resource, const ObjectKey& key);

inline constexpr std::int64_t kPageSize = 500;  ///< as kube-rs
struct ListQuery {
  std::string ns;  ///< empty: all
  std::string label_selector;
  std::string field_selector;
  std::int64_t limit = kPageSize;
  std::string continue_token;
  std::string resource_version;  ///< with it the list is "not older than"; empty: consistent
  bool metadata_only = false;    ///< PartialObjectMetadataList
};
Request list(const Resource& resource, const ListQuery& query);

inline constexpr Duration kWatchTimeout = std::chrono::seconds(290);  ///< the server ends the watch, as kube-rs
struct WatchQuery {
  std::string ns;
  std::string label_selector;
  std::string resource_version;
  bool metadata_only = false;
  Duration timeout = kWatchTimeout;
};
/// With bookmarks.
Request watch(const Resource& resource, const WatchQuery& query);

/// `field_manager` names the writer in managedFields.
Request create(const Resource& resource, std::string_view ns, const Json& object, std::string_view field_manager);

struct PatchQuery {
  ObjectKey key;
  std::string_view subresource = {};  ///< "status" or empty
  std::string_view field_manager;
};
Request merge_patch(const Resource& resource, const PatchQuery& query, const Json& patch);
/// `patch` is an array of operations: see kube/json_patch.
Request json_patch(const Resource& resource, const PatchQuery& query, const Json& patch);

/// Only the object with this uid, when one is given; background propagation.
Request remove(const Resource& resource, const ObjectKey& key, std::string_view uid = {});

}  // namespace deployctl::kube
