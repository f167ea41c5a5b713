// Operations wait for a slot: in which order they go, and that none waits beside a free one. No time passes unless a
// test says so: nobody is found by the poll.

#include <gtest/gtest.h>

#include "engine/engine.hpp"
#include "support/engine_bed.hpp"

namespace deployctl::engine {
namespace {

using support::a_deployment;
using support::EngineBed;
namespace annotations = api::annotations;

const process::Exit kExitOne{process::Exit::Kind::Exited, 1, {}};

/// The only slot is taken by shop/web, whose step ends when the test says so.
struct OneSlot : EngineBed {
  OneSlot() : EngineBed(1) {}

  void put(const ObjectKey& key, const std::string& version = "1") {
    repository.put(a_deployment().named(key.name).of_version(version).where(
        [&](api::Deployment& object) { object.meta.key.ns = key.ns; }));
  }
  void occupy() {
    world.hanging = {"start"};
    deploy("1");
    work();
  }
  /// The object that holds the slot goes, and the slot with it.
  void free() {
    world.hanging.clear();
    repository.erase(key);
    work();
  }
  /// A change that its watch has not told yet.
  void unseen(const std::function<void()>& change) {
    const auto told = std::exchange(repository.on_change, [](const ObjectKey&) {});
    change();
    repository.on_change = told;
  }
  /// Who was started, in order, shop/web apart.
  [[nodiscard]] std::string started() const {
    std::string names;
    for (const std::string& line : world.lines) {
      if (!line.starts_with("start ") || line.starts_with("start web ")) continue;
      names += (names.empty() ? "" : " ") + line.substr(6, line.rfind(' ') - 6);
    }
    return names;
  }
};

TEST(Slots, NamespacesTakeTurns) {
  OneSlot bed;
  bed.occupy();
  for (const char* name : {"a1", "a2", "a3"}) bed.put({"a", name});
  bed.work();
  for (const char* name : {"b1", "b2"}) bed.put({"b", name});
  bed.work();
  EXPECT_EQ(bed.started(), "");
  bed.free();
  EXPECT_EQ(bed.started(), "a1 b1 a2 b2 a3");
}

TEST(Slots, NothingIsWrittenWhileOneWaits) {
  OneSlot bed;
  bed.occupy();
  bed.put({"a", "a1"});
  bed.work();
  bed.repository.forget_writes();
  bed.put({"b", "b1"});
  bed.pass(std::chrono::seconds(5));
  for (const auto& write : bed.repository.writes())
    EXPECT_EQ(write.kind, support::FakeRepository::Kind::AddFinalizer) << "the first thing done to any object";
  EXPECT_EQ(bed.repository.status({"a", "a1"}).observed_generation, -1);
}

TEST(Slots, ARequestedRollbackOvertakesARetry) {
  OneSlot bed;
  bed.put({"a", "back"});
  bed.work();
  bed.repository.edit({"a", "back"}, [](api::DeploymentSpec& spec) { spec.version = "2"; });
  bed.work();
  bed.world.ends["prepare 7"] = kExitOne;
  bed.put({"a", "again"}, "7");
  bed.work();
  bed.world.ends.clear();
  bed.world.lines.clear();
  bed.occupy();
  bed.pass(std::chrono::minutes(1));
  bed.repository.annotate({"a", "back"}, std::string(annotations::kRollbackTo), "previous/x");
  bed.work();
  EXPECT_EQ(bed.started(), "");
  bed.free();
  EXPECT_EQ(bed.started(), "back again");
}

TEST(Slots, WhoIsDeletedWhileWaitingLeavesTheLineToTheNext) {
  OneSlot bed;
  bed.occupy();
  bed.put({"a", "a1"});
  bed.work();
  bed.put({"b", "b1"});
  bed.work();
  bed.unseen([&] { bed.repository.erase({"a", "a1"}); });
  bed.free();
  EXPECT_EQ(bed.started(), "b1");
}

TEST(Slots, WhoIsSuspendedWhileWaitingLeavesTheLineToTheNext) {
  OneSlot bed;
  bed.occupy();
  bed.put({"a", "a1"});
  bed.work();
  bed.put({"b", "b1"});
  bed.work();
  bed.unseen([&] { bed.repository.edit({"a", "a1"}, [](api::DeploymentSpec& spec) { spec.suspend = true; }); });
  bed.free();
  EXPECT_EQ(bed.started(), "b1");
}

TEST(Slots, OneThatFailsLeavesItsSlotToTheNext) {
  OneSlot bed;
  bed.occupy();
  bed.world.ends["prepare 7"] = kExitOne;
  bed.put({"a", "a1"}, "7");
  bed.work();
  bed.put({"b", "b1"});
  bed.work();
  bed.free();
  EXPECT_EQ(bed.started(), "b1");
}

TEST(Slots, WhatDeadProcessesLeftIsTakenOverOneAfterTheOther) {
  OneSlot bed;
  for (const char* name : {"a1", "a2"}) {
    bed.put({"a", name});
    bed.work();
  }
  bed.occupy();
  const api::DeploymentStatus open = bed.status();
  bed.world.hanging.clear();
  bed.crash();
  bed.work();
  for (const char* name : {"a1", "a2"}) {
    api::DeploymentStatus left = bed.repository.status({"a", name});
    left.operation = open.operation;
    left.operation->revision = left.revision;
    bed.repository.overwrite_status({"a", name}, left);
  }
  bed.world.hanging = {"prepare"};
  bed.work();
  EXPECT_EQ(bed.world.hang_count, 1U);
  bed.world.hanging.clear();
}

TEST(Slots, AllThatWaitGoInTheEnd) {
  OneSlot bed;
  bed.occupy();
  for (int n = 0; n < 12; ++n) bed.put({"ns" + std::to_string(n % 3), "n" + std::to_string(n)});
  bed.work();
  bed.free();
  for (int n = 0; n < 12; ++n)
    EXPECT_TRUE(bed.world.running.contains("n" + std::to_string(n))) << n << " waited beside a free slot";
}

}  // namespace
}  // namespace deployctl::engine
