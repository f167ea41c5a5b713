#include "terraform/programs.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <utility>

#include "base/strict_json.hpp"
#include "base/text.hpp"
#include "process/exit_status.hpp"
#include "terraform/hcl_tokens.hpp"

namespace deployctl::terraform {
namespace {

namespace fs = std::filesystem;
using executors::Done;
using executors::Failed;
using executors::Inputs;
using executors::Next;
using executors::Script;
using executors::StepResult;
using hcl::Bracket;
using hcl::each;
using hcl::Token;

constexpr std::size_t kMostFiles = 5000;
constexpr std::size_t kMostBytes = 64U * 1024 * 1024;
constexpr const char* kManifest = "/modules/modules.json";
constexpr const char* kLocalExec = "provisioner \"local-exec\"";
constexpr const char* kExternal = "data \"external\"";

using Found = std::optional<std::string>;

/// A label may be written with escapes: such a one is nobody's habit, and refused.
bool may_be(const std::vector<Token>& header, std::string_view label) {
  return header.size() > 1 && (header[1].text == label || header[1].text.find('\\') != std::string_view::npos);
}

Result<Found> in_hcl(const std::string& name, std::string_view text) {
  Found found;
  const hcl::Reader reader{.opens = [&](const std::vector<Bracket>&, const std::vector<Token>& header,
                                        std::string_view block, const Token& open) -> Result<void> {
                             if (found) return {};
                             const bool local_exec = block == "provisioner" && may_be(header, "local-exec");
                             // Also in a check block.
                             const bool external = block == "data" && may_be(header, "external");
                             if (local_exec) found = hcl::place(name, open.line) + ": " + kLocalExec;
                             if (external) found = hcl::place(name, open.line) + ": " + kExternal;
                             return {};
                           },
                           .line = {}};
  if (auto read = hcl::read(name, text, reader); !read) return read.error();
  return found;
}

/// All values of all members, lists taken apart.
std::vector<const Json*> below(const std::vector<const Json*>& all) {
  std::vector<const Json*> members;
  for (const Json* object : all)
    if (object->is_object())
      for (const auto& [name, value] : object->items()) std::ranges::copy(each(value), std::back_inserter(members));
  return members;
}

std::vector<const Json*> named(const std::vector<const Json*>& all, const char* name) {
  std::vector<const Json*> members;
  for (const Json* object : all)
    if (object->is_object() && object->contains(name))
      std::ranges::copy(each(object->at(name)), std::back_inserter(members));
  return members;
}

/// In resources, and where they are removed: any member, however deep.
bool has_local_exec(const Json& value) {
  if (value.is_object() && !named(named({&value}, "provisioner"), "local-exec").empty()) return true;
  return value.is_structured() && std::ranges::any_of(value, has_local_exec);
}

Result<Found> in_json(const std::string& name, std::string_view text) {
  const auto value = parse_json(text);
  if (!value) return value.error().with_context(name);
  const std::vector<const Json*> bodies = each(*value);
  std::vector<const Json*> data = named(bodies, "data");
  std::ranges::copy(named(below(named(bodies, "check")), "data"), std::back_inserter(data));
  if (!named(data, "external").empty()) return Found(name + ": " + kExternal);
  return has_local_exec(*value) ? Found(name + ": " + kLocalExec) : Found();
}

Error unreadable(std::string message) { return fail(ErrorKind::Invalid, std::move(message)); }

/// The whole source: a local module may stand beside the directory that spec.path names.
std::string source_root(const Inputs& in) {
  const std::string root = in.work_dir + "/src";
  return in.source_dir.starts_with(root) ? root : in.source_dir;
}

executors::Step list_module_files(const Inputs& in, const Bench& bench) {
  process::Command command;
  command.argv = {"find",
                  "-L",
                  source_root(in),
                  bench.data_dir,
                  "-path",
                  bench.data_dir + "/providers",
                  "-prune",
                  "-o",
                  "-type",
                  "f",
                  "(",
                  "-name",
                  "*.tf",
                  "-o",
                  "-name",
                  "*.tf.json",
                  "-o",
                  "-name",
                  "*.tofu",
                  "-o",
                  "-name",
                  "*.tofu.json",
                  "-o",
                  "-path",
                  bench.data_dir + kManifest,
                  ")",
                  "-printf",
                  "%s\t%p\n"};
  command.stdout_capture = process::whole(4U * 1024 * 1024);
  return {.name = "modules", .work = std::move(command), .timeout = std::chrono::minutes(1)};
}

executors::Step read_module_files(const std::vector<ModuleFile>& files) {
  process::Command command;
  command.argv = {"cat", "--"};
  for (const ModuleFile& file : files) command.argv.push_back(file.path);
  command.stdout_capture = process::whole(kMostBytes);
  return {.name = "modules", .work = std::move(command), .timeout = std::chrono::minutes(1)};
}

/// What `cat` printed, taken apart again.
Result<void> fill_in(std::vector<ModuleFile>& files, std::string_view bytes) {
  for (ModuleFile& file : files) {
    if (bytes.size() < file.size) return unreadable("the modules changed while they were read");
    file.bytes = bytes.substr(0, file.size);
    bytes.remove_prefix(file.size);
  }
  if (!bytes.empty()) return unreadable("the modules changed while they were read");
  return {};
}

/// "modules/net/main.tf" of what init downloaded, "net/main.tf" of the source.
std::string for_people(const Inputs& in, const Bench& bench, const std::string& path) {
  if (path.starts_with(bench.data_dir + "/")) return path.substr(bench.data_dir.size() + 1);
  return fs::path(path).lexically_relative(in.source_dir).string();
}

Result<void> refuse(const Inputs& in, const Bench& bench, const std::vector<ModuleFile>& files) {
  const auto manifest =
      std::ranges::find_if(files, [](const ModuleFile& file) { return file.path.ends_with(kManifest); });
  const auto used = module_directories(in.source_dir, manifest == files.end() ? "" : manifest->bytes);
  if (!used) return used.error();
  for (const ModuleFile& file : files) {
    const std::string directory = fs::path(file.path).parent_path().string();
    if (std::ranges::find(*used, directory) == used->end()) continue;
    const auto found = program_in(for_people(in, bench, file.path), file.bytes);
    if (!found) return found.error();
    if (const Found& program = *found; program) return unreadable(*program + " is not allowed in restricted mode");
  }
  return {};
}

}  // namespace

Result<Found> program_in(const std::string& name, std::string_view text) {
  return name.ends_with(".json") ? in_json(name, text) : in_hcl(name, text);
}

Result<std::vector<ModuleFile>> read_file_list(std::string_view lines) {
  std::vector<ModuleFile> files;
  std::size_t bytes = 0;
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    const std::size_t tab = line.find('\t');
    const std::string_view size = line.substr(0, tab);
    ModuleFile file;
    const auto [end, failed] = std::from_chars(size.begin(), size.end(), file.size);
    if (tab == std::string_view::npos || failed != std::errc() || end != size.end() ||
        !line.substr(tab + 1).starts_with('/'))
      return unreadable("a file of a module has a name that cannot be read: " + cut(one_line(line), 200));
    file.path = line.substr(tab + 1);
    bytes += file.size;
    files.push_back(std::move(file));
  }
  if (files.size() > kMostFiles || bytes > kMostBytes)
    return unreadable("the modules are too many to be looked through, which restricted mode asks for");
  return files;
}

Result<std::vector<std::string>> module_directories(const std::string& source_dir, std::string_view manifest) {
  std::vector<std::string> directories = {source_dir};
  if (manifest.empty()) return directories;
  const auto value = parse_json(manifest);
  if (!value) return value.error().with_context("what init wrote down of the modules");
  if (!value->is_object() || !value->contains("Modules") || !value->at("Modules").is_array())
    return unreadable("what init wrote down of the modules cannot be read");
  for (const Json& module : value->at("Modules")) {
    if (!module.is_object() || !module.contains("Dir") || !module.at("Dir").is_string())
      return unreadable("what init wrote down of the modules cannot be read");
    fs::path directory = fs::path(source_dir) / module.at("Dir").get<std::string>();
    std::string plain = directory.lexically_normal().string();
    while (plain.size() > 1 && plain.ends_with('/')) plain.pop_back();
    if (plain.ends_with("/.")) plain.resize(plain.size() - 2);
    directories.push_back(std::move(plain));
  }
  return directories;
}

Script refuse_programs(Inputs in, Bench bench) {
  const StepResult listed = co_await list_module_files(in, bench);
  if (!listed.ok()) co_return Failed{process::failure("look through the modules", listed.process)};
  auto files = read_file_list(listed.process.out);
  if (!files) co_return Failed{files.error()};
  const StepResult read = co_await read_module_files(*files);
  if (!read.ok()) co_return Failed{process::failure("read the modules", read.process)};
  if (auto filled = fill_in(*files, read.process.out); !filled) co_return Failed{filled.error()};
  if (auto allowed = refuse(in, bench, *files); !allowed) co_return Failed{allowed.error()};
  co_return Done{};
}

}  // namespace deployctl::terraform
