#include "base/strict_json.hpp"

#include <set>
#include <vector>

#include "base/text.hpp"

namespace deployctl {
namespace {

constexpr std::size_t kShownKey = 64;

/// Builds the tree while it counts: nothing larger or deeper than the limits is ever made.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(const JsonLimits& limits) : limits_(limits) {}

  [[nodiscard]] const std::string& problem() const { return problem_; }
  Json take() { return std::move(root_); }

  bool null() override { return value(nullptr); }
  bool boolean(bool given) override { return value(given); }
  bool number_integer(number_integer_t given) override { return value(given); }
  bool number_unsigned(number_unsigned_t given) override { return value(given); }
  bool number_float(number_float_t given, const string_t&) override { return value(given); }
  bool string(string_t& given) override { return value(std::move(given)); }
  bool binary(binary_t&) override { return refuse("binary values are not JSON"); }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& given) override {
    if (!keys_.back().insert(given).second) {
      return refuse("duplicate key \"" + cut(one_line(given), kShownKey) + "\"");
    }
    key_ = std::move(given);
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) override {
    if (!problem_.empty()) return false;
    // "[json.exception.parse_error.101] parse error at line 1, column 2: …"; out_of_range for numbers beyond a double.
    const std::string text = error.what();
    const std::size_t start = text.find("] ");
    return refuse("at byte " + std::to_string(position) + ": " +
                  cut(one_line(start == std::string::npos ? text : text.substr(start + 2)), 200));
  }

 private:
  bool refuse(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }

  Json* place(Json given) {
    if (++nodes_ > limits_.max_nodes) {
      refuse("more than " + std::to_string(limits_.max_nodes) + " values");
      return nullptr;
    }
    if (open_.empty()) return &(root_ = std::move(given));
    Json& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(given));
      return &parent.back();
    }
    return &(parent[key_] = std::move(given));
  }
  bool value(Json given) { return place(std::move(given)) != nullptr; }

  bool open(Json container) {
    if (open_.size() >= limits_.max_depth) return refuse("nested deeper than " + std::to_string(limits_.max_depth));
    Json* placed = place(std::move(container));
    if (placed == nullptr) return false;
    open_.push_back(placed);
    keys_.emplace_back();
    return true;
  }
  bool close() {
    open_.pop_back();
    keys_.pop_back();
    return true;
  }

  const JsonLimits& limits_;
  Json root_;
  std::vector<Json*> open_;
  std::vector<std::set<std::string>> keys_;
  std::string key_;
  std::size_t nodes_ = 0;
  std::string problem_;
};

}  // namespace

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return fail(ErrorKind::Invalid,
                "JSON of " + std::to_string(text.size()) + " bytes is larger than " + std::to_string(limits.max_bytes));
  }
  Builder builder(limits);
  if (!Json::sax_parse(text.begin(), text.end(), &builder))
    return fail(ErrorKind::Invalid, "invalid JSON: " + builder.problem());
  return builder.take();
}

std::string dump_json(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace deployctl
