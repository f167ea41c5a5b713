#include "terraform/hcl_tokens.hpp"

#include <algorithm>
#include <optional>

namespace deployctl::terraform::hcl {
namespace {

constexpr int kDeepestTemplate = 32;

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t\r");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r") - from + 1);
}

bool is_ascii_text(char c) { return c > ' ' && c < '\x7f'; }

/// HCL takes off what Unicode calls white space: a line that may be the marker to it and is not to us is refused.
bool looks_like(std::string_view line, std::string_view marker) {
  const auto first = std::ranges::find_if(line, is_ascii_text);
  const auto last = std::find_if(line.rbegin(), std::make_reverse_iterator(first), is_ascii_text).base();
  return std::string_view(first, last) == marker;
}

/// The words of a file, one after the other. `broken` is set by what cannot be read, and then nothing more comes.
class Tokens {
 public:
  explicit Tokens(std::string_view text) : text_(text) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
  }

  Token next() {
    skip_blanks_and_comments();
    if (broken_ || at_ >= text_.size()) return {Token::Kind::End, {}, line_};
    const std::size_t from = at_;
    const int line = line_;
    const char c = text_[at_++];
    if (c == '\n') return ++line_, Token{Token::Kind::LineEnd, {}, line};
    if (c == '"') {
      skip_string(0);
      return {Token::Kind::Text, text_.substr(from + 1, at_ - from - 2), line};
    }
    if (c == '<' && peek() == '<') {
      skip_heredoc();
      return {Token::Kind::Text, {}, line};
    }
    if (c == '{' || c == '[' || c == '(') return {Token::Kind::Open, text_.substr(from, 1), line};
    if (c == '}' || c == ']' || c == ')') return {Token::Kind::Close, text_.substr(from, 1), line};
    if (!is_word_character(c)) return {Token::Kind::Other, text_.substr(from, 1), line};
    while (at_ < text_.size() && is_word_character(text_[at_])) ++at_;
    return {Token::Kind::Word, text_.substr(from, at_ - from), line};
  }

  [[nodiscard]] const std::optional<std::string>& broken() const { return broken_; }
  [[nodiscard]] int line() const { return line_; }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void breaks(std::string why) {
    if (!broken_) broken_ = std::move(why);
    at_ = text_.size();
  }

  void skip_line() { at_ = std::min(text_.find('\n', at_), text_.size()); }

  void skip_blanks_and_comments() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const char after = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
      if (c == ' ' || c == '\t' || c == '\r') {
        ++at_;
      } else if (c == '#' || (c == '/' && after == '/')) {
        skip_line();
      } else if (c == '/' && after == '*') {
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return breaks("a comment does not end");
        line_ += static_cast<int>(std::ranges::count(text_.substr(at_, end - at_), '\n'));
        at_ = end + 2;
      } else {
        return;
      }
    }
  }

  /// Behind the opening quote; ends behind the closing one.
  void skip_string(int depth) {
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return;
      if (c == '\n') return breaks("a string does not end on its line");
      if (c == '\\')
        ++at_;
      else
        skip_mark(c, depth);
    }
    breaks("a string does not end");
  }

  /// Behind `c`: when a template begins with it, all of that. "$${" is none.
  void skip_mark(char c, int depth) {
    if ((c != '$' && c != '%') || (peek() != c && peek() != '{')) return;
    const std::size_t from = at_ - 1;
    while (peek() == c) ++at_;
    if (peek() != '{') return;
    const std::size_t marks = at_ - from;
    if (marks > 2) return breaks("more than two marks before a brace");
    ++at_;
    if (marks == 1) skip_template(depth + 1);
  }

  /// Behind the opening brace; ends behind the closing one.
  void skip_template(int depth) {
    if (depth > kDeepestTemplate) return breaks("templates are nested too deeply");
    for (int open = 1; at_ < text_.size();) {
      const char c = text_[at_++];
      if (c == '\n') ++line_;
      if (c == '#' || (c == '/' && (peek() == '/' || peek() == '*'))) return breaks("a comment in a template");
      if (c == '<' && peek() == '<') return breaks("a heredoc in a template");
      if (c == '"') skip_string(depth);
      if (c == '{') ++open;
      if (c == '}' && --open == 0) return;
    }
    breaks("a template does not end");
  }

  /// Behind the first "<".
  void skip_heredoc() {
    ++at_;
    if (peek() == '-') ++at_;
    const std::size_t from = at_;
    while (at_ < text_.size() && is_word_character(text_[at_])) ++at_;
    const std::string_view name = text_.substr(from, at_ - from);
    if (name.empty() || !std::ranges::all_of(name, is_ascii_text) || !trimmed(rest_of_line()).empty())
      return breaks("\"<<\" is no heredoc");
    for (skip_line(); at_ < text_.size(); skip_heredoc_line()) {
      ++at_;
      ++line_;
      const std::string_view line = rest_of_line();
      if (trimmed(line) == name) {
        skip_line();
        return;
      }
      if (looks_like(line, name)) return breaks("a line that may end a heredoc or not");
    }
    breaks("a heredoc does not end");
  }

  [[nodiscard]] std::string_view rest_of_line() const {
    return text_.substr(at_, std::min(text_.find('\n', at_), text_.size()) - at_);
  }

  /// To its end, which may stand some lines below: a template goes on over their ends.
  void skip_heredoc_line() {
    while (at_ < text_.size() && peek() != '\n') skip_mark(text_[at_++], 0);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::optional<std::string> broken_;
};

char closing(char open) { return open == '{' ? '}' : open == '[' ? ']' : ')'; }

/// The block a "{" opens: `header` is what stands before it on the line.
std::string_view block_of(const std::vector<Token>& header, const Token& open) {
  if (open.text != "{" || header.empty() || header.front().kind != Token::Kind::Word) return {};
  const bool plain = std::ranges::all_of(
      header, [](const Token& token) { return token.kind == Token::Kind::Word || token.kind == Token::Kind::Text; });
  return plain ? header.front().text : std::string_view();
}

bool ends_line(const Token& token) {
  return token.kind != Token::Kind::Word && token.kind != Token::Kind::Text && token.kind != Token::Kind::Other;
}

}  // namespace

Error unreadable(const std::string& file, int line, const std::string& why) {
  return fail(ErrorKind::Invalid, place(file, line) + ": cannot be read: " + why);
}

std::string place(const std::string& file, int line) { return file + ":" + std::to_string(line); }

Result<void> read(const std::string& file, std::string_view text, const Reader& reader) {
  std::vector<Bracket> open;
  std::vector<Token> header;
  Tokens tokens(text);
  for (Token token = tokens.next(); token.kind != Token::Kind::End; token = tokens.next()) {
    if (!ends_line(token)) {
      header.push_back(token);
      continue;
    }
    if (reader.line) reader.line(open, header, token);
    if (token.kind == Token::Kind::Open) {
      const std::string_view block = block_of(header, token);
      if (auto going_on = reader.opens(open, header, block, token); !going_on) return going_on;
      open.push_back({closing(token.text.front()), block});
    } else if (token.kind == Token::Kind::Close) {
      if (open.empty() || open.back().close != token.text.front())
        return unreadable(file, token.line, "\"" + std::string(token.text) + "\" closes nothing");
      open.pop_back();
    }
    header.clear();
  }
  if (const auto& broken = tokens.broken()) return unreadable(file, tokens.line(), *broken);
  if (!open.empty()) return unreadable(file, tokens.line(), "a block does not end");
  return {};
}

std::vector<const Json*> each(const Json& value) {
  std::vector<const Json*> all;
  if (value.is_array())
    for (const Json& item : value) all.push_back(&item);
  else
    all.push_back(&value);
  return all;
}

}  // namespace deployctl::terraform::hcl
