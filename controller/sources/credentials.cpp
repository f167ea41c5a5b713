#include "sources/credentials.hpp"

#include "base/sha256.hpp"
#include "base/strict_json.hpp"
#include "sources/reference_reader.hpp"

namespace deployctl::sources {
namespace {

constexpr const char* kCaKey = "ca.crt";
/// More than any server takes in all its headers together, by default.
constexpr std::size_t kHeaderValue = 8U * 1024;

void add_text(const Json& entry, const char* member, std::vector<std::string>& values) {
  const auto found = entry.find(member);
  if (found != entry.end() && found->is_string()) values.push_back(found->get<std::string>());
}

}  // namespace

std::vector<std::string> registry_secret_values(const std::string& config) {
  const auto parsed = parse_json(config);
  if (!parsed || !parsed->is_object() || !parsed->contains("auths") || !parsed->at("auths").is_object())
    return {config};
  std::vector<std::string> values;
  for (const Json& entry : parsed->at("auths")) {
    if (!entry.is_object()) continue;
    for (const char* member : {"auth", "password", "identitytoken", "registrytoken"}) add_text(entry, member, values);
    // "user:password", which tools say in parts
    const auto pair =
        base64_decode(entry.contains("auth") && entry["auth"].is_string() ? entry["auth"].get<std::string>() : "");
    if (pair && pair->contains(':')) values.push_back(pair->substr(pair->find(':') + 1));
  }
  return values;
}

std::optional<std::string> registry_secret(const api::DeploymentSpec& spec) {
  if (spec.docker && spec.docker->registry_secret_ref) return spec.docker->registry_secret_ref->name;
  if (spec.docker_compose && spec.docker_compose->registry_secret_ref)
    return spec.docker_compose->registry_secret_ref->name;
  return std::nullopt;
}

Task<Result<HttpCredentials>> resolve_credentials(ports::References& references, ObjectKey key, std::string field,
                                                  std::vector<api::HttpHeader> headers,
                                                  std::optional<api::NameRef> ca_secret_ref) {
  ReferenceReader reader(references, std::move(key));
  HttpCredentials resolved;
  for (const api::HttpHeader& header : headers) {
    const std::string where = field + ".headers[" + header.name + "]";
    if (!header.secret_key_ref) {
      resolved.headers.emplace_back(header.name, header.value.value_or(""));
      continue;
    }
    auto found = co_await reader.one(where, ReferenceReader::Kind::Secret, *header.secret_key_ref);
    if (!found) co_return found.error();
    const std::optional<std::string> value = std::move(*found);
    if (!value) continue;
    if (value->find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
      co_return fail(ErrorKind::Invalid, where + ": the value in Secret \"" + header.secret_key_ref->name +
                                             "\" has a line break or NUL; store it without");
    }
    if (value->size() > kHeaderValue)
      co_return fail(ErrorKind::Invalid, where + ": the value in Secret \"" + header.secret_key_ref->name + "\" has " +
                                             std::to_string(value->size()) + " bytes, a header has at most " +
                                             std::to_string(kHeaderValue) + "; store a shorter one");
    resolved.secret_values.push_back(*value);
    resolved.headers.emplace_back(header.name, *value);
  }
  if (ca_secret_ref) {
    auto found = co_await reader.one(field + ".caSecretRef", ReferenceReader::Kind::Secret,
                                     {.name = ca_secret_ref->name, .key = kCaKey, .optional = false});
    if (!found) co_return found.error();
    resolved.ca_pem = std::move(*found);
  }
  co_return resolved;
}

Task<Result<ports::KeyValues>> resolve_credential(ports::References& references, ObjectKey key, std::string field,
                                                  api::NameRef secret_ref, std::vector<std::string> keys) {
  ReferenceReader reader(references, std::move(key), true);
  ports::KeyValues values;
  if (keys.empty()) {
    auto all = co_await reader.all(field, ReferenceReader::Kind::Secret, secret_ref.name, false);
    if (!all) co_return all.error();
    co_return std::move(*all).value_or(ports::KeyValues{});
  }
  for (const std::string& each : keys) {
    auto found = co_await reader.one(field, ReferenceReader::Kind::Secret,
                                     {.name = secret_ref.name, .key = each, .optional = false});
    if (!found) co_return found.error();
    values[each] = std::move(*found).value_or("");
  }
  co_return values;
}

}  // namespace deployctl::sources
