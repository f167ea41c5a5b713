#pragma once

// Reads one map of the files into a layer: names in snake_case as people write them, checked against the one table of
// the API (api/fields.hpp). Goes on after a mistake, so that all are told. Lives while one file is read.

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "api/spec_fields.hpp"
#include "api/spec_reader.hpp"
#include "config/layer.hpp"

namespace deployctl::config {

/// "hostIP" is "host_ip".
std::string snake_case(std::string_view name);

/// A place in the file that is read, and the place in the spec it is read into; both JSON pointers.
struct Spot {
  std::string from;
  std::string to;
  [[nodiscard]] Spot below(const std::string& key, const std::string& name) const {
    return {from + "/" + nlohmann::detail::escape(key), to + "/" + nlohmann::detail::escape(name)};
  }
};

class Reader {
 public:
  Reader(std::string file, const std::map<std::string, YamlMark>& marks, Layer& layer, Problems& problems)
      : file_(std::move(file)), marks_(marks), layer_(layer), problems_(problems) {}

  [[nodiscard]] Origin at(const std::string& from) const;
  void problem(const std::string& from, std::string message) { problems_.add(at(from), std::move(message)); }
  void unknown(const std::string& from, std::string_view key, const std::vector<std::string>& known);
  void came_from(const Spot& spot) { layer_.origins.insert_or_assign(spot.to, at(spot.from)); }
  [[nodiscard]] Layer& layer() { return layer_; }

  /// The keys T has, as people write them.
  template <api::Described T>
  static std::vector<std::string> keys() {
    std::vector<std::string> names;
    api::Fields<T>::visit([&](std::string_view name, auto, const auto&) { names.push_back(snake_case(name)); });
    return names;
  }

  template <api::Described T>
  Json object(const Json& in, const Spot& spot) {
    Json out = Json::object();
    if (!is_map(in, spot.from)) return out;
    for (const auto& [key, value] : in.items()) {
      if (!member<T>(key, value, spot, out)) unknown(spot.below(key, key).from, key, keys<T>());
    }
    return out;
  }
  /// False when T has no such key.
  template <api::Described T>
  bool member(const std::string& key, const Json& in, const Spot& spot, Json& out) {
    bool found = false;
    api::Fields<T>::visit([&](std::string_view name, auto pointer, const api::FieldRules& rules) {
      if (snake_case(name) != key) return;
      found = true;
      if (in.is_null()) return;
      const Spot here = spot.below(key, std::string(name));
      came_from(here);
      using Member = std::remove_cvref_t<decltype(std::declval<T&>().*pointer)>;
      out[std::string(name)] = rules.inside.empty() ? value<Member>(in, here) : inside<Member>(in, rules.inside, here);
    });
    return found;
  }
  bool is_map(const Json& in, const std::string& from);

 private:
  template <class T>
  struct Unwrapped {
    using Item = T;
    static constexpr bool is_list = false;
  };
  template <class T>
  struct Unwrapped<std::optional<T>> : Unwrapped<T> {};
  template <class T>
  struct Unwrapped<std::vector<T>> {
    using Item = T;
    static constexpr bool is_list = api::Described<T>;
  };

  template <class T>
  Json value(const Json& in, const Spot& spot) {
    using Item = Unwrapped<T>::Item;
    if constexpr (Unwrapped<T>::is_list) {
      return list<Item>(in, spot);
    } else if constexpr (api::Described<Item>) {
      return object<Item>(in, spot);
    } else {
      T parsed{};
      api::SpecReader leaf;
      if (!leaf.read(in, parsed, "")) problem(spot.from, leaf_problem(leaf.problem()));
      return in;
    }
  }
  template <class Item>
  Json list(const Json& in, const Spot& spot) {
    Json out = Json::array();
    if (!in.is_array()) {
      problem(spot.from, "expected a list");
      return out;
    }
    for (std::size_t i = 0; i < in.size(); ++i) {
      const Spot here = spot.below(std::to_string(i), std::to_string(i));
      came_from(here);
      out.push_back(object<Item>(in.at(i), here));
    }
    return out;
  }
  template <class Member>
  Json inside(const Json& in, std::string_view name, const Spot& spot) {
    Json out = Json::object();
    if (!is_map(in, spot.from)) return out;
    for (const auto& [key, each] : in.items()) {
      const Spot here = spot.below(key, std::string(name));
      if (key == snake_case(name)) {
        came_from(here);
        out[std::string(name)] = value<Member>(each, here);
      } else {
        unknown(here.from, key, {snake_case(name)});
      }
    }
    return out;
  }
  static std::string leaf_problem(const std::string& problem);

  std::string file_;
  const std::map<std::string, YamlMark>& marks_;
  Layer& layer_;
  Problems& problems_;
};

/// The part of an app, or of its section for one environment: every spec field, the fields of the block of its type
/// directly, and the short forms (env_vars, health_check, port…). Keys in `handled` were read by the caller.
void read_app(Reader& reader, const Json& in, const std::string& from, api::Type type,
              const std::vector<std::string>& handled);

/// What an environment says for every app in it; `protected` and `cluster` were read by the caller.
void read_environment(Reader& reader, const Json& in, const std::string& from, api::Type type,
                      const std::vector<std::string>& handled);

/// The name of the Secret that stands for files with secret values, and for values of ${ENV:…} and ${FILE:…}.
inline constexpr std::string_view kSecretFiles = "secret-files";
inline constexpr std::string_view kConfigValues = "config-values";
/// For ansible's vault: its one key is "password".
inline constexpr std::string_view kVaultPassword = "vault-password";

}  // namespace deployctl::config
