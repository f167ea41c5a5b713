// What proves that a holder is dead, rule by rule.

#include "engine/holder.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "base/ulid.hpp"

namespace deployctl::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const WallTime kBorn{std::chrono::hours(500'000) + milliseconds(300)};

api::Holder local(std::int64_t pid, std::int64_t start) {
  return {.identity = "p" + std::to_string(pid), .node = "host", .pid = pid, .process_start = start, .boot_id = "boot"};
}

api::Holder in_pod() { return own_holder({.ns = "system", .name = "one", .uid = "pod-1", .node = "node-1"}, kBorn); }

TEST(Holder, LocalProcessIsDeadWhenItsPidIsGoneOrAnother) {
  EXPECT_TRUE(is_proven_dead(local(7, 100), local(8, 200), {.exists = false}));
  EXPECT_TRUE(is_proven_dead(local(7, 100), local(8, 200), {.exists = true, .start = 150}));
  EXPECT_FALSE(is_proven_dead(local(7, 100), local(8, 200), {.exists = true, .start = 100}));
}

TEST(Holder, ProcessOfAnotherBootIsDead) {
  api::Holder before = local(7, 100);
  before.boot_id = "earlier";
  EXPECT_TRUE(is_proven_dead(before, local(8, 200), {.exists = true, .start = 100}));
}

TEST(Holder, ProcessOfAnotherMachineIsNotProvenDead) {
  api::Holder other = local(7, 100);
  other.node = "elsewhere";
  EXPECT_FALSE(is_proven_dead(other, local(8, 200), {.exists = false}));
}

TEST(Holder, EarlierProcessOfOurPodIsDead) {
  api::Holder before = local(1, 100);
  api::Holder self = local(1, 200);
  before.identity = "before";
  before.pod_uid = self.pod_uid = "pod";
  EXPECT_TRUE(is_proven_dead(before, self, {.exists = true, .start = 200}));
  self.pod_uid = "other-pod";
  EXPECT_FALSE(is_proven_dead(before, self, {.exists = false}));
}

TEST(Holder, OwnHolderIsAlive) {
  const api::Holder self = own_holder({}, kBorn);
  EXPECT_FALSE(is_proven_dead(self, self, look_at_process(self.pid)));
  EXPECT_GT(self.process_start, 0);
  EXPECT_FALSE(self.boot_id.empty());
  api::Holder twin = self;
  twin.identity = "other";
  EXPECT_FALSE(is_proven_dead(twin, self, look_at_process(twin.pid)));
}

TEST(Holder, IdentityInAPodTellsWhereAndSinceWhen) {
  const api::Holder holder = in_pod();
  EXPECT_EQ(holder.pod_uid, "pod-1");
  EXPECT_EQ(holder.node, "node-1");
  EXPECT_EQ(pod_of(holder), (HolderPod{.key = {"system", "one"}, .born = kBorn}));
}

TEST(Holder, IdentityOutsideAPodTellsNoPod) { EXPECT_EQ(pod_of(own_holder({}, kBorn)), std::nullopt); }

TEST(Holder, IdentityThatIsNoneOfOursTellsNoPod) {
  const std::string ulid = make_ulid(kBorn, random_bytes(10));
  for (const std::string& identity :
       {std::string(), std::string("one"), "one_" + ulid, "system/" + ulid, "system/_" + ulid, "/one_" + ulid,
        "system/one_" + ulid + "x", "a_" + ulid + "/one", "system/../one_" + ulid, "system/.._" + ulid,
        "system/one?x=_" + ulid}) {
    api::Holder holder = in_pod();
    holder.identity = identity;
    EXPECT_EQ(pod_of(holder), std::nullopt) << identity;
  }
}

/// A run of the container, in seconds around the holder's birth.
ports::EndedRun run(int started, int ended) {
  const auto born = std::chrono::floor<seconds>(kBorn);
  return {.started = born + seconds(started), .ended = born + seconds(ended)};
}

enum class Answer { Dead, NotProven, AskTheNode };

TEST(Holder, PodProvesByTheEndOfTheRunInWhichTheHolderWasBorn) {
  struct Row {
    std::string what;
    Result<std::optional<ports::PodSeen>> seen;
    Answer answer;
    std::string says;
  };
  using Seen = std::optional<ports::PodSeen>;
  const auto pod = [](std::vector<std::vector<ports::EndedRun>> runs) {
    return Seen(ports::PodSeen{.uid = "pod-1", .containers = std::move(runs)});
  };
  const std::vector<Row> rows{
      {"gone", Seen(), Answer::AskTheNode, ""},
      {"another of its name", Seen(ports::PodSeen{.uid = "pod-2", .containers = {}}), Answer::AskTheNode, ""},
      {"terminated", pod({{run(-1, 60)}}), Answer::Dead, ""},
      {"born in the second in which it started", pod({{run(0, 60)}}), Answer::Dead, ""},
      {"terminated before, runs again", pod({{run(100, 160), run(-1, 60)}}), Answer::Dead, ""},
      {"a run before its own", pod({{run(-60, -1)}}), Answer::NotProven, "does not say that its container has ended"},
      {"a run that ended in the second of its birth", pod({{run(-60, 0)}}), Answer::NotProven, "has ended"},
      {"a run after its own", pod({{run(1, 60)}}), Answer::NotProven, "has ended"},
      {"runs", pod({{}}), Answer::NotProven, "has ended"},
      {"one of two still runs", pod({{run(-1, 60)}, {}}), Answer::NotProven, "has ended"},
      {"both have ended", pod({{run(-1, 60)}, {run(-2, 61)}}), Answer::Dead, ""},
      {"no status yet", pod({}), Answer::NotProven, "has ended"},
      {"no right", fail(ErrorKind::Forbidden, "no"), Answer::NotProven, "may not get pods in namespace system"},
      {"no answer", fail(ErrorKind::Transient, "timed out"), Answer::NotProven, "timed out"},
  };
  const api::Holder holder = in_pod();
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    const auto proof = proof_by_pod(holder, *pod_of(holder), row.seen);
    EXPECT_EQ(proof.has_value(), row.answer != Answer::AskTheNode);
    if (!proof) continue;
    EXPECT_EQ(proof->dead, row.answer == Answer::Dead);
    EXPECT_EQ(proof->missing.empty(), proof->dead);
    EXPECT_NE(proof->missing.find(row.says), std::string::npos) << proof->missing;
  }
}

TEST(Holder, NodeProvesWhenItIsReadyOrGone) {
  struct Row {
    std::string what;
    Result<std::optional<ports::NodeSeen>> seen;
    bool dead;
    std::string says;
  };
  using Seen = std::optional<ports::NodeSeen>;
  const std::vector<Row> rows{
      {"ready", Seen(ports::NodeSeen{.ready = true}), true, ""},
      {"gone", Seen(), true, ""},
      {"not ready", Seen(ports::NodeSeen{.ready = false}), false, "Node node-1 is not Ready"},
      {"no right", fail(ErrorKind::Forbidden, "no"), false, "may not get nodes"},
      {"no answer", fail(ErrorKind::Transient, "timed out"), false, "timed out"},
  };
  const api::Holder holder = in_pod();
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    const HolderProof proof = proof_by_node(holder, *pod_of(holder), row.seen);
    EXPECT_EQ(proof.dead, row.dead);
    EXPECT_NE(proof.missing.find(row.says), std::string::npos) << proof.missing;
  }
}

}  // namespace
}  // namespace deployctl::engine
