#pragma once

// What an answer of the API server means: HTTP status and Status body to ErrorKind and a sentence. Bodies that are no
// Status (a proxy's HTML page, garbage) give a short sanitised prefix.

#include <string_view>

#include "base/error.hpp"
#include "kube/transport.hpp"

namespace deployctl::kube {

/// For status 300 and above. 400, 422 Invalid; 401 Unauthorized; 403 Forbidden; 404 NotFound; 409 Conflict or
/// AlreadyExists; 410 Gone; 429, 5xx and the "too large resource version" time-out Transient (with retry_after,
/// at most kube/retry's kLongestWait); redirects Invalid.
Error error_of(const Response& response);

/// A Status object that came inside a watch (an ERROR event). Error: as its code says.
Error error_of_status(int code, std::string_view reason, std::string_view message);

/// A 422 to a JSON Patch because one of its `test` operations did not hold: the state it was decided on is gone.
bool is_failed_patch_test(const Request& request, const Response& response);

}  // namespace deployctl::kube
