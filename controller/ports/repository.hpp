#pragma once

// Where Deployments, their status and their kept revisions live: the API server (cluster/) or files (files/). Reads of
// the object come from a cache and do no I/O. Fake: support/fake_repository.
//
// Writing rules, kept by every implementation:
//  * a write of the status says on which state it was decided; if that state is gone the answer is Conflict, nothing is
//  written,
//    and the key comes again when the cache has caught up;
//  * a write that changes nothing is not sent;
//  * after a successful write `find` returns at least that state (a cache older than our own write answers Conflict).

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/deployment.hpp"
#include "async/asio.hpp"
#include "base/result.hpp"
#include "ports/attachment.hpp"

namespace deployctl::ports {

/// A kept revision: opaque bytes (history/snapshot writes and reads them) plus what must be findable without reading
/// them.
struct KeptRevision {
  std::int64_t number = 0;
  std::string digest;
  std::string payload;  ///< already compressed; the repository cuts it into pieces
};
struct KeptRevisionInfo {
  std::int64_t number = 0;
  std::string digest;
  std::string created;  ///< RFC 3339
};

struct AttachedValues {
  std::map<std::string, std::string> values;
  std::string note;  ///< of Plan: its id; of Outputs: names of the sensitive ones, by commas
  bool operator==(const AttachedValues&) const = default;
};

class Repository {
 public:
  virtual ~Repository() = default;

  /// Nothing when the object does not exist (any more). Conflict when the cache is older than our own last write.
  virtual Result<std::optional<api::Deployment>> find(const ObjectKey& key) = 0;

  /// The first write of an operation: merge PATCH of /status carrying the resourceVersion of `seen`.
  virtual Task<Result<void>> announce(const api::Deployment& seen, api::DeploymentStatus next) = 0;
  /// Any later write: JSON PATCH of /status that tests operation id and holder of `seen` (or, with no operation there,
  /// that there is none and the uid).
  virtual Task<Result<void>> write_status(const api::Deployment& seen, api::DeploymentStatus next) = 0;
  /// JSON PATCHes of only our finalizer. Already so = success; object gone = success.
  virtual Task<Result<void>> add_finalizer(const api::Deployment& seen) = 0;
  virtual Task<Result<void>> remove_finalizer(const api::Deployment& seen) = 0;

  /// Immutable. There already with equal content = success; a Secret of that name that is not ours, or differs =
  /// Conflict. Carries the in-use finalizer; the one of the revision before loses it.
  virtual Task<Result<void>> save_revision(const api::Deployment& owner, KeptRevision revision) = 0;
  /// NotFound when it is gone; Invalid when a piece is missing or its content does not match the digest recorded.
  virtual Task<Result<KeptRevision>> load_revision(const api::Deployment& owner, std::int64_t number) = 0;
  /// Ours only, newest first.
  virtual Task<Result<std::vector<KeptRevisionInfo>>> list_revisions(const api::Deployment& owner) = 0;
  virtual Task<Result<void>> delete_revision(const api::Deployment& owner, std::int64_t number) = 0;

  /// Replaces what was there. AlreadyExists: a Secret of that name is there and is not ours. Invalid: it does not fit.
  virtual Task<Result<void>> attach(const api::Deployment& owner, Attachment what, AttachedValues values) = 0;
  /// Nothing when there is none of ours.
  virtual Task<Result<std::optional<AttachedValues>>> attached(const api::Deployment& owner, Attachment what) = 0;
  /// One that is not ours is left alone.
  virtual Task<Result<void>> detach(const api::Deployment& owner, Attachment what) = 0;
};

}  // namespace deployctl::ports
