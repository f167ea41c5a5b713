#include "cluster/revision_secrets.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "api/constants.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "cluster/own_secret.hpp"
#include "kube/json_patch.hpp"
#include "ports/sealed_values.hpp"

namespace deployctl::cluster {

namespace {

// Annotations (with the digest, which is too long for a label): what a label cannot hold, or holds only cut.
constexpr std::string_view kPiece = "deployctl.io/piece";    ///< "0" to "8"
constexpr std::string_view kPieces = "deployctl.io/pieces";  ///< how many
constexpr std::string_view kPayload = "payload";

constexpr std::size_t kMostPieces = api::limits::kRevisionSecrets + ports::kSealedSecrets;
constexpr std::size_t kSecretName = 253;
constexpr std::size_t kLongestSuffix = 24;  // "-r", 19 digits, "-8"

std::int64_t number_of(const std::string& digits) {
  std::int64_t number = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc() && end == digits.data() + digits.size() ? number : -1;
}

Result<std::string> payload_of(const Json& secret) {
  const Json* payload = member(member(&secret, "data"), kPayload);
  if (payload == nullptr || !payload->is_string()) return fail(ErrorKind::Invalid, "no payload");
  return base64_decode(payload->get_ref<const std::string&>());
}

}  // namespace

std::string revision_secret_name(const std::string& name, std::int64_t number, std::size_t piece) {
  constexpr std::size_t kStem = kSecretName - kLongestSuffix;
  std::string secret = name.size() <= kStem ? name : bounded_name(name, kStem);
  secret += "-r" + std::to_string(number);
  if (piece > 0) secret += "-" + std::to_string(piece);
  return secret;
}

std::size_t RevisionSecrets::pieces_for(const std::string& payload) const {
  return std::max<std::size_t>(1, (payload.size() + piece_bytes_ - 1) / piece_bytes_);
}

std::vector<RevisionSecrets::Draft> RevisionSecrets::drafts(const ObjectKey& owner, const std::string& uid,
                                                            const ports::KeptRevision& revision) const {
  const std::size_t count = pieces_for(revision.payload);
  const std::string content = sha256_hex(revision.payload);
  std::vector<Draft> drafts;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view bytes = std::string_view(revision.payload).substr(i * piece_bytes_, piece_bytes_);
    Draft draft{revision_secret_name(owner.name, revision.number, i), Json::object()};
    draft.object = {
        {"apiVersion", "v1"},
        {"kind", "Secret"},
        {"type", api::kRevisionSecretType},
        {"immutable", true},
        {"data", {{kPayload, base64_encode(bytes)}}},
    };
    draft.object["metadata"] = {
        {"name", draft.secret},
        {"namespace", owner.ns},
        {"finalizers", Json::array({api::kInUseFinalizer})},
        {"labels", labels_of(owner, uid, installation_)},
        {"annotations",
         {{kOwner, owner.str()},
          {api::labels::kDigest, revision.digest},
          {kContent, content},
          {kPiece, std::to_string(i)},
          {kPieces, std::to_string(count)}}},
    };
    draft.object["metadata"]["labels"][std::string(api::labels::kRevision)] = std::to_string(revision.number);
    drafts.push_back(std::move(draft));
  }
  return drafts;
}

bool RevisionSecrets::is_ours(const Json& secret, const ObjectKey& owner) const {
  if (secret.contains("type") && secret.at("type") != api::kRevisionSecretType) return false;
  return belongs_to(secret, owner, installation_);
}

std::optional<RevisionSecrets::Piece> RevisionSecrets::read_piece(const Json& secret, const ObjectKey& owner) const {
  const std::int64_t number = number_of(label(secret, api::labels::kRevision));
  const std::int64_t index = number_of(annotation(secret, kPiece));
  if (!is_ours(secret, owner) || number < 1 || index < 0) return std::nullopt;
  return Piece{.secret = meta_text(secret, "name"),
               .uid = meta_text(secret, "uid"),
               .number = number,
               .index = static_cast<std::size_t>(index),
               .digest = annotation(secret, api::labels::kDigest),
               .created = meta_text(secret, "creationTimestamp"),
               .finalizers = finalizers_of(secret)};
}

Task<Result<void>> RevisionSecrets::save(ObjectKey owner, std::string uid, ports::KeptRevision revision) {
  if (pieces_for(revision.payload) > kMostPieces)
    co_return fail(ErrorKind::Invalid, "revision " + std::to_string(revision.number) + " does not fit into " +
                                           std::to_string(kMostPieces) + " secrets");
  std::vector<Draft> all = drafts(owner, uid, revision);
  // The head comes last: a revision is there when its head is.
  while (!all.empty()) {
    Draft draft = std::move(all.back());
    all.pop_back();
    const bool is_head = all.empty();
    if (auto made = co_await create_piece(owner, std::move(draft), is_head, revision.number); !made)
      co_return made.error();
  }
  co_return co_await release_older(owner, revision.number);
}

Task<Result<void>> RevisionSecrets::create_piece(ObjectKey owner, Draft draft, bool is_head, std::int64_t number) {
  const kube::Request request = kube::create(kube::kSecrets, owner.ns, draft.object, api::kControllerName);
  for (int tries = 0; tries < 2; ++tries) {
    const auto made = co_await client_.send(request);
    if (made) co_return Result<void>();
    // Transient: the answer may be lost; the Secret itself says.
    if (made.error().kind != ErrorKind::AlreadyExists && made.error().kind != ErrorKind::Transient)
      co_return made.error();
    const auto there = co_await client_.send_json(kube::get(kube::kSecrets, {owner.ns, draft.secret}));
    if (!there) co_return there.error().kind == ErrorKind::NotFound ? made.error() : there.error();
    if (!is_ours(*there, owner))
      co_return fail(ErrorKind::Conflict, "secret " + draft.secret + " exists and is not ours");
    const bool same = annotation(*there, kContent) == annotation(draft.object, kContent) &&
                      annotation(*there, kPieces) == annotation(draft.object, kPieces) &&
                      annotation(*there, api::labels::kDigest) == annotation(draft.object, api::labels::kDigest);
    if (same) co_return Result<void>();
    // A piece whose head was never written is left over from a save that was interrupted.
    const Result<bool> complete = is_head ? Result<bool>(true) : co_await exists(owner, number);
    if (!complete) co_return complete.error();
    if (*complete) co_return fail(ErrorKind::Conflict, "secret " + draft.secret + " exists with other content");
    const std::optional<Piece> left_over = read_piece(*there, owner);
    if (!left_over) co_return fail(ErrorKind::Conflict, "secret " + draft.secret + " cannot be read");
    if (auto removed = co_await remove_piece(owner, *left_over); !removed) co_return removed.error();
  }
  co_return fail(ErrorKind::Conflict, "secret " + draft.secret + " is being written by somebody else");
}

Task<Result<bool>> RevisionSecrets::exists(ObjectKey owner, std::int64_t number) {
  const std::string head = revision_secret_name(owner.name, number, 0);
  const auto found = co_await client_.send(kube::get(kube::kSecrets, {owner.ns, head}));
  if (found) co_return true;
  if (found.error().kind == ErrorKind::NotFound) co_return false;
  co_return found.error();
}

Task<Result<Json>> RevisionSecrets::get_ours(ObjectKey owner, std::string secret) {
  Result<Json> found = co_await client_.send_json(kube::get(kube::kSecrets, {owner.ns, secret}));
  if (found && !is_ours(*found, owner)) co_return fail(ErrorKind::NotFound, "secret " + secret + " is not ours");
  co_return found;
}

Task<Result<ports::KeptRevision>> RevisionSecrets::load(ObjectKey owner, std::int64_t number) {
  const Result<Json> head = co_await get_ours(owner, revision_secret_name(owner.name, number, 0));
  if (!head) co_return head.error();
  const std::string what = "revision " + std::to_string(number);
  const std::int64_t count = number_of(annotation(*head, kPieces));
  if (count < 1 || count > static_cast<std::int64_t>(kMostPieces))
    co_return fail(ErrorKind::Invalid, what + ": unreadable number of pieces");
  ports::KeptRevision revision{.number = number, .digest = annotation(*head, api::labels::kDigest)};
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    const std::string name = revision_secret_name(owner.name, number, i);
    const Result<Json> piece = i == 0 ? head : co_await get_ours(owner, name);
    if (!piece && piece.error().kind == ErrorKind::NotFound)
      co_return fail(ErrorKind::Invalid, what + ": secret " + name + " is missing");
    if (!piece) co_return piece.error();
    Result<std::string> bytes = payload_of(*piece);
    if (!bytes) co_return bytes.error().with_context(what + ": secret " + name);
    revision.payload += *bytes;
  }
  if (sha256_hex(revision.payload) != annotation(*head, kContent))
    co_return fail(ErrorKind::Invalid, what + ": content does not match the hash recorded");
  co_return revision;
}

Task<Result<std::vector<RevisionSecrets::Piece>>> RevisionSecrets::pieces(ObjectKey owner) {
  const std::string selector = std::string(api::labels::kInstallation) + "=" + label_value(installation_) + "," +
                               std::string(api::labels::kName) + "=" + label_value(owner.name) + "," +
                               std::string(api::labels::kRevision);
  const auto listed =
      co_await client_.list_all(kube::kSecrets, {.ns = owner.ns, .label_selector = selector, .metadata_only = true});
  if (!listed) co_return listed.error();
  std::vector<Piece> found;
  for (const Json& item : *listed)
    if (auto piece = read_piece(item, owner)) found.push_back(std::move(*piece));
  std::ranges::sort(found, [](const Piece& a, const Piece& b) {
    return a.number != b.number ? a.number > b.number : a.index < b.index;
  });
  co_return found;
}

Task<Result<std::vector<ports::KeptRevisionInfo>>> RevisionSecrets::list(ObjectKey owner) {
  const auto all = co_await pieces(owner);
  if (!all) co_return all.error();
  std::vector<ports::KeptRevisionInfo> infos;
  for (const Piece& piece : *all)
    if (piece.index == 0) infos.push_back({piece.number, piece.digest, piece.created});
  co_return infos;
}

Task<Result<void>> RevisionSecrets::remove(ObjectKey owner, std::int64_t number) {
  const auto all = co_await pieces(owner);
  if (!all) co_return all.error();
  // The head goes last, so that an interrupted removal is seen and made again.
  for (auto piece = all->rbegin(); piece != all->rend(); ++piece) {
    if (piece->number != number) continue;
    if (auto removed = co_await remove_piece(owner, *piece); !removed) co_return removed.error();
  }
  co_return Result<void>();
}

Task<Result<void>> RevisionSecrets::remove_piece(ObjectKey owner, Piece piece) {
  if (auto released = co_await release_piece(owner, piece); !released) co_return released.error();
  const auto removed = co_await client_.send(kube::remove(kube::kSecrets, {owner.ns, piece.secret}, piece.uid));
  if (!removed && removed.error().kind != ErrorKind::NotFound) co_return removed.error();
  co_return Result<void>();
}

Task<Result<void>> RevisionSecrets::release_piece(ObjectKey owner, Piece piece) {
  const Json patch = kube::remove_finalizer_patch(piece.uid, piece.finalizers, api::kInUseFinalizer);
  if (patch.is_null()) co_return Result<void>();
  const kube::PatchQuery query{.key = {owner.ns, piece.secret}, .field_manager = api::kControllerName};
  const auto patched = co_await client_.send(kube::json_patch(kube::kSecrets, query, patch));
  if (!patched && patched.error().kind != ErrorKind::NotFound) co_return patched.error();
  co_return Result<void>();
}

Task<Result<void>> RevisionSecrets::release_older(ObjectKey owner, std::int64_t than) {
  const auto all = co_await pieces(owner);
  if (!all) co_return all.error();
  for (const Piece& piece : *all) {
    if (piece.number >= than) continue;
    if (auto released = co_await release_piece(owner, piece); !released) co_return released.error();
  }
  co_return Result<void>();
}

Task<Result<void>> RevisionSecrets::release(ObjectKey owner) {
  co_return co_await release_older(owner, std::numeric_limits<std::int64_t>::max());
}

}  // namespace deployctl::cluster
