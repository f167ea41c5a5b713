#include "base/strict_yaml.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "base/yaml_scalar.hpp"

namespace deployctl {
namespace {

/// Leaves the parser, which has no other way to be stopped; caught in parse_yaml.
using BrokenRule = YamlProblem;

YamlMark place(const YAML::Mark& mark) { return {.line = mark.line + 1, .column = mark.column + 1}; }

/// One node as it stands in the text. An alias refers to the event where its anchor's node begins, so that nothing is
/// expanded before it has been counted.
struct Event {
  enum class Kind { Null, Plain, Text, Sequence, Map, End, Alias };
  Kind kind;
  YamlMark mark;
  std::string text = {};
  std::size_t target = 0;  ///< Alias: the anchored event
  std::size_t nodes = 1;   ///< with everything in it expanded
  std::size_t height = 0;  ///< containers below and including this one
  bool is_open = false;
};

/// Writes down what the parser says and checks every limit on the way.
class Recorder final : public YAML::EventHandler {
 public:
  Recorder(std::string_view text, const YamlLimits& limits, std::vector<std::string_view> local_tags)
      : text_(text), limits_(limits), local_tags_(std::move(local_tags)) {}

  std::vector<Event> events;
  std::vector<std::size_t> documents;  ///< where in `events` each begins

  void OnDocumentStart(const YAML::Mark& mark) override {
    const YamlMark line = place(mark);
    if (documents.size() >= limits_.max_documents) {
      throw BrokenRule{line, fmt::format("more than {} documents", limits_.max_documents)};
    }
    // yaml-cpp takes what is left after a complete node as another document, and never gets past a stray "]".
    if (!documents.empty() && !starts_document(mark)) throw BrokenRule{line, "text after the end of the document"};
    documents.push_back(events.size());
  }
  void OnDocumentEnd() override { anchors_.clear(); }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { leaf(mark, anchor, Event::Kind::Null, {}); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    leaf(mark, anchor, scalar_kind(mark, tag), value);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw BrokenRule{place(mark), "alias without an anchor"};
    const Event& target = events[found->second];
    if (target.is_open) throw BrokenRule{place(mark), "alias inside its own anchor"};
    Event alias{Event::Kind::Alias, place(mark)};
    alias.target = found->second;
    alias.nodes = target.nodes;
    alias.height = target.height;
    count(alias);
    events.push_back(std::move(alias));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    start(mark, anchor, Event::Kind::Sequence, tag, "tag:yaml.org,2002:seq");
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    start(mark, anchor, Event::Kind::Map, tag, "tag:yaml.org,2002:map");
  }
  void OnMapEnd() override { end(); }

 private:
  [[nodiscard]] bool starts_document(const YAML::Mark& mark) {
    if (mark.column != 0) return false;
    for (; line_ < mark.line && line_start_ != std::string_view::npos; ++line_) {
      const auto end_of_line = text_.find('\n', line_start_);
      line_start_ = end_of_line == std::string_view::npos ? end_of_line : end_of_line + 1;
    }
    return line_start_ != std::string_view::npos && text_.substr(line_start_).starts_with("---");
  }
  [[nodiscard]] bool is_local(std::string_view tag) const {
    return std::ranges::find(local_tags_, tag) != local_tags_.end();
  }
  [[nodiscard]] Event::Kind scalar_kind(const YAML::Mark& mark, const std::string& tag) const {
    if (tag == "?" || is_local(tag)) return Event::Kind::Plain;
    if (tag == "!" || tag == "tag:yaml.org,2002:str") return Event::Kind::Text;
    for (const std::string_view known : {"null", "bool", "int", "float"}) {
      if (tag == fmt::format("tag:yaml.org,2002:{}", known)) return Event::Kind::Plain;
    }
    throw BrokenRule{place(mark), "a tag other than those of the core schema"};
  }
  void leaf(const YAML::Mark& mark, YAML::anchor_t anchor, Event::Kind kind, const std::string& value) {
    Event event{kind, place(mark), value};
    count(event);
    if (anchor != 0) anchors_[anchor] = events.size();
    events.push_back(std::move(event));
  }
  void start(const YAML::Mark& mark, YAML::anchor_t anchor, Event::Kind kind, const std::string& tag,
             std::string_view own_tag) {
    if (tag != "?" && tag != "!" && tag != own_tag && !is_local(tag)) {
      throw BrokenRule{place(mark), "a tag other than those of the core schema"};
    }
    Event event{kind, place(mark)};
    event.is_open = true;
    event.height = 1;
    count(event);
    if (anchor != 0) anchors_[anchor] = events.size();
    open_.push_back(events.size());
    events.push_back(std::move(event));
  }
  void end() {
    Event& closed = events[open_.back()];
    closed.is_open = false;
    open_.pop_back();
    if (!open_.empty()) {
      Event& parent = events[open_.back()];
      parent.nodes += closed.nodes;
      parent.height = std::max(parent.height, closed.height + 1);
    }
    events.push_back(Event{Event::Kind::End, closed.mark});
  }
  /// Counts a node that is complete or begins; a container hands its own count up when it ends.
  void count(const Event& event) {
    nodes_ += event.nodes;
    if (nodes_ > limits_.max_nodes) throw BrokenRule{event.mark, fmt::format("more than {} values", limits_.max_nodes)};
    if (open_.size() + event.height > limits_.max_depth) {
      throw BrokenRule{event.mark, fmt::format("nested deeper than {}", limits_.max_depth)};
    }
    if (event.is_open || open_.empty()) return;
    Event& parent = events[open_.back()];
    parent.nodes += event.nodes;
    parent.height = std::max(parent.height, event.height + 1);
  }

  std::string_view text_;
  YamlLimits limits_;
  std::vector<std::string_view> local_tags_;
  std::map<YAML::anchor_t, std::size_t> anchors_;
  std::vector<std::size_t> open_;
  std::size_t nodes_ = 0;
  int line_ = 0;
  std::size_t line_start_ = 0;
};

/// Turns the events into values, walking an anchor's events again for each alias.
class Reader {
 public:
  /// `marks`: where the place of everything is written down; null when nobody asks.
  explicit Reader(const std::vector<Event>& events, bool merges, std::map<std::string, YamlMark>* marks = nullptr)
      : events_(events), merges_(merges), marks_(marks) {}

  /// The node that begins at `at`; moves `at` past it.
  Json node(std::size_t& at, const std::string& pointer = {}) const {
    const Event& event = events_[at++];
    switch (event.kind) {
      case Event::Kind::Plain: return plain(event);
      case Event::Kind::Text: return event.text;
      case Event::Kind::Sequence: return sequence(at, pointer);
      case Event::Kind::Map: return map(at, pointer);
      case Event::Kind::Alias: {
        std::size_t target = event.target;
        return node(target, pointer);
      }
      case Event::Kind::Null:
      case Event::Kind::End: break;
    }
    return nullptr;
  }

 private:
  static Json plain(const Event& event) {
    auto value = plain_yaml_scalar(event.text);
    if (!value) throw BrokenRule{event.mark, value.error().message};
    return *std::move(value);
  }
  void mark(const std::string& pointer, const YamlMark& mark) const {
    if (marks_ != nullptr) marks_->try_emplace(pointer, mark);
  }
  [[nodiscard]] std::string below(const std::string& pointer, const std::string& token) const {
    if (marks_ == nullptr) return {};
    return pointer + "/" + nlohmann::detail::escape(token);
  }
  Json sequence(std::size_t& at, const std::string& pointer) const {
    Json::array_t items;
    while (events_[at].kind != Event::Kind::End) {
      const std::string here = below(pointer, std::to_string(items.size()));
      mark(here, events_[at].mark);
      items.push_back(node(at, here));
    }
    ++at;
    return items;
  }
  Json map(std::size_t& at, const std::string& pointer) const {
    Json::object_t members;
    Json::array_t merged;
    while (events_[at].kind != Event::Kind::End) {
      const Event& key = scalar_key(at);
      ++at;
      const std::string here = below(pointer, key.text);
      mark(here, key.mark);
      Json value = node(at, here);
      if (merges_ && key.kind == Event::Kind::Plain && key.text == "<<") {
        if (!merged.empty()) throw BrokenRule{key.mark, "duplicate key \"<<\""};
        merged = merge_sources(std::move(value), key.mark);
      } else if (!members.try_emplace(key.text, std::move(value)).second) {
        throw BrokenRule{key.mark, fmt::format("duplicate key \"{}\"", cut(one_line(key.text), 128))};
      }
    }
    ++at;
    for (Json& source : merged) members.merge(source.get_ref<Json::object_t&>());
    return members;
  }
  /// What a map says itself wins over what it merges, and an earlier source over a later one.
  static Json::array_t merge_sources(Json value, YamlMark line) {
    Json::array_t sources;
    if (value.is_array()) {
      sources = std::move(value.get_ref<Json::array_t&>());
    } else {
      sources.push_back(std::move(value));
    }
    const bool all_maps = std::ranges::all_of(sources, [](const Json& source) { return source.is_object(); });
    if (!all_maps) throw BrokenRule{line, "\"<<\" merges something that is not a map"};
    return sources;
  }
  [[nodiscard]] const Event& scalar_key(std::size_t at) const {
    const Event& event = events_[at].kind == Event::Kind::Alias ? events_[events_[at].target] : events_[at];
    if (event.kind == Event::Kind::Plain || event.kind == Event::Kind::Text) return event;
    throw BrokenRule{events_[at].mark,
                     event.kind == Event::Kind::Null ? "a key without text" : "a key that is not text"};
  }

  const std::vector<Event>& events_;
  bool merges_;
  std::map<std::string, YamlMark>* marks_;
};

/// yaml-cpp ends its input at a 0x04 and guesses UTF-16 from NUL bytes; YAML allows none of these characters.
std::optional<YamlProblem> unreadable_character(std::string_view text) {
  const auto is_bad = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == 0x7F || (byte < 0x20 && c != '\n' && c != '\r' && c != '\t');
  };
  const auto bad = std::ranges::find_if(text, is_bad);
  if (bad == text.end()) return std::nullopt;
  const auto at = static_cast<std::size_t>(bad - text.begin());
  const auto line = 1 + std::count(text.begin(), bad, '\n');
  const std::size_t start = text.substr(0, at).rfind('\n') + 1;  // npos + 1 is the beginning
  return YamlProblem{{static_cast<int>(line), static_cast<int>(at - start) + 1}, "a control character"};
}

std::expected<Recorder, YamlProblem> record(std::string_view text, const YamlLimits& limits,
                                            const YamlDialect& dialect) {
  if (auto problem = unreadable_character(text)) return std::unexpected(*std::move(problem));
  std::istringstream stream{std::string(text)};
  Recorder recorder(text, limits, dialect.local_tags);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(recorder)) {
    }
    return recorder;
  } catch (const BrokenRule& broken) {
    return std::unexpected(broken);
  } catch (const YAML::Exception& error) {
    return std::unexpected(YamlProblem{place(error.mark), one_line(error.msg)});
  }
}

Error refusal(const YamlProblem& problem) {
  return fail(ErrorKind::Invalid, fmt::format("invalid YAML: line {}: {}", problem.mark.line, problem.rule));
}

}  // namespace

Result<std::vector<Json>> parse_yaml(std::string_view text, const YamlLimits& limits, const YamlDialect& dialect) {
  if (text.size() > limits.max_bytes) {
    return fail(ErrorKind::Invalid, fmt::format("YAML of {} bytes is larger than {}", text.size(), limits.max_bytes));
  }
  if (valid_utf8(text) != text) return fail(ErrorKind::Invalid, "invalid YAML: not UTF-8");
  const auto recorded = record(text, limits, dialect);
  if (!recorded) return refusal(recorded.error());
  std::vector<Json> values;
  const Reader reader(recorded->events, dialect.merges);
  try {
    for (std::size_t at : recorded->documents) {
      Json value = reader.node(at);
      if (!value.is_null()) values.push_back(std::move(value));
    }
  } catch (const BrokenRule& broken) {
    return refusal(broken);
  }
  return values;
}

std::expected<MarkedYaml, YamlProblem> parse_marked_yaml(std::string_view text, const YamlLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return std::unexpected(YamlProblem{{}, fmt::format("{} bytes, more than {}", text.size(), limits.max_bytes)});
  }
  if (valid_utf8(text) != text) return std::unexpected(YamlProblem{{}, "not UTF-8"});
  const auto recorded = record(text, limits, {});
  if (!recorded) return std::unexpected(recorded.error());
  if (recorded->documents.size() > 1) {
    const YamlMark second = recorded->events[recorded->documents[1]].mark;
    return std::unexpected(YamlProblem{second, "a second document; one file holds one"});
  }
  MarkedYaml marked;
  const Reader reader(recorded->events, true, &marked.marks);
  try {
    for (std::size_t at : recorded->documents) marked.value = reader.node(at);
  } catch (const BrokenRule& broken) {
    return std::unexpected(broken);
  }
  return marked;
}

}  // namespace deployctl
