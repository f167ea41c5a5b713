#include "health/probe_http.hpp"

#include <utility>

#include "health/pattern.hpp"

namespace deployctl::health {

Verdict judge_http(const HttpProbe& probe, const Result<ports::HttpResponse>& answer) {
  if (!answer) return failed_with(answer.error());
  if (!probe.expected_status.contains(answer->status)) {
    return {.message = "status " + std::to_string(answer->status) + ", expected " + probe.expected_status.text()};
  }
  const std::string status = "status " + std::to_string(answer->status);
  if (probe.expected_body && !found_in(answer->body, *probe.expected_body)) {
    return {.message = status + ", but the body does not match expectedBody"};
  }
  return {.passed = true, .message = status};
}

Task<Verdict> probe_http(ports::HttpClient& client, HttpProbe probe) {
  const auto answer = co_await client.send(probe.request);
  co_return judge_http(probe, answer);
}

}  // namespace deployctl::health
