#include "base/strict_json.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace deployctl {
namespace {

/// Reads bytes and remembers how far it came, so that a rule broken in the middle can name its line.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, const char** reached) : at_(at), reached_(reached) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    *reached_ = at_;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }

 private:
  const char* at_;
  const char** reached_;
};

/// Builds the tree and stops at the first rule that is broken.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(const JsonLimits& limits) : limits_(limits) {}

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t& text) override {
    // An integer that fits nowhere arrives as a float that silently lost digits.
    const bool is_integer = text.find_first_of(".eE") == string_t::npos;
    return is_integer || !std::isfinite(value) ? refuse("number out of range") : add(value);
  }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return refuse("binary value"); }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    auto [member, is_new] = open_.back()->get_ref<Json::object_t&>().try_emplace(name);
    if (!is_new) return refuse(fmt::format("duplicate key \"{}\"", cut(one_line(name), 128)));
    member_ = &member->second;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) override {
    if (!broken_rule.empty()) return false;
    broken_rule = error.id == 406 ? "number out of range" : syntax_error(error.what());
    return false;
  }

  Json root;
  std::string broken_rule;

 private:
  bool refuse(std::string rule) {
    broken_rule = std::move(rule);
    return false;
  }
  Json* place(Json value) {
    if (open_.empty()) {
      root = std::move(value);
      return &root;
    }
    Json& parent = *open_.back();
    if (parent.is_object()) {
      *member_ = std::move(value);
      return member_;
    }
    auto& items = parent.get_ref<Json::array_t&>();
    return &items.emplace_back(std::move(value));
  }
  bool add(Json value) {
    if (++nodes_ > limits_.max_nodes) return refuse(fmt::format("more than {} values", limits_.max_nodes));
    place(std::move(value));
    return true;
  }
  bool open(Json container) {
    if (open_.size() >= limits_.max_depth) return refuse(fmt::format("nested deeper than {}", limits_.max_depth));
    if (++nodes_ > limits_.max_nodes) return refuse(fmt::format("more than {} values", limits_.max_nodes));
    open_.push_back(place(std::move(container)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }
  /// The library's sentence without its prefix and without the text that it read (which may be a secret).
  static std::string syntax_error(std::string_view message) {
    if (const auto prefix = message.find("] "); prefix != std::string_view::npos) message.remove_prefix(prefix + 2);
    if (const auto colon = message.find(": "); colon != std::string_view::npos) message.remove_prefix(colon + 2);
    return one_line(message.substr(0, message.find("; last read")));
  }

  JsonLimits limits_;
  std::vector<Json*> open_;
  Json* member_ = nullptr;
  std::size_t nodes_ = 0;
};

}  // namespace

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return fail(ErrorKind::Invalid, fmt::format("JSON of {} bytes is larger than {}", text.size(), limits.max_bytes));
  }
  const char* const begin = std::to_address(text.begin());
  const char* const end = std::to_address(text.end());
  const char* reached = begin;
  Builder builder(limits);
  if (Json::sax_parse(CountingIterator(begin, &reached), CountingIterator(end, &reached), &builder)) {
    return std::move(builder.root);
  }
  const auto line = 1 + std::count(begin, reached, '\n');
  return fail(ErrorKind::Invalid, fmt::format("invalid JSON: line {}: {}", line, builder.broken_rule));
}

std::string dump_json(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace deployctl
