#include "base/redact.hpp"

#include <algorithm>
#include <map>

#include "base/secret_forms.hpp"
#include "base/secret_index.hpp"
#include "base/text_decoders.hpp"

namespace deployctl {
namespace {

// The newest Resolve's values and those of the two before.
constexpr std::size_t kGenerations = 3;
// JSON inside JSON, base64 inside a URL.
constexpr std::size_t kLayers = 2;

/// Where anything known to `index` stands in `text`, under up to `layers` encodings.
// NOLINTNEXTLINE(misc-no-recursion): at most kLayers deep
std::vector<Span> search(const SecretIndex& index, std::string_view text, std::size_t layers) {
  std::vector<Span> found = index.find(text);
  if (layers == 0) return found;
  for (const TextDecoder& decoder : text_decoders()) {
    if (!decoder.triggers.empty() && text.find_first_of(decoder.triggers) == std::string_view::npos) continue;
    Decoded decoded;
    decoder.decode(text, decoded);
    const std::vector<Span> inside = search(index, decoded.text, decoder.is_last ? 0 : layers - 1);
    if (inside.empty()) continue;
    Decoded placed;
    placed.keeps_places = true;
    decoder.decode(text, placed);
    for (const Span& span : inside) found.push_back(placed.origin(span));
  }
  return found;
}

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
  std::map<ObjectKey, std::vector<std::vector<SecretIndex::Form>>> generations;  ///< newest first

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
  forms.shrink_to_fit();
  auto& known = state_->generations[key];
  // The same values read again rotate nothing out.
  if (!known.empty() && known.front() == forms) return;
  for (const auto& form : forms) state_->index.add(form);
  known.insert(known.begin(), std::move(forms));
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
  if (state_->index.is_empty()) return std::string(text);
  std::vector<Span> spans = search(state_->index, text, kLayers);
  return spans.empty() ? std::string(text) : replace_spans(text, std::move(spans));
}

}  // namespace deployctl
