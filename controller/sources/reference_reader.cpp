#include "sources/reference_reader.hpp"

namespace deployctl::sources {
namespace {

std::string called(ReferenceReader::Kind kind, const std::string& name) {
  return std::string(kind == ReferenceReader::Kind::Secret ? "Secret" : "ConfigMap") + " \"" + name + "\"";
}

}  // namespace

Task<Result<std::optional<ports::KeyValues>>> ReferenceReader::all(std::string field, Kind kind, std::string name,
                                                                   bool optional) {
  auto known = read_.find({kind, name});
  if (known == read_.end()) {
    Result<std::optional<ports::KeyValues>> found;
    if (kind == Kind::Secret) {
      found = co_await references_.secret(key_, name);
    } else {
      found = co_await references_.config_map(key_, name);
    }
    if (!found) co_return found.error().with_context(field);
    known = read_.emplace(std::pair(kind, name), std::move(*found)).first;
  }
  if (!known->second && !optional)
    co_return missing(field + ": " + called(kind, name) + " does not exist in namespace \"" + key_.ns + "\"",
                      "create it");
  co_return known->second;
}

Error ReferenceReader::missing(const std::string& what, const std::string& remedy) const {
  return fail(ErrorKind::DependencyNotReady, what + "; " + remedy + (needed_ ? "" : " or make the reference optional"));
}

std::string what_is_missing(const Error& error) { return error.message.substr(0, error.message.rfind("; ")); }

Task<Result<std::optional<std::string>>> ReferenceReader::one(std::string field, Kind kind, api::KeyRef ref) {
  auto found = co_await all(field, kind, ref.name, ref.optional);
  if (!found) co_return found.error();
  const std::optional<ports::KeyValues> keys = std::move(*found);
  if (!keys) co_return std::optional<std::string>();
  const auto value = keys->find(ref.key);
  if (value != keys->end()) co_return std::optional(value->second);
  if (ref.optional) co_return std::optional<std::string>();
  co_return missing(field + ": " + called(kind, ref.name) + " has no key \"" + ref.key + "\"", "add it");
}

}  // namespace deployctl::sources
