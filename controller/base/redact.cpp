#include "base/redact.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <queue>
#include <set>
#include <unordered_map>

#include "base/sha256.hpp"
#include "base/strict_json.hpp"

namespace deployctl {
namespace {

/// How many Resolves of an object keep their values hidden: the newest and the two before.
constexpr std::size_t kGenerations = 3;

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '~';
}

std::string url_encoded(std::string_view value, std::string_view digits, bool plus) {
  std::string out;
  for (const char c : value) {
    if (is_unreserved(c)) {
      out += c;
    } else if (plus && c == ' ') {
      out += '+';
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
  }
  return out;
}

std::string escaped(std::string_view value, bool ascii) {
  const std::string quoted = Json(value).dump(-1, ' ', ascii, Json::error_handler_t::replace);
  return quoted.substr(1, quoted.size() - 2);
}

/// The characters of a base64 text that depend on the value alone when `before` unknown bytes stand in front of it.
std::string base64_core(std::string_view value, std::size_t before) {
  const std::string encoded = base64_encode(std::string(before, 'x') + std::string(value));
  const std::size_t first = (before * 8 + 5) / 6;
  const std::size_t last = (before + value.size()) * 8 / 6;
  return last > first ? encoded.substr(first, last - first) : std::string();
}

void add_forms(std::string_view value, std::set<std::string>& forms) {
  if (value.size() < kShortestSecret) return;
  forms.insert(std::string(value));
  forms.insert(base64_encode(value));
  for (std::size_t before = 0; before < 3; ++before) {
    std::string core = base64_core(value, before);
    if (core.size() < kShortestSecret + 2) continue;
    forms.insert(core);
    std::ranges::replace(core, '+', '-');
    std::ranges::replace(core, '/', '_');
    forms.insert(core);
  }
  for (const std::string_view digits : {"0123456789ABCDEF", "0123456789abcdef"}) {
    for (const bool plus : {false, true}) forms.insert(url_encoded(value, digits, plus));
  }
  const std::string once = escaped(value, false);
  forms.insert(once);
  forms.insert(escaped(value, true));
  forms.insert(escaped(once, false));
}

void add_value(const std::string& value, std::set<std::string>& forms) {
  add_forms(value, forms);
  for (std::size_t at = 0; at <= value.size();) {
    const std::size_t end = std::min(value.find('\n', at), value.size());
    std::string_view line = std::string_view(value).substr(at, end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    add_forms(line, forms);
    at = end + 1;
  }
}

/// Aho and Corasick's automaton (CACM 18, 1975): all matches of a fixed set of words in one pass over the text.
class Automaton {
 public:
  explicit Automaton(const std::set<std::string>& words) {
    nodes_.emplace_back();
    for (const std::string& word : words) insert(word);
    link();
  }

  /// The union of all matches is replaced, so that overlapping forms leave nothing of each other behind.
  [[nodiscard]] std::string redact(std::string_view text) const {
    if (nodes_.size() == 1) return std::string(text);
    std::string out;
    std::size_t copied = 0;
    std::deque<std::pair<std::size_t, std::size_t>> spans;
    std::size_t node = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
      node = step(node, static_cast<unsigned char>(text[at]));
      const std::size_t length = nodes_[node].longest;
      if (length == 0) continue;
      std::size_t begin = at + 1 - length;
      while (!spans.empty() && spans.back().second >= begin) {
        begin = std::min(begin, spans.back().first);
        spans.pop_back();
      }
      spans.emplace_back(begin, at + 1);
    }
    for (const auto& [begin, end] : spans) {
      out.append(text, copied, begin - copied).append(kRedacted);
      copied = end;
    }
    return out.append(text.substr(copied));
  }

 private:
  struct Node {
    std::unordered_map<unsigned char, std::size_t> next;
    std::size_t fallback = 0;
    std::size_t longest = 0;  ///< length of the longest word that ends here
  };

  void insert(const std::string& word) {
    std::size_t node = 0;
    for (const char c : word) {
      const auto byte = static_cast<unsigned char>(c);
      const auto found = nodes_[node].next.find(byte);
      if (found != nodes_[node].next.end()) {
        node = found->second;
      } else {
        nodes_[node].next.emplace(byte, nodes_.size());
        node = nodes_.size();
        nodes_.emplace_back();
      }
    }
    nodes_[node].longest = word.size();
  }

  void link() {
    std::queue<std::size_t> queue;
    for (const auto& [byte, child] : nodes_[0].next) queue.push(child);
    while (!queue.empty()) {
      const std::size_t node = queue.front();
      queue.pop();
      for (const auto& [byte, child] : nodes_[node].next) {
        nodes_[child].fallback = step(nodes_[node].fallback, byte);
        nodes_[child].longest = std::max(nodes_[child].longest, nodes_[nodes_[child].fallback].longest);
        queue.push(child);
      }
    }
  }

  [[nodiscard]] std::size_t step(std::size_t node, unsigned char byte) const {
    while (true) {
      const auto found = nodes_[node].next.find(byte);
      if (found != nodes_[node].next.end()) return found->second;
      if (node == 0) return 0;
      node = nodes_[node].fallback;
    }
  }

  std::vector<Node> nodes_;
};

}  // namespace

struct SecretSet::State {
  std::map<ObjectKey, std::deque<std::vector<std::string>>> values;
  mutable std::unique_ptr<Automaton> automaton;  // built when first needed after a change
};

SecretSet::SecretSet() : state_(std::make_unique<State>()) {}
SecretSet::~SecretSet() = default;

void SecretSet::replace(const ObjectKey& key, std::vector<std::string> values) {
  std::ranges::sort(values);
  auto& generations = state_->values[key];
  if (!generations.empty() && generations.front() == values) return;
  generations.push_front(std::move(values));
  if (generations.size() > kGenerations) generations.pop_back();
  state_->automaton.reset();
}

void SecretSet::forget(const ObjectKey& key) {
  if (state_->values.erase(key) > 0) state_->automaton.reset();
}

std::string SecretSet::redact(std::string_view text) const {
  if (!state_->automaton) {
    std::set<std::string> forms;
    for (const auto& [key, generations] : state_->values) {
      for (const auto& generation : generations) {
        for (const std::string& value : generation) add_value(value, forms);
      }
    }
    state_->automaton = std::make_unique<Automaton>(forms);
  }
  return state_->automaton->redact(text);
}

}  // namespace deployctl
