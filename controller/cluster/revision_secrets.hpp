#pragma once

// Kept revisions as Secrets of the object's namespace: NAME-rN, and NAME-rN-1 … when one is not enough (each at most
// 900 KiB; at most 8, and one more for the sealed copy). Type deployctl.io/revision, immutable, labelled, without owner
// reference. All pieces of the newest carry the finalizer deployctl.io/in-use, so that it outlives a careless delete
// until the object is destroyed. A Secret of such a name that is not ours (type, installation, owner) is never touched.
// Used by KubeRepository; stateless; a call that was interrupted can be made again.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/constants.hpp"
#include "base/result.hpp"
#include "kube/client.hpp"
#include "kube/object.hpp"
#include "ports/repository.hpp"

namespace deployctl::cluster {

/// "NAME-rN", "NAME-rN-1", …; a name that gets too long is cut and ends with a hash (fault I16).
std::string revision_secret_name(const std::string& name, std::int64_t number, std::size_t piece);

class RevisionSecrets {
 public:
  /// A smaller `piece_bytes` is for tests.
  RevisionSecrets(kube::Client& client, std::string installation,
                  std::size_t piece_bytes = api::limits::kRevisionSecretBytes)
      : client_(client), installation_(std::move(installation)), piece_bytes_(piece_bytes) {}

  // The four verbs of ports::Repository.
  Task<Result<void>> save(ObjectKey owner, std::string uid, ports::KeptRevision revision);
  Task<Result<ports::KeptRevision>> load(ObjectKey owner, std::int64_t number);
  Task<Result<std::vector<ports::KeptRevisionInfo>>> list(ObjectKey owner);
  Task<Result<void>> remove(ObjectKey owner, std::int64_t number);
  /// Lifts the in-use finalizer of all of them: just before the object's own finalizer goes.
  Task<Result<void>> release(ObjectKey owner);

 private:
  /// Metadata of one of our Secrets.
  struct Piece {
    std::string secret;
    std::string uid;
    std::int64_t number = 0;
    std::size_t index = 0;
    std::string digest;
    std::string created;
    std::vector<std::string> finalizers;
  };
  /// One piece of a revision, as it is written.
  struct Draft {
    std::string secret;
    Json object;
  };

  [[nodiscard]] std::size_t pieces_for(const std::string& payload) const;
  [[nodiscard]] std::vector<Draft> drafts(const ObjectKey& owner, const std::string& uid,
                                          const ports::KeptRevision& revision) const;
  [[nodiscard]] bool is_ours(const Json& secret, const ObjectKey& owner) const;
  [[nodiscard]] std::optional<Piece> read_piece(const Json& secret, const ObjectKey& owner) const;

  Task<Result<void>> create_piece(ObjectKey owner, Draft draft, bool is_head, std::int64_t number);
  Task<Result<bool>> exists(ObjectKey owner, std::int64_t number);
  Task<Result<void>> remove_piece(ObjectKey owner, Piece piece);
  Task<Result<Json>> get_ours(ObjectKey owner, std::string secret);
  Task<Result<std::vector<Piece>>> pieces(ObjectKey owner);
  Task<Result<void>> release_piece(ObjectKey owner, Piece piece);
  Task<Result<void>> release_older(ObjectKey owner, std::int64_t than);

  kube::Client& client_;
  std::string installation_;
  std::size_t piece_bytes_;
};

}  // namespace deployctl::cluster
