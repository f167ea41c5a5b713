#include "kube/request.hpp"

#include <utility>
#include <vector>

namespace deployctl::kube {

namespace {

constexpr std::string_view kMetadataListAccept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
constexpr std::string_view kMetadataAccept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kHex[byte >> 4U], kHex[byte & 0xFU]};
  }
  return out;
}

using Parameters = std::vector<std::pair<std::string_view, std::string>>;

/// Parameters with an empty value are left out.
std::string with_query(std::string path, const Parameters& parameters) {
  char separator = '?';
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;
    path += separator;
    path.append(name) += '=';
    path += percent_encoded(value);
    separator = '&';
  }
  return path;
}

Request patch(const Resource& resource, const PatchQuery& query, const Json& body, std::string_view content_type) {
  Request request{.verb = "patch", .method = "PATCH"};
  request.target = with_query(path_of(resource, query.key.ns, query.key.name, query.subresource),
                              {{"fieldManager", std::string(query.field_manager)}});
  request.content_type = content_type;
  request.body = dump_json(body);
  return request;
}

}  // namespace

std::string path_of(const Resource& resource, std::string_view ns, std::string_view name,
                    std::string_view subresource) {
  std::string path = resource.group.empty() ? "/api/" : "/apis/" + std::string(resource.group) + "/";
  path.append(resource.version);
  if (!ns.empty()) path += "/namespaces/" + percent_encoded(ns);
  (path += '/').append(resource.plural);
  if (!name.empty()) path += '/' + percent_encoded(name);
  if (!subresource.empty()) (path += '/').append(subresource);
  return path;
}

Request get(const Resource& resource, const ObjectKey& key) {
  return {.verb = "get", .method = "GET", .target = path_of(resource, key.ns, key.name)};
}

Request list(const Resource& resource, const ListQuery& query) {
  // A continue token carries its own resourceVersion; the server refuses both together.
  const bool at_version = !query.resource_version.empty() && query.continue_token.empty();
  Request request{.verb = "list", .method = "GET"};
  request.target =
      with_query(path_of(resource, query.ns), {{"labelSelector", query.label_selector},
                                               {"fieldSelector", query.field_selector},
                                               {"limit", std::to_string(query.limit)},
                                               {"continue", query.continue_token},
                                               {"resourceVersion", at_version ? query.resource_version : ""},
                                               {"resourceVersionMatch", at_version ? "NotOlderThan" : ""}});
  if (query.metadata_only) request.accept = kMetadataListAccept;
  request.timeout = std::chrono::seconds(60);
  return request;
}

Request watch(const Resource& resource, const WatchQuery& query) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(query.timeout).count();
  Request request{.verb = "watch", .method = "GET"};
  request.target = with_query(path_of(resource, query.ns), {{"watch", "true"},
                                                            {"allowWatchBookmarks", "true"},
                                                            {"labelSelector", query.label_selector},
                                                            {"resourceVersion", query.resource_version},
                                                            {"timeoutSeconds", std::to_string(seconds)}});
  if (query.metadata_only) request.accept = kMetadataAccept;
  return request;
}

Request create(const Resource& resource, std::string_view ns, const Json& object, std::string_view field_manager) {
  Request request{.verb = "create", .method = "POST"};
  request.target = with_query(path_of(resource, ns), {{"fieldManager", std::string(field_manager)}});
  request.content_type = "application/json";
  request.body = dump_json(object);
  request.repeatable = false;
  return request;
}

Request merge_patch(const Resource& resource, const PatchQuery& query, const Json& body) {
  return patch(resource, query, body, "application/merge-patch+json");
}

Request json_patch(const Resource& resource, const PatchQuery& query, const Json& body) {
  return patch(resource, query, body, "application/json-patch+json");
}

Request remove(const Resource& resource, const ObjectKey& key, std::string_view uid) {
  Json options = {{"apiVersion", "v1"}, {"kind", "DeleteOptions"}, {"propagationPolicy", "Background"}};
  if (!uid.empty()) options["preconditions"] = {{"uid", uid}};
  Request request{.verb = "delete", .method = "DELETE", .target = path_of(resource, key.ns, key.name)};
  request.content_type = "application/json";
  request.body = dump_json(options);
  return request;
}

}  // namespace deployctl::kube
