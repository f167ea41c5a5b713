// From the merged files to a spec of the API: the source, values that do not stand in the file, the API's own rules.

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "api/spec_fields.hpp"
#include "api/validation.hpp"
#include "config/configuration.hpp"
#include "config/reader.hpp"

namespace deployctl::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxValueBytes = 64U * 1024;

/// "/health/post/0/http/url" as people write it: "health.post[0].http.url".
std::string path_of(const std::string& pointer) {
  std::string path;
  for (std::size_t at = 1; at < pointer.size();) {
    const std::size_t end = std::min(pointer.find('/', at), pointer.size());
    const std::string token = pointer.substr(at, end - at);
    if (token.find_first_not_of("0123456789") == std::string::npos) {
      path += "[" + token + "]";
    } else {
      path += (path.empty() ? "" : ".") + snake_case(token);
    }
    at = end + 1;
  }
  return path;
}

/// "spec.health.post[0].http.url" as a pointer.
std::string pointer_of(const std::string& path) {
  std::string pointer;
  for (const char c : path.substr(std::min(path.size(), std::string("spec").size()))) {
    if (c == '.' || c == '[') pointer += '/';
    if (c != '.' && c != '[' && c != ']') pointer += c;
  }
  return pointer;
}

/// Tells every field that must be there and is not: decode_spec stops at the first.
class MissingFields {
 public:
  MissingFields(const Origins& origins, Problems& problems) : origins_(origins), problems_(problems) {}

  template <class T>
  void look(const Json& in, const std::string& pointer) {
    if constexpr (api::Described<T>) {
      if (!in.is_object()) return;
      api::Fields<T>::visit([&](std::string_view name, auto member, const api::FieldRules& rules) {
        const std::string here = pointer + "/" + std::string(name);
        const auto found = in.find(name);
        if (found != in.end())
          return look_inside(static_cast<std::remove_cvref_t<decltype(std::declval<T&>().*member)>*>(nullptr), *found,
                             here);
        if (!rules.required) return;
        any_ = true;
        problems_.add(origin_of(origins_, pointer), "\"" + path_of(here) + "\" is missing");
      });
    }
  }
  [[nodiscard]] bool any() const { return any_; }

 private:
  template <class T>
  void look_inside(const T*, const Json& in, const std::string& pointer) {
    look<T>(in, pointer);
  }
  template <class T>
  void look_inside(const std::optional<T>*, const Json& in, const std::string& pointer) {
    look<T>(in, pointer);
  }
  template <class T>
  void look_inside(const std::vector<T>*, const Json& in, const std::string& pointer) {
    for (std::size_t i = 0; in.is_array() && i < in.size(); ++i) look<T>(in.at(i), pointer + "/" + std::to_string(i));
  }

  const Origins& origins_;
  Problems& problems_;
  bool any_ = false;
};

/// The variables' map as the list of the API; origins by index beside those by name.
Json listed(const Json& map, const std::string& pointer, Origins& origins) {
  Json list = Json::array();
  for (const auto& [name, value] : map.items()) {
    const Origin origin = origin_of(origins, pointer + "/" + nlohmann::detail::escape(name));
    origins[pointer + "/" + std::to_string(list.size())] = origin;
    Json item = value;
    item["name"] = name;
    list.push_back(std::move(item));
  }
  return list;
}

struct Reference {
  std::size_t begin = 0, end = 0;  ///< of the whole "${…}"
  bool is_file = false;
  std::string name;
};

std::optional<Reference> next_reference(const std::string& text, std::size_t from) {
  for (std::size_t at = text.find("${", from); at != std::string::npos; at = text.find("${", at + 2)) {
    const std::size_t end = text.find('}', at);
    if (end == std::string::npos) return std::nullopt;
    const std::string inside = text.substr(at + 2, end - at - 2);
    if (inside.starts_with("ENV:")) return Reference{at, end + 1, false, inside.substr(4)};
    if (inside.starts_with("FILE:")) return Reference{at, end + 1, true, inside.substr(5)};
  }
  return std::nullopt;
}

Result<std::string> value_in_file(const fs::path& path) {
  std::error_code error;
  std::ifstream in(path, std::ios::binary);
  if (!in || !fs::is_regular_file(path, error)) return fail(ErrorKind::NotFound, "cannot read " + path.string());
  if (fs::file_size(path, error) > kMaxValueBytes)
    return fail(ErrorKind::Invalid, path.string() + " is larger than 64 KiB");
  std::string value{std::istreambuf_iterator<char>(in), {}};
  if (value.ends_with('\n')) value.pop_back();
  return value;
}

void warn_if_open(const fs::path& path, const Origin& at, bool is_protected, Problems& problems) {
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0) return problems.add(at, "cannot read " + path.string());
  if ((about.st_mode & S_IROTH) == 0) return;
  const std::string open = path.string() + " can be read by everybody on this machine (chmod 600)";
  if (is_protected) return problems.add(at, open + ", and the environment is protected");
  problems.warn(at, open);
}

/// Replaces every ${ENV:…} and ${FILE:…} below `in`; those of variables become references to a value kept apart.
class ValueReplacer {
 public:
  ValueReplacer(const Places& places, fs::path directory, Merged& merged, Problems& problems)
      : places_(places), directory_(std::move(directory)), merged_(merged), problems_(problems) {}

  void replace(Json& in, const std::string& pointer) {
    if (in.is_string()) {
      if (const auto replaced = replaced_text(in.get<std::string>(), pointer)) in = *replaced;
      return;
    }
    if (!in.is_structured()) return;
    const bool is_variable = in.is_object() && (pointer.starts_with("/variables/") || pointer.starts_with("/env/"));
    if (is_variable && in.contains("value") && in.at("value").is_string()) return replace_variable(in, pointer);
    if (in.is_object())
      for (auto& [key, value] : in.items()) replace(value, pointer + "/" + nlohmann::detail::escape(key));
    if (in.is_array())
      for (std::size_t i = 0; i < in.size(); ++i) replace(in.at(i), pointer + "/" + std::to_string(i));
  }

 private:
  void replace_variable(Json& in, const std::string& pointer) {
    const auto replaced = replaced_text(in.at("value").get<std::string>(), pointer);
    if (!replaced) return;
    std::string key = pointer.substr(1);
    std::ranges::replace(key, '/', '.');
    merged_.values[std::string(kConfigValues) + "/" + key] = *replaced;
    in = Json{{"valueFrom", {{"secretKeyRef", {{"name", kConfigValues}, {"key", key}}}}}, {"track", "Pinned"}};
  }

  std::optional<std::string> replaced_text(const std::string& text, const std::string& pointer) {
    std::string out;
    std::size_t from = 0;
    while (const auto reference = next_reference(text, from)) {
      out += text.substr(from, reference->begin - from);
      from = reference->end;
      const Origin at = origin_of(merged_.origins, pointer);
      if (reference->is_file) {
        auto value = value_in_file(directory_ / reference->name);
        if (!value) problems_.add(at, value.error().message);
        if (value) out += keep(*value);
      } else {
        const auto value = places_.variable ? places_.variable(reference->name) : std::nullopt;
        if (!value) problems_.add(at, "the environment variable " + reference->name + " is not set");
        if (value) out += keep(*value);
      }
    }
    if (from == 0) return std::nullopt;
    return out + text.substr(from);
  }
  const std::string& keep(const std::string& value) { return merged_.secrets.emplace_back(value); }

  const Places& places_;
  fs::path directory_;
  Merged& merged_;
  Problems& problems_;
};

}  // namespace

/// `path` is the source's directory, relative to the file; beside an explicit source it is a path inside that.
void Configuration::put_source(Merged& merged) const {
  if (!deployments_ || merged.written.contains("source")) return;
  const auto path = merged.written.find("path");
  if (path == merged.written.end() || !path->is_string()) return;
  const fs::path directory = fs::weakly_canonical(deployments_->directory / path->get<std::string>());
  merged.written["source"] = Json{{"directory", {{"path", directory.relative_path().string()}}}};
  merged.origins["/source"] = origin_of(merged.origins, "/path");
  merged.origins.erase("/path");
  merged.written.erase("path");
}

bool Configuration::decode(Merged& merged, Problems& problems) const {
  if (!deployments_) return false;
  put_source(merged);
  Json spec = merged.written;
  ValueReplacer(places_, deployments_->directory, merged, problems).replace(spec, "");
  for (const char* list : {"variables", "env"})
    if (spec.contains(list)) spec[list] = listed(spec.at(list), std::string("/") + list, merged.origins);
  // The block of the type is there even when nothing is said in it.
  const std::string type = spec.value("type", "");
  const std::string block = type == "docker-compose" ? "dockerCompose" : type;
  if (!spec.contains(block)) spec[block] = Json::object();
  for (const auto& [name, path] : merged.secret_files) {
    const bool is_variable = name.starts_with(kSecretFiles);
    const std::string pointer =
        is_variable ? "/variables" + name.substr(kSecretFiles.size()) : std::string("/ansible/vaultPasswordSecretRef");
    warn_if_open(path, origin_of(merged.origins, pointer), merged.door.is_protected, problems);
  }
  MissingFields missing(merged.origins, problems);
  missing.look<api::DeploymentSpec>(spec, "");
  if (problems.has_errors()) return false;
  auto decoded = api::decode_spec(spec);
  const auto tell = [&](const std::string& sentence, bool warning) {
    const std::size_t colon = sentence.find(": ");
    const std::string pointer = pointer_of(sentence.substr(0, colon));
    const std::string text = sentence.starts_with("spec.") ? sentence.substr(5) : sentence;
    if (warning) return problems.warn(origin_of(merged.origins, pointer), text);
    problems.add(origin_of(merged.origins, pointer), text);
  };
  if (!decoded) return tell(decoded.error().message, false), false;
  merged.spec = *std::move(decoded);
  for (const std::string& broken : api::validate(merged.spec)) tell(broken, false);
  for (const std::string& later : api::unsupported(merged.spec)) tell(later, true);
  return !problems.has_errors();
}

}  // namespace deployctl::config
