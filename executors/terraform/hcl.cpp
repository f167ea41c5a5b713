#include "terraform/hcl.hpp"

#include <algorithm>
#include <array>

#include "base/strict_json.hpp"
#include "terraform/hcl_tokens.hpp"

namespace deployctl::terraform {
namespace {

using hcl::Bracket;
using hcl::each;
using hcl::Token;

/// Attributes and blocks of a backend "kubernetes" that say by themselves how the cluster is reached.
constexpr std::array<std::string_view, 6> kOwnAccess = {"config_path", "config_paths",      "host",
                                                        "exec",        "in_cluster_config", "load_config_file"};

bool is_in_backend(const std::vector<Bracket>& open) {
  return open.size() == 2 && open.front().block == "terraform" && open.back().block == "backend";
}

/// `line` is what stands on one line of a block: a name, "=", and a value of any form.
std::string_view attribute(const std::vector<Token>& line) {
  const bool is_one = line.size() >= 2 && line[0].kind == Token::Kind::Word && line[1].text == "=";
  return is_one ? line[0].text : std::string_view();
}

std::string plain_text(const std::vector<Token>& line) {
  const bool plain = line.size() == 3 && line[2].kind == Token::Kind::Text &&
                     line[2].text.find_first_of("\\$%") == std::string_view::npos;
  return plain ? std::string(line[2].text) : std::string();
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

bool has_own_access(const Json& settings) {
  return std::ranges::any_of(each(settings), [](const Json* block) {
    return block->is_object() &&
           std::ranges::any_of(kOwnAccess, [&](std::string_view name) { return block->contains(std::string(name)); });
  });
}

}  // namespace

bool is_own_access(std::string_view name) { return std::ranges::find(kOwnAccess, name) != kOwnAccess.end(); }

Result<std::vector<BackendBlock>> backend_blocks(const std::string& file, std::string_view text) {
  std::vector<BackendBlock> found;
  const hcl::Reader reader{
      .opens = [&](const std::vector<Bracket>& around, const std::vector<Token>& header, std::string_view block,
                   const Token& open) -> Result<void> {
        if (is_in_backend(around) && is_own_access(block)) found.back().own_access = true;
        if (around.size() != 1 || around.back().block != "terraform") return {};
        if (block == "cloud") found.push_back({"cloud", hcl::place(file, open.line)});
        if (block != "backend") return {};
        if (header.size() != 2) return hcl::unreadable(file, open.line, "a backend block needs one label");
        found.push_back({std::string(header[1].text), hcl::place(file, open.line)});
        return {};
      },
      .line =
          [&](const std::vector<Bracket>& around, const std::vector<Token>& line, const Token& end) {
            const std::string_view name = attribute(line);
            if (!is_in_backend(around) || name.empty()) return;
            if (name == "namespace") found.back().ns = end.kind == Token::Kind::Open ? std::string() : plain_text(line);
            if (is_own_access(name)) found.back().own_access = true;
          }};
  if (auto read = hcl::read(file, text, reader); !read) return read.error();
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
          found.push_back({type, file, namespace_in_json(settings), has_own_access(settings)});
      }
    }
  }
  return found;
}

}  // namespace deployctl::terraform
