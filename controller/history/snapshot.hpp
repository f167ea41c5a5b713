#pragma once

// Everything a revision needs to be deployed again: written into its Secret before the first effect, read by rollback,
// recovery and destroy, never the source. Pure: bytes in, bytes out; ports/repository cuts and stores them.
//
// Bytes: gzip of a JSON header, then the source's files. They hold secret values: they go into a Secret and nowhere
// else.

#include <cstddef>
#include <string>
#include <string_view>

#include "api/constants.hpp"
#include "api/deployment.hpp"
#include "executors/procedure.hpp"
#include "ports/pinned_values.hpp"
#include "ports/sealed_values.hpp"
#include "ports/source_tree.hpp"

namespace deployctl::history {

struct Snapshot {
  api::DeploymentSpec spec;
  ports::SourceTree source;   ///< whole; empty without source, and when only `source_sha256` could be kept
  std::string source_sha256;  ///< of the source as it was deployed; empty without source
  ports::PinnedValues pinned;
  ports::SealedValues sealed;  ///< of what is Live, for Destroy alone: in no digest, not in a rollback's inputs
  executors::Remembered remembered;
  std::string digest;  ///< api::digest_of of all this
  std::string gate;    ///< api::gate_of(spec)
  api::Target target;
  std::string hmac_key;  ///< the object's; the newest revision's is the one in use
  bool operator==(const Snapshot&) const = default;
};

/// Without the sealed copy, which takes no room from the inputs: it has a Secret's worth of its own.
inline constexpr std::size_t kMaxPayloadBytes = api::limits::kRevisionSecretBytes * api::limits::kRevisionSecrets;
inline constexpr std::size_t kMaxSealedPayloadBytes =
    api::limits::kRevisionSecretBytes * (api::limits::kRevisionSecrets + ports::kSealedSecrets);
/// After decompression: a source at its default cap (10 MiB), and room for the rest.
inline constexpr std::size_t kMaxSnapshotBytes = 32U * 1024 * 1024;

struct EncodedSnapshot {
  std::string payload;
  api::Restorable restorable = api::Restorable::No;  ///< Exact, or ByReference when the source did not fit
};

/// Leaves the source out when it does not fit, and the sealed copy when that is larger than its own room. Error:
/// Invalid, when even the rest does not. Equal input gives equal bytes (save_revision may be repeated).
Result<EncodedSnapshot> encode_snapshot(const Snapshot& snapshot);

/// `digest` is the one recorded for this revision. Error: Invalid, when the bytes are not a snapshot, are larger than
/// the cap, or do not match that digest (recomputed from the content).
Result<Snapshot> decode_snapshot(std::string_view payload, std::string_view digest);

/// Exact: everything is here. ByReference: the source must be fetched again and have `source_sha256`.
api::Restorable restorable_of(const Snapshot& snapshot);

}  // namespace deployctl::history
