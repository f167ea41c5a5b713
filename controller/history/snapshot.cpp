#include "history/snapshot.hpp"

#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include "api/digest.hpp"
#include "base/sha256.hpp"
#include "base/strict_json.hpp"
#include "history/gzip.hpp"
#include "ports/source_digest.hpp"

namespace deployctl::history {
namespace {

constexpr std::int64_t kFormat = 1;

using Strings = std::map<std::string, std::string>;

Json encode_sealed(const std::map<std::string, ports::SealedObject>& objects) {
  Json encoded = Json::object();
  for (const auto& [name, object] : objects) {
    Json values = Json::object();
    for (const auto& [key, value] : object.values) values[key] = base64_encode(value);
    encoded[name] = {{"whole", object.whole}, {"values", std::move(values)}};
  }
  return encoded;
}

std::map<std::string, ports::SealedObject> decode_sealed(const Json& sealed, const char* kind) {
  std::map<std::string, ports::SealedObject> objects;
  for (const auto& [name, object] : sealed.at(kind).items()) {
    ports::SealedObject& into = objects[name];
    into.whole = object.at("whole").get<bool>();
    for (const auto& [key, value] : object.at("values").items())
      into.values[key] = base64_decode(value.get<std::string>()).value_or("");
  }
  return objects;
}

/// Revisions of earlier versions have none.
ports::SealedValues read_sealed(const Json& header) {
  const auto sealed = header.find("sealed");
  if (sealed == header.end()) return {};
  return {.secrets = decode_sealed(*sealed, "secrets"), .config_maps = decode_sealed(*sealed, "configMaps")};
}

Json header_of(const Snapshot& snapshot, bool with_source) {
  Json files = Json::array();
  if (with_source) {
    for (const auto& [path, file] : snapshot.source) {
      files.push_back({{"path", path}, {"size", file.bytes.size()}, {"executable", file.executable}});
    }
  }
  const api::Target& target = snapshot.target;
  return {
      {"format", kFormat},
      {"spec", api::encode_spec(snapshot.spec)},
      {"files", std::move(files)},
      {"sourceSha256", snapshot.source_sha256},
      {"variables", snapshot.pinned.variables},
      {"env", snapshot.pinned.env},
      {"secretVariables", snapshot.pinned.secret_variables},
      {"secretEnv", snapshot.pinned.secret_env},
      {"sealed",
       {{"secrets", encode_sealed(snapshot.sealed.secrets)},
        {"configMaps", encode_sealed(snapshot.sealed.config_maps)}}},
      {"pins", snapshot.remembered.pins},
      {"inventory", snapshot.remembered.inventory},
      {"digest", snapshot.digest},
      {"gate", snapshot.gate},
      {"target",
       {{"host", target.host}, {"namespace", target.ns}, {"project", target.project}, {"workspace", target.workspace}}},
      {"hmacKey", base64_encode(snapshot.hmac_key)}};
}

/// The bytes before compression: length of the header, header, the files' bytes in the order of the header.
std::string document_of(const Snapshot& snapshot, bool with_source) {
  const std::string header = dump_json(header_of(snapshot, with_source));
  std::string document = std::to_string(header.size()) + "\n" + header;
  if (with_source) {
    for (const auto& [path, file] : snapshot.source) document += file.bytes;
  }
  return document;
}

/// The payload, when it fits both before and after compression.
std::optional<std::string> pack(const Snapshot& snapshot, bool with_source, std::size_t room = kMaxPayloadBytes) {
  const std::string document = document_of(snapshot, with_source);
  if (document.size() > kMaxSnapshotBytes) return std::nullopt;
  std::string payload = gzip(document);
  if (payload.size() > room) return std::nullopt;
  return payload;
}

/// What fits without the sealed copy keeps its place with it: the copy has room of its own, and is left out when it is
/// larger than that.
std::optional<std::string> packed(const Snapshot& snapshot, bool with_source) {
  if (auto payload = pack(snapshot, with_source)) return payload;
  if (snapshot.sealed.empty()) return std::nullopt;
  Snapshot bare = snapshot;
  bare.sealed = {};
  auto inputs = pack(bare, with_source);
  if (!inputs) return std::nullopt;
  auto both = pack(snapshot, with_source, kMaxSealedPayloadBytes);
  return both ? std::move(both) : std::move(inputs);
}

Error broken(std::string_view why) {
  return fail(ErrorKind::Invalid, "the kept revision cannot be used: " + std::string(why));
}

struct Parts {
  Json header;
  std::string_view files;
};

Result<Parts> split(std::string_view document) {
  std::size_t length = 0;
  const auto [end, failed] = std::from_chars(document.data(), document.data() + document.size(), length);
  const auto begin = static_cast<std::size_t>(end - document.data()) + 1;
  if (failed != std::errc() || begin > document.size() || *end != '\n' || length > document.size() - begin) {
    return broken("it has no header");
  }
  auto header = parse_json(document.substr(begin, length), {.max_bytes = kMaxSnapshotBytes});
  if (!header) return header.error().with_context("the kept revision cannot be used");
  return Parts{std::move(*header), document.substr(begin + length)};
}

Result<ports::SourceTree> read_files(const Json& files, std::string_view bytes) {
  ports::SourceTree tree;
  for (const Json& file : files) {
    const auto size = file.at("size").get<std::size_t>();
    if (size > bytes.size()) return broken("a file is cut off");
    tree.emplace(file.at("path").get<std::string>(),
                 ports::SourceFile{.bytes = std::string(bytes.substr(0, size)),
                                   .executable = file.at("executable").get<bool>()});
    bytes.remove_prefix(size);
  }
  if (!bytes.empty()) return broken("it has more bytes than files");
  return tree;
}

Result<Snapshot> read_snapshot(const Parts& parts) {
  const Json& header = parts.header;
  if (header.at("format").get<std::int64_t>() != kFormat) return broken("its format is of another version");
  auto spec = api::decode_spec(header.at("spec"));
  if (!spec) return spec.error().with_context("the kept revision cannot be used");
  auto files = read_files(header.at("files"), parts.files);
  if (!files) return files.error();
  auto key = base64_decode(header.at("hmacKey").get<std::string>());
  if (!key) return broken("its key is damaged");
  const Json& target = header.at("target");
  return Snapshot{.spec = std::move(*spec),
                  .source = std::move(*files),
                  .source_sha256 = header.at("sourceSha256").get<std::string>(),
                  .pinned = {.variables = header.at("variables").get<Strings>(),
                             .env = header.at("env").get<Strings>(),
                             .secret_variables = header.at("secretVariables").get<Strings>(),
                             .secret_env = header.at("secretEnv").get<Strings>()},
                  .sealed = read_sealed(header),
                  .remembered = {.pins = header.at("pins"), .inventory = header.at("inventory")},
                  .digest = header.at("digest").get<std::string>(),
                  .gate = header.at("gate").get<std::string>(),
                  .target = {.host = target.at("host").get<std::string>(),
                             .ns = target.at("namespace").get<std::string>(),
                             .project = target.at("project").get<std::string>(),
                             .workspace = target.at("workspace").get<std::string>()},
                  .hmac_key = std::move(*key)};
}

/// Clear values must be the very ones the digest covers.
bool secrets_match(const Snapshot& snapshot, const Strings& pinned, const Strings& clear) {
  for (const auto& [name, value] : clear) {
    const auto covered = pinned.find(name);
    if (covered == pinned.end() || covered->second != ports::hmac_form(snapshot.hmac_key, value)) return false;
  }
  return true;
}

bool matches(const Snapshot& snapshot, std::string_view digest) {
  if (snapshot.digest != digest) return false;
  if (!snapshot.source.empty() && ports::source_sha256(snapshot.source) != snapshot.source_sha256) return false;
  if (!secrets_match(snapshot, snapshot.pinned.variables, snapshot.pinned.secret_variables)) return false;
  if (!secrets_match(snapshot, snapshot.pinned.env, snapshot.pinned.secret_env)) return false;
  return digest == api::digest_of({.spec = snapshot.spec,
                                   .source = snapshot.source_sha256,
                                   .variables = snapshot.pinned.variables,
                                   .env = snapshot.pinned.env,
                                   .target = snapshot.target});
}

}  // namespace

Result<EncodedSnapshot> encode_snapshot(const Snapshot& snapshot) {
  if (auto whole = packed(snapshot, true)) return EncodedSnapshot{std::move(*whole), restorable_of(snapshot)};
  if (auto reference = packed(snapshot, false)) {
    return EncodedSnapshot{std::move(*reference), api::Restorable::ByReference};
  }
  return fail(ErrorKind::Invalid, "the inputs do not fit a revision (" + std::to_string(kMaxPayloadBytes) +
                                      " bytes compressed) even without the source; use smaller variables");
}

Result<Snapshot> decode_snapshot(std::string_view payload, std::string_view digest) {
  auto document = gunzip(payload, kMaxSnapshotBytes);
  if (!document) return document.error().with_context("the kept revision cannot be used: it");
  auto parts = split(*document);
  if (!parts) return parts.error();
  try {
    auto snapshot = read_snapshot(*parts);
    if (!snapshot) return snapshot;
    if (!matches(*snapshot, digest)) return broken("its content does not match the digest recorded");
    return snapshot;
  } catch (const Json::exception&) {
    return broken("a member is missing or has the wrong type");
  }
}

api::Restorable restorable_of(const Snapshot& snapshot) {
  const bool has_all = snapshot.source_sha256.empty() || !snapshot.source.empty();
  return has_all ? api::Restorable::Exact : api::Restorable::ByReference;
}

}  // namespace deployctl::history
