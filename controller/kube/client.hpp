#pragma once

// Calls to the API server: one request, its retries by the table of kube/retry, and its answer as a Result. Used by
// cluster/ and runtime/ for everything but watches. One per process beside its Transport; stateless. Cancelling throws
// operation_aborted out of the try or the wait between two tries.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "async/clock.hpp"
#include "base/result.hpp"
#include "base/strict_json.hpp"
#include "kube/request.hpp"
#include "kube/transport.hpp"

namespace deployctl::kube {

/// A try that is followed by another, for rest_client_request_retries_total. `code` is "<error>" when no answer came.
using RetryObserver = std::function<void(const std::string& code, const std::string& verb)>;

class Client {
 public:
  Client(Transport& transport, Clock& clock, RetryObserver retried = {})
      : transport_(transport), clock_(clock), retried_(std::move(retried)) {}

  /// The body of a 2xx. Errors, with verb and path in the message: as kube/status_error maps them; Transient when no
  /// answer came. For a request that is not `repeatable` a lost answer is not tried again: Transient, settle it by
  /// reading.
  Task<Result<std::string>> send(Request request);
  /// The same, parsed by strict_json.
  Task<Result<Json>> send_json(Request request);
  /// All pages of a list, item by item. An expired continue token starts the list again, once.
  Task<Result<std::vector<Json>>> list_all(Resource resource, ListQuery query);

 private:
  Task<Result<std::vector<Json>>> list_once(Resource resource, ListQuery query);

  Transport& transport_;
  Clock& clock_;
  RetryObserver retried_;
};

}  // namespace deployctl::kube
