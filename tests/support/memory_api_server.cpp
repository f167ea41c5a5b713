#include "support/memory_api_server.hpp"

#include <algorithm>
#include <deque>
#include <utility>

#include "async/notifier.hpp"

namespace deployctl::support {

namespace {

kube::Response answer(int status, const Json& body) {
  return {.status = status, .content_type = "application/json", .body = body.dump()};
}

kube::Response status(int code, const std::string& reason, const std::string& message) {
  return answer(code, {{"kind", "Status"},
                       {"apiVersion", "v1"},
                       {"status", "Failure"},
                       {"message", message},
                       {"reason", reason},
                       {"code", code}});
}

std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      plain += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      plain += text[i] == '+' ? ' ' : text[i];
    }
  }
  return plain;
}

/// "a=b,c": equality and existence, which is all we send.
bool selects(const std::string& selector, const Json& object) {
  const Json labels = object.at("metadata").value("labels", Json::object());
  for (std::size_t at = 0; at < selector.size();) {
    const std::size_t end = std::min(selector.find(',', at), selector.size());
    const std::string term = selector.substr(at, end - at);
    const std::size_t equals = term.find('=');
    const std::string name = term.substr(0, equals);
    if (!labels.contains(name)) return false;
    if (equals != std::string::npos && labels.at(name) != term.substr(equals + 1)) return false;
    at = end + 1;
  }
  return true;
}

Json metadata_of(const Json& object) {
  return {{"apiVersion", "meta.k8s.io/v1"}, {"kind", "PartialObjectMetadata"}, {"metadata", object.at("metadata")}};
}

/// A `test` of null passes when the member is not there, as the API server has it.
bool absent(const Json& object, const std::string& pointer) {
  const Json::json_pointer at(pointer);
  return !object.contains(at);
}

Json apply_json_patch(Json object, const Json& operations) {
  for (const Json& operation : operations) {
    if (operation.at("op") == "test" && operation.at("value").is_null() && absent(object, operation.at("path")))
      continue;
    object.patch_inplace(Json::array({operation}));
  }
  return object;
}

}  // namespace

/// Events of one watch, a line each.
class MemoryApiServer::Stream final : public kube::BodyStream {
 public:
  Stream(MemoryApiServer& server, Place place, bool metadata_only)
      : server_(server), place_(std::move(place)), metadata_only_(metadata_only), arrived_(server.executor_) {
    server_.streams_.push_back(this);
  }
  ~Stream() override { server_.streams_.remove(this); }

  void tell(const char* type, const std::string& path, const Json& object) {
    if (!path.starts_with(place_.path + "/") && !under_all_namespaces(path)) return;
    lines_.push_back(Json{{"type", type}, {"object", metadata_only_ ? metadata_of(object) : object}}.dump() + "\n");
    arrived_.notify();
  }
  Task<Result<std::string>> read(Duration /*idle*/) override {
    while (lines_.empty()) co_await arrived_.wait();
    std::string line = std::move(lines_.front());
    lines_.pop_front();
    co_return line;
  }

 private:
  /// "/api/v1/secrets" watches "/api/v1/namespaces/NS/secrets/NAME".
  [[nodiscard]] bool under_all_namespaces(const std::string& path) const {
    const std::size_t slash = place_.path.rfind('/');
    return path.starts_with(place_.path.substr(0, slash) + "/namespaces/") &&
           path.find(place_.path.substr(slash) + "/") != std::string::npos;
  }

  MemoryApiServer& server_;
  Place place_;
  bool metadata_only_;
  std::deque<std::string> lines_;
  Notifier arrived_;
};

MemoryApiServer::~MemoryApiServer() = default;

void MemoryApiServer::put(const std::string& path, Json object) {
  const bool is_new = !objects_.contains(path);
  store(path, std::move(object), is_new ? "ADDED" : "MODIFIED");
}

void MemoryApiServer::erase(const std::string& path) {
  auto node = objects_.extract(path);
  if (node.empty()) return;
  node.mapped()["metadata"]["resourceVersion"] = std::to_string(++version_);
  tell("DELETED", path, node.mapped());
}

void MemoryApiServer::refuse(std::string prefix, int code, std::string message, int times) {
  rules_.push_back({std::move(prefix), code, std::move(message), false, times});
}

void MemoryApiServer::lose(std::string prefix, bool took_effect) {
  rules_.push_back({std::move(prefix), 0, {}, took_effect, 1});
}

std::size_t MemoryApiServer::count(std::string_view prefix) const {
  return static_cast<std::size_t>(std::ranges::count_if(requests_, [prefix](const kube::Request& request) {
    return (request.method + " " + request.target).starts_with(prefix);
  }));
}

Task<http::Attempt<kube::Response>> MemoryApiServer::send(kube::Request request) {
  if (before) before(request);
  requests_.push_back(request);
  const std::optional<Rule> rule = rule_for(request);
  if (rule && rule->status != 0) co_return status(rule->status, "Refused", rule->message);
  if (!rule) co_return handle(request);
  if (rule->took_effect) static_cast<void>(handle(request));
  co_return http::Failure{http::Phase::Sent, fail(ErrorKind::Transient, "connection reset")};
}

Task<http::Attempt<kube::StreamResponse>> MemoryApiServer::open(kube::Request request) {
  const std::optional<Rule> rule = rule_for(request);
  kube::StreamResponse response;
  if (rule) {
    response.head = status(rule->status, "Refused", rule->message);
    co_return response;
  }
  response.head = {.status = 200, .content_type = "application/json"};
  const bool metadata_only = request.accept.find("PartialObjectMetadata") != std::string::npos;
  response.body = std::make_unique<Stream>(*this, place_of(request.target), metadata_only);
  co_return response;
}

MemoryApiServer::Place MemoryApiServer::place_of(const std::string& target) {
  Place place;
  const std::size_t mark = target.find('?');
  place.path = target.substr(0, mark);
  if (place.path.ends_with("/status")) {
    place.is_status = true;
    place.path.resize(place.path.size() - std::string_view("/status").size());
  }
  std::string_view query = mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
  while (!query.empty()) {
    const std::string_view term = query.substr(0, query.find('&'));
    const std::size_t equals = std::min(term.find('='), term.size());
    place.query[std::string(term.substr(0, equals))] = unescape(term.substr(std::min(equals + 1, term.size())));
    query.remove_prefix(std::min(term.size() + 1, query.size()));
  }
  return place;
}

std::optional<MemoryApiServer::Rule> MemoryApiServer::rule_for(const kube::Request& request) {
  const std::string line = request.method + " " + request.target;
  const auto rule =
      std::ranges::find_if(rules_, [&line](const Rule& one) { return one.times > 0 && line.starts_with(one.prefix); });
  if (rule == rules_.end()) return std::nullopt;
  --rule->times;
  return *rule;
}

kube::Response MemoryApiServer::handle(const kube::Request& request) {
  const Place place = place_of(request.target);
  if (request.method == "GET") return get(place, request);
  if (request.method == "POST") return create(place, request.body);
  if (request.method == "PATCH") return patch(place, request);
  if (request.method == "DELETE") return remove(place, request.body);
  return status(405, "MethodNotAllowed", "no such method");
}

kube::Response MemoryApiServer::get(const Place& place, const kube::Request& request) {
  if (const auto found = objects_.find(place.path); found != objects_.end()) return answer(200, found->second);
  const std::string plural = place.path.substr(place.path.rfind('/'));
  const bool is_collection = plural == "/secrets" || plural == "/configmaps" || plural == "/deployments";
  if (!is_collection) return status(404, "NotFound", place.path + " not found");
  const bool metadata_only = request.accept.find("PartialObjectMetadata") != std::string::npos;
  const auto selector = place.query.find("labelSelector");
  const std::string all = place.path.substr(0, place.path.size() - plural.size()) + "/namespaces/";
  Json items = Json::array();
  for (const auto& [path, object] : objects_) {
    const bool here =
        path.starts_with(place.path + "/") || (path.starts_with(all) && path.find(plural + "/") != std::string::npos);
    if (!here || (selector != place.query.end() && !selects(selector->second, object))) continue;
    items.push_back(metadata_only ? metadata_of(object) : object);
  }
  if (metadata_only && items.empty()) items = nullptr;  // as the API server has it
  return answer(200, {{"kind", "List"},
                      {"apiVersion", "v1"},
                      {"metadata", {{"resourceVersion", std::to_string(version_)}}},
                      {"items", std::move(items)}});
}

kube::Response MemoryApiServer::create(const Place& place, const std::string& body) {
  Json object = Json::parse(body);
  const std::string path = place.path + "/" + object.at("metadata").at("name").get<std::string>();
  if (objects_.contains(path)) return status(409, "AlreadyExists", path + " already exists");
  store(path, std::move(object), "ADDED");
  return answer(201, objects_.at(path));
}

kube::Response MemoryApiServer::patch(const Place& place, const kube::Request& request) {
  const auto found = objects_.find(place.path);
  if (found == objects_.end()) return status(404, "NotFound", place.path + " not found");
  const Json operations = Json::parse(request.body);
  Json next = found->second;
  try {
    if (request.content_type == "application/json-patch+json")
      next = apply_json_patch(next, operations);
    else
      next.merge_patch(operations);
  } catch (const Json::exception&) {
    // The API server says no more than this about a failed test.
    return status(422, "Invalid", "the server rejected our request due to an error in our request");
  }
  if (next.at("metadata").at("resourceVersion") != found->second.at("metadata").at("resourceVersion"))
    return status(409, "Conflict", "the object has been modified");
  if (place.is_status) {
    Json with_status = found->second;
    with_status["status"] = next.value("status", Json::object());
    next = std::move(with_status);
  } else if (found->second.contains("status")) {
    next["status"] = found->second.at("status");
  }
  if (found->second.value("immutable", false) && next.at("data") != found->second.at("data"))
    return status(422, "Invalid", "data: field is immutable when `immutable` is set");
  if (next == found->second) return answer(200, next);
  store(place.path, next, "MODIFIED");
  Json stored = objects_.at(place.path);
  const bool finished = stored.at("metadata").contains("deletionTimestamp") &&
                        stored.at("metadata").value("finalizers", Json::array()).empty();
  if (finished) erase(place.path);
  return answer(200, stored);
}

kube::Response MemoryApiServer::remove(const Place& place, const std::string& body) {
  const auto found = objects_.find(place.path);
  if (found == objects_.end()) return status(404, "NotFound", place.path + " not found");
  const Json options = body.empty() ? Json::object() : Json::parse(body);
  const Json& metadata = found->second.at("metadata");
  const Json expected = options.value("preconditions", Json::object()).value("uid", Json());
  if (!expected.is_null() && expected != metadata.at("uid")) return status(409, "Conflict", "uid differs");
  if (metadata.value("finalizers", Json::array()).empty()) {
    erase(place.path);
  } else {
    Json next = found->second;
    next["metadata"]["deletionTimestamp"] = "2026-11-23T20:45:17Z";
    store(place.path, std::move(next), "MODIFIED");
  }
  return answer(200, {{"kind", "Status"}, {"status", "Success"}});
}

void MemoryApiServer::store(const std::string& path, Json object, const char* event) {
  Json& metadata = object["metadata"];
  if (!metadata.contains("uid")) metadata["uid"] = "uid-" + std::to_string(++uids_);
  if (!metadata.contains("creationTimestamp")) metadata["creationTimestamp"] = "2026-01-01T00:00:00Z";
  const auto before_it = objects_.find(path);
  std::int64_t generation = metadata.value("generation", std::int64_t{1});
  if (before_it != objects_.end() && before_it->second.value("spec", Json()) != object.value("spec", Json()))
    ++generation;
  metadata["generation"] = generation;
  metadata["resourceVersion"] = std::to_string(++version_);
  objects_[path] = object;
  tell(event, path, object);
}

void MemoryApiServer::tell(const char* type, const std::string& path, const Json& object) {
  const std::list<Stream*> streams = streams_;
  for (Stream* stream : streams) stream->tell(type, path, object);
}

}  // namespace deployctl::support
