#include "base/redact.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <map>

#include "base/secret_forms.hpp"
#include "base/secret_index.hpp"
#include "base/text_views.hpp"

namespace deployctl {
namespace {

// The newest Resolve's values and those of the two before.
constexpr std::size_t kGenerations = 3;

std::string replace_spans(std::string_view text, std::vector<Span> spans) {
  std::ranges::sort(spans, {}, &Span::begin);
  std::string redacted;
  std::size_t shown_to = 0;
  for (std::size_t i = 0; i < spans.size();) {
    Span joined = spans[i];
    for (++i; i < spans.size() && spans[i].begin <= joined.end; ++i) joined.end = std::max(joined.end, spans[i].end);
    redacted += text.substr(shown_to, joined.begin - shown_to);
    redacted += kRedacted;
    shown_to = joined.end;
  }
  redacted += text.substr(shown_to);
  return redacted;
}

}  // namespace

struct SecretSet::State {
  SecretIndex index;
  std::map<ObjectKey, std::deque<std::vector<SecretIndex::Form>>> generations;  ///< newest first

  void drop(const std::vector<SecretIndex::Form>& forms) {
    for (const auto& form : forms) index.remove(form);
  }
};

SecretSet::SecretSet() : state_(std::make_unique<State>()) {}
SecretSet::~SecretSet() = default;

void SecretSet::replace(const ObjectKey& key, std::vector<std::string> values) {
  std::vector<SecretIndex::Form> forms;
  for (const std::string& value : values) {
    for (const std::string& form : secret_forms(value)) forms.push_back(state_->index.describe(form));
  }
  std::ranges::sort(forms);
  const auto repeated = std::ranges::unique(forms);
  forms.erase(repeated.begin(), repeated.end());
  auto& known = state_->generations[key];
  // The same values read again rotate nothing out.
  if (!known.empty() && known.front() == forms) return;
  for (const auto& form : forms) state_->index.add(form);
  known.push_front(std::move(forms));
  if (known.size() <= kGenerations) return;
  state_->drop(known.back());
  known.pop_back();
}

void SecretSet::forget(const ObjectKey& key) {
  const auto found = state_->generations.find(key);
  if (found == state_->generations.end()) return;
  for (const auto& forms : found->second) state_->drop(forms);
  state_->generations.erase(found);
}

std::string SecretSet::redact(std::string_view text) const {
  std::vector<Span> spans = state_->index.find(text);
  for (const TextView& view : decoded_views(text)) {
    for (const Span& span : state_->index.find(view.text)) spans.push_back(view.origin(span));
  }
  return spans.empty() ? std::string(text) : replace_spans(text, std::move(spans));
}

}  // namespace deployctl
