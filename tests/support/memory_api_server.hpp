#pragma once

// A small API server in memory behind kube::Transport: objects by path, resourceVersions that grow, optimistic locks,
// merge and JSON PATCHes (with `test`), the status subresource, finalizers, immutable Secrets, label selectors,
// metadata alone, watches. It keeps every request, so that a test can count and read them. Answers can be lost (before
// or after the request took effect) or refused. One thread.

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/strict_json.hpp"
#include "kube/transport.hpp"

namespace deployctl::support {

class MemoryApiServer final : public kube::Transport {
 public:
  explicit MemoryApiServer(asio::any_io_executor executor) : executor_(std::move(executor)) {}
  ~MemoryApiServer() override;

  // What the test arranges. A path is that of the object: "/api/v1/namespaces/shop/secrets/web-r1".

  /// Adds or replaces; fills in uid, resourceVersion, generation, creationTimestamp.
  void put(const std::string& path, Json object);
  void erase(const std::string& path);
  /// The next request whose "METHOD path" begins with `prefix` gets this status (and `message` in a Status body).
  void refuse(std::string prefix, int status, std::string message, int times = 1);
  /// The next such request gets no answer; with `took_effect` it is done all the same.
  void lose(std::string prefix, bool took_effect);
  /// Called before a request is handled: somebody else acts in between.
  std::function<void(const kube::Request&)> before;

  // What the test looks at.

  [[nodiscard]] bool has(const std::string& path) const { return objects_.contains(path); }
  [[nodiscard]] const Json& object(const std::string& path) const { return objects_.at(path); }
  [[nodiscard]] const std::vector<kube::Request>& requests() const { return requests_; }
  /// Requests (not watches) whose "METHOD target" begins with `prefix`.
  [[nodiscard]] std::size_t count(std::string_view prefix) const;
  void forget_requests() { requests_.clear(); }

  // kube::Transport

  Task<http::Attempt<kube::Response>> send(kube::Request request) override;
  Task<http::Attempt<kube::StreamResponse>> open(kube::Request request) override;

 private:
  struct Rule {
    std::string prefix;
    int status = 0;  ///< 0: the answer is lost
    std::string message;
    bool took_effect = false;
    int times = 1;
  };
  struct Place {
    std::string path;  ///< of the object or collection
    bool is_status = false;
    std::map<std::string, std::string> query;
  };
  class Stream;

  static Place place_of(const std::string& target);
  std::optional<Rule> rule_for(const kube::Request& request);
  kube::Response handle(const kube::Request& request);
  kube::Response get(const Place& place, const kube::Request& request);
  kube::Response create(const Place& place, const std::string& body);
  kube::Response patch(const Place& place, const kube::Request& request);
  kube::Response remove(const Place& place, const std::string& body);
  void store(const std::string& path, Json object, const char* event);
  void tell(const char* type, const std::string& path, const Json& object);

  asio::any_io_executor executor_;
  std::map<std::string, Json> objects_;
  std::vector<kube::Request> requests_;
  std::vector<Rule> rules_;
  std::list<Stream*> streams_;
  std::int64_t version_ = 100;
  std::int64_t uids_ = 0;
};

}  // namespace deployctl::support
