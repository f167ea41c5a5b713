#include "compose/reads.hpp"

#include <compare>
#include <set>
#include <utility>

#include "base/strict_yaml.hpp"
#include "base/text.hpp"
#include "compose/files.hpp"
#include "compose/members.hpp"
#include "compose/source_path.hpp"

namespace deployctl::compose {
namespace {

using executors::Inputs;

constexpr std::size_t kMostFiles = 100;
constexpr std::size_t kMostBytes = 2U * 1024 * 1024;  ///< of all of them, each as often as it is read
constexpr YamlLimits kLimits{.max_nodes = 100'000, .max_documents = 100};
constexpr std::string_view kNone = "/dev/null";  ///< compose's word for: no such file, also none beside the project

/// A compose file of the source that rendering reads.
struct Part {
  std::string file;
  std::string directory;  ///< what its relative paths are relative to
  bool included = false;  ///< by this or another file: an .env file beside it is read
  bool extended = false;  ///< only for the sake of a service: its own `include` is not followed
  auto operator<=>(const Part&) const = default;
};

/// Goes through the files until the first that is refused.
class Reading {
 public:
  Reading(const Inputs& in, const std::map<std::string, std::string>& environment)
      : in_(in), environment_(environment) {}

  std::optional<Error> of(const std::vector<std::string>& files) {
    // The first one's directory is the project's.
    for (const std::string& file : files) follow({.file = file, .directory = directory_of(files.front())});
    for (std::size_t at = 0; at < parts_.size() && !refused_; ++at) read(Part(parts_[at]));
    return refused_;
  }

 private:
  void follow(Part part) {
    if (!seen_.insert(part).second) return;
    bytes_ += in_.files->at(part.file).bytes.size();
    if (parts_.size() == kMostFiles || bytes_ > kMostBytes)
      return refuse(part, "", "one compose file too many: at most 100, of 2 MiB in all");
    parts_.push_back(std::move(part));
  }

  void refuse(const Part& part, const std::string& field, const std::string& why) {
    if (!refused_) refused_ = fail(ErrorKind::Invalid, part.file + ": " + (field.empty() ? "" : field + ": ") + why);
  }

  void read(const Part& part) {
    if (auto own = controllers_variable(in_, part.file)) {
      refused_ = std::move(own);
      return;
    }
    const auto documents =
        parse_yaml(in_.files->at(part.file).bytes, kLimits, {.merges = false, .local_tags = {"!reset", "!override"}});
    if (!documents) return refuse(part, "", documents.error().message);
    for (const Json& document : *documents) {
      if (!part.extended) includes_of(part, document);
      look(part, document, "");
    }
  }

  /// Where the path leads below the source; nothing when it is refused.
  std::optional<std::string> inside(const Part& part, const Json& given, const std::string& field) {
    if (!given.is_string()) return std::nullopt;  // compose refuses it
    const auto& text = given.get_ref<const std::string&>();
    const std::string quoted = "\"" + cut(one_line(text), 128) + "\" ";
    const auto path = interpolated(text, environment_, !part.included);
    if (!path) {
      refuse(part, field, quoted + path.error().message);
      return std::nullopt;
    }
    auto found = below_source(part.directory, *path);
    if (!found)
      refuse(part, field,
             quoted + "lies outside the source: name a file of the source, by a path relative to " +
                 (part.directory == "." ? "it" : "its " + part.directory));
    return found;
  }

  /// As `inside`, of a file that the source must have.
  std::optional<std::string> there(const Part& part, const Json& given, const std::string& field) {
    auto path = inside(part, given, field);
    if (path && in_.files->contains(*path)) return path;
    if (path) refuse(part, field, "\"" + cut(one_line(given.get<std::string>()), 128) + "\" is not in the source");
    return std::nullopt;
  }

  /// One path or several, each plain or as member `path`.
  void paths(const Part& part, const Json& given, const std::string& field) {
    if (given.is_array()) {
      for (std::size_t n = 0; n < given.size(); ++n) paths(part, given[n], field + "[" + std::to_string(n) + "]");
    } else if (given.is_object()) {
      if (given.contains("path")) paths(part, given.at("path"), field + ".path");
    } else if (given != Json(kNone)) {
      inside(part, given, field);
    }
  }

  void look(const Part& part, const Json& value, const std::string& field) {
    if (value.is_array())
      for (std::size_t n = 0; n < value.size(); ++n) look(part, value[n], field + "[" + std::to_string(n) + "]");
    if (!value.is_object()) return;
    for (const auto& [name, each] : value.items()) {
      const std::string here = field.empty() ? name : field + "." + name;
      if (name == "env_file" || name == "label_file") paths(part, each, here);
      if (name == "extends" && each.is_object() && each.contains("file"))
        if (auto file = there(part, each.at("file"), here + ".file"))
          follow({.file = *file, .directory = directory_of(*file), .included = part.included, .extended = true});
      look(part, each, here);
    }
  }

  /// Of a document, and of what it merges.
  void includes_of(const Part& part, const Json& map) {
    const Json& all = member(map, "include");
    for (std::size_t n = 0; all.is_array() && n < all.size(); ++n) {
      const std::string field = "include[" + std::to_string(n) + "]";
      if (all[n].is_object())
        include(part, member(all[n], "path"), member(all[n], "project_directory"), field);
      else
        include(part, all[n], nullptr, field);
    }
    const Json& merged = member(map, "<<");
    if (merged.is_object()) includes_of(part, merged);
    if (merged.is_array())
      for (const Json& each : merged) includes_of(part, each);
  }

  void include(const Part& part, const Json& path, const Json& directory, const std::string& field) {
    const Json files = path.is_array() ? path : Json::array({path});
    std::optional<std::string> project;
    if (directory.is_string()) project = inside(part, directory, field + ".project_directory");
    for (const Json& each : files) {
      const auto file = there(part, each, field);
      if (!file) return;
      if (!project) project = directory_of(*file);
      follow({.file = *file, .directory = *project, .included = true});
    }
  }

  const Inputs& in_;
  const std::map<std::string, std::string>& environment_;
  std::vector<Part> parts_;  ///< read in this order
  std::set<Part> seen_;
  std::size_t bytes_ = 0;
  std::optional<Error> refused_;
};

}  // namespace

std::optional<Error> outside_read(const Inputs& in, const std::vector<std::string>& files,
                                  const std::map<std::string, std::string>& environment) {
  return Reading(in, environment).of(files);
}

}  // namespace deployctl::compose
