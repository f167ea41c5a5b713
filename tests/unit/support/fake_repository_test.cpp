#include "support/fake_repository.hpp"

#include <gtest/gtest.h>

#include "api/constants.hpp"
#include "support/run_coroutine.hpp"

namespace deployctl::support {
namespace {

const ObjectKey kWeb{"shop", "web"};

class Bench {
 public:
  Bench() {
    api::Deployment object;
    object.meta.key = kWeb;
    repository.put(object);
  }
  api::Deployment seen() { return repository.find(kWeb).value().value(); }
  Result<void> write(const api::Deployment& object, std::int64_t revision) {
    api::DeploymentStatus next = object.status;
    next.revision = revision;
    return run_coroutine(repository.write_status(object, next));
  }
  FakeRepository repository;
};

TEST(FakeRepository, AnAnnounceOnAnOldStateIsAConflict) {
  Bench bench;
  const api::Deployment old = bench.seen();
  bench.repository.edit(kWeb, [](api::DeploymentSpec& spec) { spec.version = "2"; });
  api::DeploymentStatus next = old.status;
  next.operation.emplace();
  EXPECT_EQ(run_coroutine(bench.repository.announce(old, next)).error().kind, ErrorKind::Conflict);
  EXPECT_TRUE(bench.repository.writes().empty());
}

TEST(FakeRepository, AWriteTestsTheOperationAndNotTheVersion) {
  Bench bench;
  const api::Deployment object = bench.seen();
  bench.repository.edit(kWeb, [](api::DeploymentSpec& spec) { spec.version = "2"; });
  EXPECT_TRUE(bench.write(object, 1));
  api::DeploymentStatus taken = bench.seen().status;
  taken.operation = api::Operation{.id = "another"};
  bench.repository.overwrite_status(kWeb, taken);
  EXPECT_EQ(bench.write(object, 2).error().kind, ErrorKind::Conflict);
}

TEST(FakeRepository, AWriteThatChangesNothingIsNotSent) {
  Bench bench;
  EXPECT_TRUE(bench.write(bench.seen(), 0));
  EXPECT_TRUE(bench.repository.writes().empty());
}

TEST(FakeRepository, AWriteFailsAsAskedBeforeOrAfterItTookEffect) {
  Bench bench;
  bench.repository.fail_write(2, fail(ErrorKind::Transient, "down"));
  EXPECT_TRUE(bench.write(bench.seen(), 1));
  EXPECT_EQ(bench.write(bench.seen(), 2).error().kind, ErrorKind::Transient);
  EXPECT_EQ(bench.repository.status(kWeb).revision, 1);
  bench.repository.fail_write(1, fail(ErrorKind::Transient, "lost"), true);
  EXPECT_FALSE(bench.write(bench.seen(), 3));
  EXPECT_EQ(bench.repository.status(kWeb).revision, 3);
}

TEST(FakeRepository, AnObjectThatIsBeingDeletedGoesWithItsLastFinalizer) {
  Bench bench;
  ASSERT_TRUE(run_coroutine(bench.repository.add_finalizer(bench.seen())));
  bench.repository.request_deletion(kWeb);
  EXPECT_TRUE(bench.seen().meta.deleting);
  ASSERT_TRUE(run_coroutine(bench.repository.remove_finalizer(bench.seen())));
  EXPECT_FALSE(bench.repository.has(kWeb));
}

TEST(FakeRepository, ARevisionIsImmutableAndAForeignOneAConflict) {
  Bench bench;
  const ports::KeptRevision first{.number = 1, .digest = "d", .payload = "p"};
  EXPECT_TRUE(run_coroutine(bench.repository.save_revision(bench.seen(), first)));
  EXPECT_TRUE(run_coroutine(bench.repository.save_revision(bench.seen(), first)));
  ports::KeptRevision other = first;
  other.payload = "q";
  EXPECT_EQ(run_coroutine(bench.repository.save_revision(bench.seen(), other)).error().kind, ErrorKind::Conflict);
  bench.repository.occupy_revision(kWeb, 2);
  other.number = 2;
  EXPECT_EQ(run_coroutine(bench.repository.save_revision(bench.seen(), other)).error().kind, ErrorKind::Conflict);
  EXPECT_EQ(bench.repository.writes().size(), 1U);
}

}  // namespace
}  // namespace deployctl::support
