#include "health/outputs.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace deployctl::health {

namespace {

bool fits_a_url(std::string_view value) {
  return std::ranges::all_of(value, [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

Result<std::string> fill_in_outputs(std::string_view url, const std::map<std::string, std::string>& outputs) {
  constexpr std::string_view kMark = "${outputs.";
  constexpr std::size_t kShown = 100;
  std::string out;
  for (std::size_t mark = url.find(kMark); mark != std::string_view::npos; mark = url.find(kMark)) {
    const std::size_t begin = mark + kMark.size();
    const std::size_t end = url.find('}', begin);
    if (end == std::string_view::npos) break;
    const std::string name(url.substr(begin, end - begin));
    const std::string shown = "output \"" + cut(one_line(name), kShown) + "\"";
    const auto found = outputs.find(name);
    if (found == outputs.end())
      return fail(ErrorKind::HealthCheckFailed, "the deployment has no " + shown + ", which the url refers to");
    if (!fits_a_url(found->second))
      return fail(ErrorKind::HealthCheckFailed, shown + " has characters that no url may have");
    out.append(url.substr(0, mark)).append(found->second);
    url.remove_prefix(end + 1);
  }
  return out.append(url);
}

Result<std::vector<Check>> fill_in_outputs(std::vector<Check> checks,
                                           const std::map<std::string, std::string>& outputs) {
  for (Check& check : checks) {
    auto* http = std::get_if<HttpProbe>(&check.probe);
    if (http == nullptr) continue;
    auto url = fill_in_outputs(std::string_view(http->request.url), outputs);
    if (!url) return url.error().with_context(check.name);
    http->request.url = std::move(*url);
  }
  return checks;
}

}  // namespace deployctl::health
