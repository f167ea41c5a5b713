#pragma once

// Every way to change one thing in a value of the table of fields: each scalar to another one, each optional set and
// unset, each list and map made longer. Walks the table, so that a new field is covered without being named here.

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/spec_fields.hpp"
#include "api/words.hpp"

namespace deployctl::api {

template <class T>
struct Mutation {
  std::string path;
  bool credential = false;  ///< in or below a reference to credentials
  T value;
};

inline std::vector<Mutation<std::string>> mutations_of(const std::string& value) { return {{"", false, value + "x"}}; }
inline std::vector<Mutation<bool>> mutations_of(bool value) { return {{"", false, !value}}; }
inline std::vector<Mutation<std::int64_t>> mutations_of(std::int64_t value) { return {{"", false, value + 1}}; }
inline std::vector<Mutation<Duration>> mutations_of(Duration value) {
  return {{"", false, value + std::chrono::milliseconds(1)}};
}
inline std::vector<Mutation<Require>> mutations_of(Require value) {
  return {{"", false, {Require::Kind::Any, 0}}, {"", false, {Require::Kind::Count, value.count + 1}}};
}
inline std::vector<Mutation<CommandCheck>> mutations_of(CommandCheck value) {
  value.command.emplace_back("more");
  return {{"", false, value}};
}
inline std::vector<Mutation<std::map<std::string, std::string>>> mutations_of(
    std::map<std::string, std::string> value) {
  std::vector<Mutation<std::map<std::string, std::string>>> out;
  for (const auto& [key, text] : value) {
    auto changed = value;
    changed[key] = text + "x";
    out.push_back({"[" + key + "]", false, changed});
  }
  value["another"] = "";
  out.push_back({"[another]", false, value});
  return out;
}
template <Worded Enum>
std::vector<Mutation<Enum>> mutations_of(Enum value) {
  std::vector<Mutation<Enum>> out;
  for (const auto& [other, word] : Words<Enum>::list) {
    if (other != value) out.push_back({"=" + std::string(word), false, other});
  }
  return out;
}
template <Described T>
std::vector<Mutation<T>> mutations_of(const T& value);

template <class T>
std::vector<Mutation<std::optional<T>>> mutations_of(const std::optional<T>& value) {
  if (!value) return {{"=set", false, std::optional<T>(T{})}};
  std::vector<Mutation<std::optional<T>>> out = {{"=unset", false, std::nullopt}};
  for (auto& [path, credential, changed] : mutations_of(*value)) out.push_back({path, credential, std::move(changed)});
  return out;
}
template <class T>
std::vector<Mutation<std::vector<T>>> mutations_of(const std::vector<T>& value) {
  std::vector<Mutation<std::vector<T>>> out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    for (auto& [path, credential, changed] : mutations_of(value[i])) {
      auto list = value;
      list[i] = std::move(changed);
      out.push_back({"[" + std::to_string(i) + "]" + path, credential, std::move(list)});
    }
  }
  auto longer = value;
  longer.push_back(T{});
  out.push_back({"[+]", false, std::move(longer)});
  return out;
}
template <Described T>
std::vector<Mutation<T>> mutations_of(const T& value) {
  std::vector<Mutation<T>> out;
  Fields<T>::visit([&](std::string_view name, auto member, const FieldRules& rules) {
    for (auto& [path, credential, changed] : mutations_of(value.*member)) {
      T copy = value;
      copy.*member = std::move(changed);
      out.push_back({"." + std::string(name) + path, credential || rules.credential, std::move(copy)});
    }
  });
  return out;
}

}  // namespace deployctl::api
