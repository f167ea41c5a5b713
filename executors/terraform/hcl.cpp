#include "terraform/hcl.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/strict_json.hpp"

namespace deployctl::terraform {
namespace {

constexpr int kDeepestTemplate = 32;

struct Token {
  enum class Kind : std::uint8_t { Word, Text, Open, Close, Other, LineEnd, End } kind = Kind::End;
  std::string_view text;
  int line = 1;
};

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t\r");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r") - from + 1);
}

/// The words of a file, one after the other. `broken` is set by what cannot be read, and then nothing more comes.
class Tokens {
 public:
  explicit Tokens(std::string_view text) : text_(text) {}

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
      if (c == '\\') {
        ++at_;
      } else if ((c == '$' || c == '%') && peek() == c) {
        ++at_;
        if (peek() == '{') ++at_;  // "$${" is no template
      } else if ((c == '$' || c == '%') && peek() == '{') {
        ++at_;
        skip_template(depth + 1);
      }
    }
    breaks("a string does not end");
  }

  /// Behind the opening brace; ends behind the closing one.
  void skip_template(int depth) {
    if (depth > kDeepestTemplate) return breaks("templates are nested too deeply");
    for (int open = 1; at_ < text_.size();) {
      const char c = text_[at_++];
      if (c == '\n') ++line_;
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
    if (name.empty() || !trimmed(text_.substr(at_, std::min(text_.find('\n', at_), text_.size()) - at_)).empty())
      return breaks("\"<<\" is no heredoc");
    for (skip_line(); at_ < text_.size(); skip_line()) {
      ++at_;
      ++line_;
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      if (trimmed(text_.substr(at_, end - at_)) != name) continue;
      at_ = end;
      return;
    }
    breaks("a heredoc does not end");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::optional<std::string> broken_;
};

Error unreadable(const std::string& file, int line, const std::string& why) {
  return fail(ErrorKind::Invalid, file + ":" + std::to_string(line) + ": cannot be read: " + why);
}

char closing(char open) { return open == '{' ? '}' : open == '[' ? ']' : ')'; }

struct Bracket {
  char close = '}';
  std::string_view block;  ///< its first word, when it is a block and no value
};

/// The block a "{" opens: `header` is what stands before it on the line.
std::string_view block_of(const std::vector<Token>& header, const Token& open) {
  if (open.text != "{" || header.empty() || header.front().kind != Token::Kind::Word) return {};
  const bool plain = std::ranges::all_of(
      header, [](const Token& token) { return token.kind == Token::Kind::Word || token.kind == Token::Kind::Text; });
  return plain ? header.front().text : std::string_view();
}

bool is_in_backend(const std::vector<Bracket>& open) {
  return open.size() == 2 && open.front().block == "terraform" && open.back().block == "backend";
}

/// `line` is what stands on one line of a block: a name, "=", and a value of any form.
bool names_namespace(const std::vector<Token>& line) {
  return line.size() >= 2 && line[0].kind == Token::Kind::Word && line[0].text == "namespace" && line[1].text == "=";
}

std::string plain_text(const std::vector<Token>& line) {
  const bool plain = line.size() == 3 && line[2].kind == Token::Kind::Text &&
                     line[2].text.find_first_of("\\$%") == std::string_view::npos;
  return plain ? std::string(line[2].text) : std::string();
}

std::vector<const Json*> each(const Json& value) {
  std::vector<const Json*> all;
  if (value.is_array())
    for (const Json& item : value) all.push_back(&item);
  else
    all.push_back(&value);
  return all;
}

std::optional<std::string> namespace_in_json(const Json& settings) {
  for (const Json* block : each(settings)) {
    if (!block->is_object() || !block->contains("namespace")) continue;
    const Json& value = block->at("namespace");
    if (!value.is_string() || value.get_ref<const std::string&>().find_first_of("$%") != std::string::npos) return "";
    return value.get<std::string>();
  }
  return std::nullopt;
}

std::string place(const std::string& file, int line) { return file + ":" + std::to_string(line); }

}  // namespace

Result<std::vector<BackendBlock>> backend_blocks(const std::string& file, std::string_view text) {
  std::vector<BackendBlock> found;
  std::vector<Bracket> open;
  std::vector<Token> header;
  Tokens tokens(text);
  for (Token token = tokens.next(); token.kind != Token::Kind::End; token = tokens.next()) {
    const bool ends_line =
        token.kind != Token::Kind::Word && token.kind != Token::Kind::Text && token.kind != Token::Kind::Other;
    if (ends_line && is_in_backend(open) && names_namespace(header))
      found.back().ns = token.kind == Token::Kind::Open ? std::string() : plain_text(header);
    if (token.kind == Token::Kind::Open) {
      const std::string_view block = block_of(header, token);
      const bool in_terraform = open.size() == 1 && open.back().block == "terraform";
      if (in_terraform && block == "backend") {
        if (header.size() != 2) return unreadable(file, token.line, "a backend block needs one label");
        found.push_back({std::string(header[1].text), place(file, token.line)});
      }
      if (in_terraform && block == "cloud") found.push_back({"cloud", place(file, token.line)});
      open.push_back({closing(token.text.front()), block});
      header.clear();
    } else if (token.kind == Token::Kind::Close) {
      if (open.empty() || open.back().close != token.text.front())
        return unreadable(file, token.line, "\"" + std::string(token.text) + "\" closes nothing");
      open.pop_back();
      header.clear();
    } else if (token.kind == Token::Kind::LineEnd) {
      header.clear();
    } else {
      header.push_back(token);
    }
  }
  if (const auto& broken = tokens.broken()) return unreadable(file, tokens.line(), *broken);
  if (!open.empty()) return unreadable(file, tokens.line(), "a block does not end");
  return found;
}

Result<std::vector<BackendBlock>> backend_blocks_in_json(const std::string& file, std::string_view text) {
  const auto value = parse_json(text);
  if (!value) return value.error().with_context(file);
  std::vector<BackendBlock> found;
  for (const Json* body : each(*value)) {
    if (!body->is_object() || !body->contains("terraform")) continue;
    for (const Json* block : each(body->at("terraform"))) {
      if (!block->is_object()) continue;
      if (block->contains("cloud")) found.push_back({"cloud", file});
      if (!block->contains("backend")) continue;
      for (const Json* backend : each(block->at("backend"))) {
        if (!backend->is_object()) return fail(ErrorKind::Invalid, file + ": terraform.backend is no object");
        for (const auto& [type, settings] : backend->items())
          found.push_back({type, file, namespace_in_json(settings)});
      }
    }
  }
  return found;
}

}  // namespace deployctl::terraform
