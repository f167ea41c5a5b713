#pragma once

// The http check: one exchange, then status and body are compared. The body never reaches a message (fault S17).

#include "async/asio.hpp"
#include "health/check.hpp"
#include "health/verdict.hpp"
#include "ports/http_client.hpp"

namespace deployctl::health {

/// Pure. `expectedBody` is searched by RE2, linear in the body whatever the pattern (fault S19).
Verdict judge_http(const HttpProbe& probe, const Result<ports::HttpResponse>& answer);

/// One attempt. Cancelling throws operation_aborted.
Task<Verdict> probe_http(ports::HttpClient& client, HttpProbe probe);

}  // namespace deployctl::health
