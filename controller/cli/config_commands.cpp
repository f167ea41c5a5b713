// `config validate` and `config view`: the files, before anything is done with them.

#include <algorithm>
#include <ostream>

#include "api/spec_fields.hpp"
#include "api/spec_writer.hpp"
#include "base/strict_yaml.hpp"
#include "cli/commands.hpp"

namespace deployctl::cli {
namespace {

/// Defaults people ask about: of the fields an environment may set for all its apps.
Json built_in() {
  const api::SpecWriter writer(api::Form::People);
  const auto whole = [&]<class T>(const T& value) {
    Json out = Json::object();
    api::Fields<T>::visit([&](std::string_view name, auto member, const api::FieldRules&) {
      Json written = writer.write(value.*member);
      if (!written.is_null()) out[std::string(name)] = std::move(written);
    });
    return out;
  };
  const api::DeploymentSpec spec;
  return {{"rollback", whole(spec.rollback)},
          {"retry", whole(spec.retry)},
          {"timeout", writer.write(spec.timeout)},
          {"interval", writer.write(spec.interval)},
          {"historyLimit", writer.write(spec.history_limit)}};
}

constexpr std::string_view kBuiltIn = "built-in";

void add_defaults(Json& spec, config::Origins& origins, const Json& defaults, const std::string& pointer) {
  for (const auto& [key, value] : defaults.items()) {
    const std::string here = pointer + "/" + key;
    if (value.is_object()) {
      add_defaults(spec[key], origins, value, here);
    } else if (!spec.contains(key)) {
      spec[key] = value;
      origins[here] = {std::string(kBuiltIn), {}};
    }
  }
}

std::string words(const config::Origin& origin) { return origin.file == kBuiltIn ? origin.file : origin.str(); }

/// YAML with the origin of every value behind it.
class AnnotatedYaml {
 public:
  AnnotatedYaml(std::ostream& out, const config::Origins& origins) : out_(out), origins_(origins) {}

  void write(const Json& value, const std::string& pointer, std::size_t indent) {
    if (value.is_object()) {
      for (const auto& [key, each] : value.items())
        line(std::string(indent, ' ') + key + ":", each, pointer + "/" + nlohmann::detail::escape(key), indent + 2);
    } else {
      for (std::size_t i = 0; i < value.size(); ++i)
        line(std::string(indent, ' ') + "-", value.at(i), pointer + "/" + std::to_string(i), indent + 2);
    }
  }

 private:
  void line(std::string begin, const Json& value, const std::string& pointer, std::size_t indent) {
    if (value.is_structured() && !value.empty()) {
      out_ << begin << '\n';
      return write(value, pointer, indent);
    }
    std::string scalar = dump_yaml(value);
    scalar.pop_back();
    begin += " " + scalar;
    constexpr std::size_t kColumn = 44;
    begin.resize(std::max(kColumn, begin.size()), ' ');
    out_ << begin << "  # " << words(config::origin_of(origins_, pointer)) << '\n';
  }

  std::ostream& out_;
  const config::Origins& origins_;
};

}  // namespace

Task<int> config_validate(Context& context) {
  config::Problems problems;
  const config::Configuration configuration(places(context.flags), problems);
  const auto apps = configuration.apps();
  auto environments = configuration.environments();
  if (environments.empty()) environments.emplace_back("default");
  for (const std::string& app : apps)
    for (const std::string& environment : environments) {
      config::Problems found;
      static_cast<void>(configuration.merged(app, environment, std::nullopt, found));
      for (const config::Problem& problem : found.sorted())
        problem.is_warning ? problems.warn(problem.at, problem.message) : problems.add(problem.at, problem.message);
    }
  if (tell(context, problems)) co_return kUsage;
  context.out << configuration.file() << ": " << apps.size() << (apps.size() == 1 ? " app" : " apps") << " fine\n";
  co_return kOk;
}

Task<int> config_view(Context& context) {
  config::Problems problems;
  const config::Configuration configuration(places(context.flags), problems);
  if (tell(context, problems)) co_return kUsage;
  int code = kOk;
  auto merged = chosen(context, configuration, code);
  if (!merged) co_return code;
  add_defaults(merged->written, merged->origins, built_in(), "");
  if (context.flags.output == "json") {
    Json origins = Json::object();
    for (const auto& [pointer, origin] : merged->origins)
      if (!pointer.empty() && merged->written.contains(Json::json_pointer(pointer))) origins[pointer] = words(origin);
    context.out << Json{{"app", merged->app},
                        {"environment", merged->environment},
                        {"spec", merged->written},
                        {"origins", std::move(origins)}}
                       .dump(2, ' ', false, Json::error_handler_t::replace)
                << '\n';
  } else {
    AnnotatedYaml(context.out, merged->origins).write(merged->written, "", 0);
  }
  co_return kOk;
}

}  // namespace deployctl::cli
