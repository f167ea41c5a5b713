#include "kube/client.hpp"

#include <algorithm>
#include <iterator>

#include <random>

#include "kube/retry.hpp"
#include "kube/status_error.hpp"

namespace deployctl::kube {

namespace {

double next_random() {
  static std::minstd_rand engine{std::random_device{}()};
  return std::uniform_real_distribution<double>(0.0, 1.0)(engine);
}

std::string describe(const Request& request) {
  return request.verb + " " + request.target.substr(0, request.target.find('?'));
}

TryOutcome outcome_of(const Request& request, const http::Attempt<Response>& answer, int tries) {
  TryOutcome outcome{.tries = tries, .repeatable = request.repeatable};
  if (answer) {
    outcome.status = answer->status;
    outcome.retry_after = answer->retry_after;
  } else {
    outcome.phase = answer.error().phase;
  }
  return outcome;
}

Result<std::string> result_of(const Request& request, http::Attempt<Response> answer) {
  if (!answer) return answer.error().error.with_context(describe(request));
  if (answer->status >= 200 && answer->status < 300) return std::move(answer->body);
  Error error = error_of(*answer);
  if (is_failed_patch_test(request, *answer)) error.kind = ErrorKind::Conflict;
  return error.with_context(describe(request));
}

std::string text_in(const Json& list, const char* name) {
  const auto metadata = list.find("metadata");
  if (metadata == list.end() || !metadata->is_object()) return {};
  const auto found = metadata->find(name);
  return found != metadata->end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

Task<Result<std::string>> Client::send(Request request) {
  for (int tries = 1;; ++tries) {
    http::Attempt<Response> answer = co_await transport_.send(request);
    const auto delay = retry_delay(outcome_of(request, answer, tries), next_random());
    if (!delay) co_return result_of(request, std::move(answer));
    if (retried_) retried_(answer ? std::to_string(answer->status) : "<error>", request.verb);
    co_await clock_.sleep_for(*delay);
  }
}

Task<Result<Json>> Client::send_json(Request request) {
  const std::string what = describe(request);
  Result<std::string> body = co_await send(std::move(request));
  if (!body) co_return body.error();
  co_return parse_json(*body, {.max_bytes = 64U * 1024 * 1024, .max_nodes = 5'000'000})
      .with_context(what + ": unreadable answer");
}

Task<Result<std::vector<Json>>> Client::list_once(Resource resource, ListQuery query) {
  std::vector<Json> items;
  do {
    Result<Json> page = co_await send_json(list(resource, query));
    if (!page) co_return page.error();
    const auto found = page->is_object() ? page->find("items") : page->end();
    // An empty list of metadata has `items: null` (API machinery's PartialObjectMetadataList).
    if (found == page->end() || (!found->is_array() && !found->is_null())) {
      co_return fail(ErrorKind::Invalid, "list " + path_of(resource, query.ns) + ": answer without items");
    }
    if (found->is_array()) std::ranges::move(*found, std::back_inserter(items));
    query.continue_token = text_in(*page, "continue");
  } while (!query.continue_token.empty());
  co_return items;
}

Task<Result<std::vector<Json>>> Client::list_all(Resource resource, ListQuery query) {
  Result<std::vector<Json>> items = co_await list_once(resource, query);
  if (!items && items.error().kind == ErrorKind::Gone) items = co_await list_once(resource, query);
  co_return items;
}

}  // namespace deployctl::kube
