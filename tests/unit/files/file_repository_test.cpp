#include "files/file_repository.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/constants.hpp"
#include "base/ulid.hpp"
#include "support/fake_clock.hpp"
#include "support/run_coroutine.hpp"
#include "support/temporary_directory.hpp"

namespace deployctl::files {
namespace {

using namespace std::chrono_literals;
using support::run_coroutine;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const ObjectKey kWeb{"dev", "web"};

api::DeploymentSpec a_spec(const std::string& version = "1") {
  api::DeploymentSpec spec;
  spec.version = version;
  spec.docker = api::Docker{.image = "web:1"};
  spec.history_limit = 2;
  return spec;
}

class FileRepositoryTest : public testing::Test {
 protected:
  FileRepositoryTest() {
    EXPECT_TRUE(state_.prepare(kWeb));
    restart();
  }

  /// As another process would find it.
  void restart() {
    repository_ = std::make_unique<FileRepository>(
        state_, clock_,
        FileRepository::Options{.steps = [] { return Json::array({{{"name", "start"}}}); },
                                .changed = [this](const auto&, const auto&) { ++changes_; },
                                .warn = {}});
    ASSERT_TRUE(repository_->open(kWeb));
  }

  api::Deployment found() { return repository_->find(kWeb)->value(); }
  void ask(const std::string& version = "1") { repository_->ask(a_spec(version), {{"version", version}}, {}); }
  Result<void> write(const std::function<void(api::DeploymentStatus&)>& change) {
    const api::Deployment seen = found();
    api::DeploymentStatus next = seen.status;
    change(next);
    return run_coroutine(repository_->write_status(seen, next));
  }
  api::Operation open_operation(std::int64_t revision) {
    api::Operation operation{.id = make_ulid(clock_.wall(), std::string(10, 'x')), .revision = revision};
    operation.started_at = clock_.wall();
    EXPECT_TRUE(run_coroutine(repository_->announce(found(), [&] {
      api::DeploymentStatus next = found().status;
      next.operation = operation;
      next.last_revision = revision;
      return next;
    }())));
    return operation;
  }
  void close(std::int64_t revision, api::HistoryResult result, api::OperationKind kind = api::OperationKind::Deploy) {
    ASSERT_TRUE(write([&](api::DeploymentStatus& status) {
      status.operation.reset();
      if (result == api::HistoryResult::Succeeded) status.revision = revision;
      status.history.insert(status.history.begin(), {.revision = revision,
                                                     .kind = kind,
                                                     .result = result,
                                                     .restored_revision = 0,
                                                     .started_at = clock_.wall(),
                                                     .finished_at = clock_.wall()});
    }));
  }
  void deploy(std::int64_t revision) {
    clock_.advance(1h);
    open_operation(revision);
    close(revision, api::HistoryResult::Succeeded);
  }
  std::vector<std::int64_t> history() {
    std::vector<std::int64_t> numbers;
    for (const auto& each : HistoryFiles(state_).read(kWeb)->records) numbers.push_back(each.revision);
    return numbers;
  }

  support::TemporaryDirectory directory_;
  StateDirectory state_{directory_.path()};
  support::FakeClock clock_;
  std::unique_ptr<FileRepository> repository_;
  int changes_ = 0;
};

TEST_F(FileRepositoryTest, FindsNothingBeforeAnythingIsAsked) {
  EXPECT_EQ(*repository_->find(kWeb), std::nullopt);
  EXPECT_EQ(*repository_->find({"dev", "db"}), std::nullopt);
}

TEST_F(FileRepositoryTest, ASpecThatDiffersIsANewGeneration) {
  ask();
  EXPECT_EQ(found().meta.generation, 1);
  ask();
  EXPECT_EQ(found().meta.generation, 1);
  ask("2");
  EXPECT_EQ(found().meta.generation, 2);
  EXPECT_FALSE(found().meta.uid.empty());
}

TEST_F(FileRepositoryTest, WhatIsWrittenOutlivesTheProcess) {
  ask();
  ASSERT_TRUE(run_coroutine(repository_->add_finalizer(found())));
  const api::Operation operation = open_operation(1);
  const api::ObjectMeta before = found().meta;
  restart();
  const api::Deployment after = found();
  EXPECT_EQ(after.meta.uid, before.uid);
  EXPECT_EQ(after.meta.finalizers, before.finalizers);
  EXPECT_EQ(after.spec, a_spec());
  ASSERT_TRUE(after.status.operation);
  EXPECT_EQ(after.status.operation->id, operation.id);
  EXPECT_EQ(after.status.last_revision, 1);
}

TEST_F(FileRepositoryTest, AWriteDecidedOnAnotherStateIsAConflict) {
  ask();
  const api::Deployment seen = found();
  open_operation(1);
  api::DeploymentStatus next = seen.status;
  next.version = "other";
  EXPECT_EQ(run_coroutine(repository_->write_status(seen, next)).error().kind, ErrorKind::Conflict);
  EXPECT_TRUE(found().status.version.empty());
}

TEST_F(FileRepositoryTest, AWriteThatChangesNothingIsNone) {
  ask();
  open_operation(1);
  const int before = changes_;
  ASSERT_TRUE(write([](api::DeploymentStatus&) {}));
  EXPECT_EQ(changes_, before);
}

TEST_F(FileRepositoryTest, AnOperationThatEndsHasAFileWithConfigAndSteps) {
  ask("1.4.2");
  deploy(1);
  const auto records = HistoryFiles(state_).read(kWeb)->records;
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].config, Json({{"version", "1.4.2"}}));
  EXPECT_EQ(records[0].steps, Json::array({{{"name", "start"}}}));
}

TEST_F(FileRepositoryTest, OneThatWasCutOffIsToldWhenItHasBeenRecovered) {
  ask();
  const api::Operation operation = open_operation(1);
  restart();
  EXPECT_THAT(history(), IsEmpty());
  close(1, api::HistoryResult::Interrupted);
  const auto records = HistoryFiles(state_).read(kWeb)->records;
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].operation, operation.id);
  EXPECT_EQ(records[0].status, "Interrupted");
}

TEST_F(FileRepositoryTest, KeepsAsManyHistoryFilesAsTheSpecSays) {  // fault H6
  ask();
  for (const std::int64_t revision : {1, 2, 3, 4}) {
    deploy(revision);
    ASSERT_TRUE(write([](api::DeploymentStatus& status) { status.history.resize(1); }));
  }
  EXPECT_THAT(history(), ElementsAre(4, 3));
}

TEST_F(FileRepositoryTest, ARollbackTellsWhatTheFilesSaidOfTheRevisionItRestores) {
  ask("1");
  deploy(1);
  ask("2");
  deploy(2);
  clock_.advance(1h);
  open_operation(3);
  ASSERT_TRUE(write([&](api::DeploymentStatus& status) {
    status.operation.reset();
    status.history.insert(status.history.begin(), {.revision = 3,
                                                   .kind = api::OperationKind::Deploy,
                                                   .result = api::HistoryResult::Succeeded,
                                                   .restored_revision = 1,
                                                   .started_at = clock_.wall(),
                                                   .finished_at = clock_.wall()});
  }));
  EXPECT_EQ(HistoryFiles(state_).read(kWeb)->records.front().config, Json({{"version", "1"}}));
}

TEST_F(FileRepositoryTest, ADestroyedObjectIsGoneAndItsHistoryAndNumbersStay) {
  ask();
  ASSERT_TRUE(run_coroutine(repository_->add_finalizer(found())));
  deploy(7);
  ASSERT_TRUE(repository_->ask_to_destroy());
  restart();
  EXPECT_TRUE(found().meta.deleting);
  clock_.advance(1h);
  ASSERT_TRUE(run_coroutine(repository_->remove_finalizer(found())));
  EXPECT_EQ(*repository_->find(kWeb), std::nullopt);
  EXPECT_THAT(history(), ElementsAre(0, 7));
  EXPECT_EQ(HistoryFiles(state_).read(kWeb)->records.front().kind, "Destroy");
  restart();
  ask();
  EXPECT_FALSE(found().meta.deleting);
  EXPECT_EQ(found().status.last_revision, 7);
  EXPECT_EQ(found().status.revision, 0);
}

TEST_F(FileRepositoryTest, LetsGoWhenItsEndIsReached) {
  ask();
  open_operation(1);
  repository_->until([](const api::DeploymentStatus& status) { return !status.operation; });
  EXPECT_NE(*repository_->find(kWeb), std::nullopt);
  close(1, api::HistoryResult::Succeeded);
  EXPECT_EQ(*repository_->find(kWeb), std::nullopt);
}

TEST_F(FileRepositoryTest, RequestsAreSeenAndNothingNewIsBegunForACommandThatOnlyAsks) {
  ask();
  repository_->only_requests();
  repository_->request(api::annotations::kRollbackTo, "previous/1");
  EXPECT_TRUE(found().spec.suspend);
  EXPECT_EQ(found().meta.annotations.at(std::string(api::annotations::kRollbackTo)), "previous/1");
  open_operation(1);
  restart();
  EXPECT_FALSE(found().spec.suspend);
  EXPECT_TRUE(found().meta.annotations.empty());
}

TEST_F(FileRepositoryTest, ADamagedObjectIsOneSentenceAndIsLeftThere) {
  directory_.write("objects/web_dev.json", "{\"app\": \"web\", \"env\"");
  FileRepository repository(state_, clock_, {});
  const auto opened = repository.open(kWeb);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("objects/web_dev.json is damaged or was not written by deployctl"));
  EXPECT_TRUE(std::filesystem::exists(directory_.path() / "objects/web_dev.json"));
}

TEST_F(FileRepositoryTest, ARevisionIsKeptOnceAndReadBack) {
  ask();
  const ports::KeptRevision revision{.number = 3, .digest = "v1:d", .payload = std::string("gz\0\n\xff", 5)};
  const auto owner = found();
  ASSERT_TRUE(run_coroutine(repository_->save_revision(owner, revision)));
  ASSERT_TRUE(run_coroutine(repository_->save_revision(owner, revision)));
  const auto loaded = run_coroutine(repository_->load_revision(owner, 3));
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->payload, revision.payload);
  EXPECT_EQ(loaded->digest, "v1:d");
  ports::KeptRevision other = revision;
  other.payload = "else";
  EXPECT_EQ(run_coroutine(repository_->save_revision(owner, other)).error().kind, ErrorKind::Conflict);
  EXPECT_EQ(run_coroutine(repository_->load_revision(owner, 4)).error().kind, ErrorKind::NotFound);
  directory_.write("revisions/web_dev/r5", "junk");
  directory_.write("revisions/web_dev/notes", "mine");
  EXPECT_EQ(run_coroutine(repository_->load_revision(owner, 5)).error().kind, ErrorKind::Invalid);
  EXPECT_EQ(run_coroutine(repository_->list_revisions(owner))->size(), 1U);
  ASSERT_TRUE(run_coroutine(repository_->delete_revision(owner, 3)));
  EXPECT_TRUE(run_coroutine(repository_->list_revisions(owner))->empty());
}

TEST_F(FileRepositoryTest, AttachmentsKeepBytesAsTheyAre) {
  ask();
  const ports::AttachedValues values{.values = {{"plan", std::string("\0\xff", 2)}}, .note = "0123"};
  ASSERT_TRUE(run_coroutine(repository_->attach(found(), ports::Attachment::Plan, values)));
  EXPECT_EQ(**run_coroutine(repository_->attached(found(), ports::Attachment::Plan)), values);
  EXPECT_EQ(*run_coroutine(repository_->attached(found(), ports::Attachment::Outputs)), std::nullopt);
  ASSERT_TRUE(run_coroutine(repository_->detach(found(), ports::Attachment::Plan)));
  EXPECT_EQ(*run_coroutine(repository_->attached(found(), ports::Attachment::Plan)), std::nullopt);
}

TEST_F(FileRepositoryTest, AllObjectsAreListedAndForeignFilesToldOf) {
  ask();
  open_operation(1);
  directory_.write("objects/db_dev.json", "{");
  directory_.write("objects/readme", "");
  const auto all = load_objects(state_);
  ASSERT_TRUE(all);
  ASSERT_EQ(all->objects.size(), 1U);
  EXPECT_EQ(all->objects[0].object.meta.key, kWeb);
  EXPECT_EQ(all->warnings.size(), 2U);
}

}  // namespace
}  // namespace deployctl::files
