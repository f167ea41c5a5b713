#include "kube/status_error.hpp"

#include <algorithm>
#include <string>

#include "base/strict_json.hpp"
#include "base/text.hpp"
#include "kube/retry.hpp"

namespace deployctl::kube {

namespace {

constexpr std::size_t kForeignBodyPrefix = 120;
constexpr std::size_t kMessageLimit = 900;

struct Status {
  std::string reason;
  std::string message;
};

std::string text_at(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// Nothing when the body is no Status object (fault A18: a proxy's page, garbage).
std::optional<Status> read_status(std::string_view body) {
  const auto json = parse_json(body);
  if (!json || !json->is_object() || text_at(*json, "kind") != "Status") return std::nullopt;
  return Status{text_at(*json, "reason"), text_at(*json, "message")};
}

ErrorKind kind_of(int code, std::string_view reason) {
  switch (code) {
    case 401: return ErrorKind::Unauthorized;
    case 403: return ErrorKind::Forbidden;
    case 404: return ErrorKind::NotFound;
    case 409: return reason == "AlreadyExists" ? ErrorKind::AlreadyExists : ErrorKind::Conflict;
    case 410: return ErrorKind::Gone;
    case 408:
    case 429: return ErrorKind::Transient;
    default: break;
  }
  if (reason == "Expired" || reason == "Gone") return ErrorKind::Gone;
  return code >= 500 ? ErrorKind::Transient : ErrorKind::Invalid;
}

std::string sentence(int code, std::string_view reason, std::string_view message) {
  std::string text = cut(one_line(message), kMessageLimit);
  if (text.empty()) text = "no message";
  return text + " (" + std::to_string(code) + (reason.empty() ? "" : " " + cut(one_line(reason), 64)) + ")";
}

std::string foreign_answer(const Response& response) {
  // What a real API server says about a group it does not serve: plain text.
  if (response.status == 404) return "the server does not know this resource (404): is the CRD installed?";
  std::string text = "not an answer of a Kubernetes API server: status " + std::to_string(response.status);
  if (!response.content_type.empty()) text += ", " + cut(one_line(response.content_type), 64);
  const std::string prefix = cut(one_line(response.body), kForeignBodyPrefix);
  return prefix.empty() ? text : text + ", \"" + prefix + "\"";
}

}  // namespace

Error error_of_status(int code, std::string_view reason, std::string_view message) {
  return {kind_of(code, reason), sentence(code, reason, message)};
}

Error error_of(const Response& response) {
  Error error;
  if (response.status < 400) {
    error = {ErrorKind::Invalid, "the server answered with a redirect (" + std::to_string(response.status) +
                                     "), which is not followed: check the server URL"};
  } else if (const auto status = read_status(response.body)) {
    error = error_of_status(response.status, status->reason, status->message);
  } else {
    error = {kind_of(response.status, ""), foreign_answer(response)};
  }
  if (response.retry_after) error.retry_after = std::min(*response.retry_after, kLongestWait);
  return error;
}

bool is_failed_patch_test(const Request& request, const Response& response) {
  if (response.status != 422 || request.content_type != "application/json-patch+json") return false;
  const auto status = read_status(response.body);
  // A field that breaks the schema is named in details.causes; a failed test gives only this general sentence.
  return status &&
         status->message.find("the server rejected our request due to an error in our request") != std::string::npos;
}

}  // namespace deployctl::kube
