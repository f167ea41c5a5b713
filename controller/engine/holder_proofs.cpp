#include "engine/holder_proofs.hpp"

namespace deployctl::engine {

namespace {

/// Identities come out of statuses, which anybody with that right may write.
constexpr std::size_t kMostKept = 256;

}  // namespace

bool HolderProofs::is_dead_from_here(const api::Holder& holder) const {
  const Options& options = services_.options;
  if (options.is_dead) return options.is_dead(holder);
  return is_proven_dead(holder, options.holder, look_at_process(holder.pid));
}

Task<HolderProof> HolderProofs::proof_of(api::Holder holder) {
  if (is_dead_from_here(holder)) co_return HolderProof{.dead = true, .missing = {}, .by = started_};
  const auto known = kept_.find(holder.identity);
  if (known != kept_.end() && (known->second.proof.dead || services_.ports.clock.steady() < known->second.look_again))
    co_return known->second.proof;
  HolderProof proof = co_await ask(holder);
  if (proof.dead) proof.by = services_.ports.clock.wall();
  if (kept_.size() >= kMostKept) kept_.clear();
  Kept& kept = kept_[holder.identity];
  if (!proof.dead && proof != kept.proof)
    services_.ports.log.warning("Waits for another controller, which is not proven to have ended",
                                {{"holder", Json(holder.identity)}, {"reason", Json(proof.missing)}});
  kept = {.proof = proof, .look_again = services_.ports.clock.steady() + kHolderPoll};
  co_return proof;
}

Task<HolderProof> HolderProofs::ask(api::Holder holder) {
  const auto pod = pod_of(holder);
  if (!pod && holder.pod_uid.empty())
    co_return HolderProof{.dead = false,
                          .missing =
                              "it runs outside a Pod, and only a controller on its machine can tell whether it "
                              "has ended"};
  if (!pod || holder.node.empty()) co_return HolderProof{.dead = false, .missing = "it does not tell its Pod and Node"};
  const auto seen = co_await services_.ports.pods.pod(pod->key);
  if (const auto proof = proof_by_pod(holder, *pod, seen)) co_return *proof;
  const auto node = co_await services_.ports.pods.node(holder.node);
  co_return proof_by_node(holder, *pod, node);
}

}  // namespace deployctl::engine
