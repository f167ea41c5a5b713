#include "base/strict_yaml.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/parser.h>
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cmath>
#include <map>
#include <set>
#include <sstream>

#include "base/text.hpp"

namespace deployctl {
namespace {

/// A rule of ours was broken; caught at this file's edge, because yaml-cpp's event handler has no way to stop.
struct Broken {
  std::string message;
};

/// YAML 1.2's core schema (chapter 10.3), which is also what kubectl's reader accepts for plain scalars of JSON-like
/// types.
Json plain_scalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  const char* const begin = text.data() + (text.front() == '+' ? 1 : 0);
  const char* const end = text.data() + text.size();
  const auto whole = [&](auto value, const char* from, int base) -> std::optional<Json> {
    const auto [stopped, error] = std::from_chars(from, end, value, base);
    if (error == std::errc() && stopped == end) return Json(value);
    return std::nullopt;
  };
  if (text.starts_with("0x")) return whole(std::uint64_t{0}, begin + 2, 16).value_or(Json(text));
  if (text.starts_with("0o")) return whole(std::uint64_t{0}, begin + 2, 8).value_or(Json(text));
  if (auto number = whole(std::int64_t{0}, begin, 10)) return *number;
  if (auto number = whole(std::uint64_t{0}, begin, 10)) return *number;
  const std::size_t first = text.find_first_not_of("+-");
  if (first == std::string::npos || text.find_first_not_of("0123456789.eE+-") != std::string::npos) return text;
  double value = 0;
  const auto [stopped, error] = std::from_chars(begin, end, value);
  if (error == std::errc() && stopped == end && std::isfinite(value)) return value;
  if (error == std::errc::result_out_of_range && stopped == end)
    throw Broken{"number " + cut(text, 64) + " is out of range"};
  return text;
}

/// Builds JSON from events, so that an alias costs what it stands for before it is expanded.
class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(const YamlLimits& limits) : limits_(limits) {}
  [[nodiscard]] std::vector<Json>& documents() { return documents_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++seen_ > limits_.max_documents)
      refuse(mark, "more than " + std::to_string(limits_.max_documents) + " documents");
    root_ = nullptr;
    anchors_.clear();
  }
  void OnDocumentEnd() override {
    if (!root_.is_null()) documents_.push_back(std::move(root_));
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { value(mark, nullptr, anchor, 1); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    // "!" marks a quoted scalar, "?" a plain one.
    if (tag == "?" || tag.empty()) return value(mark, key_next() ? Json(text) : plain_scalar(text), anchor, 1);
    if (tag == "!" || tag == "tag:yaml.org,2002:str") return value(mark, text, anchor, 1);
    refuse(mark, "tag " + cut(one_line(tag), 64) + " is not supported");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) refuse(mark, "an alias stands inside what it names");
    count(mark, found->second.nodes);
    if (open_.size() + found->second.depth > limits_.max_depth) too_deep(mark);
    value(mark, found->second.value, YAML::NullAnchor, 0);
    if (!open_.empty()) open_.back().depth = std::max(open_.back().depth, found->second.depth + 1);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, Json::array(), anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, Json::object(), anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    Json value;
    YAML::anchor_t anchor;
    YAML::Mark mark;
    std::size_t nodes_before;
    std::size_t depth = 1;
    std::optional<std::string> key;
  };
  struct Anchored {
    Json value;
    std::size_t nodes;
    std::size_t depth;
  };

  [[noreturn]] static void refuse(const YAML::Mark& mark, const std::string& rule) {
    throw Broken{"line " + std::to_string(mark.line + 1) + ": " + rule};
  }
  [[noreturn]] void too_deep(const YAML::Mark& mark) const {
    refuse(mark, "nested deeper than " + std::to_string(limits_.max_depth));
  }
  void count(const YAML::Mark& mark, std::size_t nodes) {
    nodes_ += nodes;
    if (nodes_ > limits_.max_nodes)
      refuse(mark, "more than " + std::to_string(limits_.max_nodes) + " values, aliases expanded");
  }
  [[nodiscard]] bool key_next() const { return !open_.empty() && open_.back().value.is_object() && !open_.back().key; }

  void value(const YAML::Mark& mark, Json given, YAML::anchor_t anchor, std::size_t nodes) {
    count(mark, nodes);
    if (anchor != YAML::NullAnchor) anchors_[anchor] = {given, 1, 1};
    place(mark, std::move(given));
  }

  void place(const YAML::Mark& mark, Json given) {
    if (open_.empty()) {
      root_ = std::move(given);
      return;
    }
    Open& parent = open_.back();
    if (parent.value.is_array()) {
      parent.value.push_back(std::move(given));
    } else if (!parent.key) {
      if (!given.is_string()) refuse(mark, "a key must be text");
      parent.key = given.get<std::string>();
      if (parent.value.contains(*parent.key)) refuse(mark, "duplicate key \"" + cut(one_line(*parent.key), 64) + "\"");
    } else {
      parent.value[*parent.key] = std::move(given);
      parent.key.reset();
    }
  }

  void open(const YAML::Mark& mark, Json container, YAML::anchor_t anchor) {
    if (open_.size() >= limits_.max_depth) too_deep(mark);
    count(mark, 1);
    if (key_next()) refuse(mark, "a key must be text");
    open_.push_back({.value = std::move(container), .anchor = anchor, .mark = mark, .nodes_before = nodes_ - 1});
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    if (done.anchor != YAML::NullAnchor) anchors_[done.anchor] = {done.value, nodes_ - done.nodes_before, done.depth};
    if (!open_.empty()) open_.back().depth = std::max(open_.back().depth, done.depth + 1);
    place(done.mark, std::move(done.value));
  }

  const YamlLimits& limits_;
  std::vector<Json> documents_;
  Json root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  std::size_t nodes_ = 0;
  std::size_t seen_ = 0;
};

void emit(YAML::Emitter& out, const Json& value) {
  if (value.is_object()) {
    out << (value.empty() ? YAML::Flow : YAML::Block) << YAML::BeginMap;
    for (const auto& [key, member] : value.items()) {
      out << YAML::Key << YAML::DoubleQuoted << valid_utf8(key) << YAML::Value;
      emit(out, member);
    }
    out << YAML::EndMap;
  } else if (value.is_array()) {
    out << (value.empty() ? YAML::Flow : YAML::Block) << YAML::BeginSeq;
    for (const Json& member : value) emit(out, member);
    out << YAML::EndSeq;
  } else if (value.is_string()) {
    out << YAML::DoubleQuoted << valid_utf8(value.get<std::string>());
  } else {
    out << dump_json(value);
  }
}

}  // namespace

Result<std::vector<Json>> parse_yaml(std::string_view text, const YamlLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return fail(ErrorKind::Invalid,
                "YAML of " + std::to_string(text.size()) + " bytes is larger than " + std::to_string(limits.max_bytes));
  }
  Builder builder(limits);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Broken& broken) {
    return fail(ErrorKind::Invalid, "invalid YAML: " + broken.message);
  } catch (const YAML::Exception& error) {
    return fail(ErrorKind::Invalid,
                "invalid YAML: line " + std::to_string(error.mark.line + 1) + ": " + cut(one_line(error.msg), 200));
  }
  return std::move(builder.documents());
}

std::string dump_yaml(const Json& value) {
  YAML::Emitter out;
  emit(out, value);
  return std::string(out.c_str()) + "\n";
}

}  // namespace deployctl
