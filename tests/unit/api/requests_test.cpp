#include "api/requests.hpp"

#include <gtest/gtest.h>

#include "api/constants.hpp"

namespace deployctl::api {
namespace {

using Annotations = std::map<std::string, std::string>;

Annotations annotated(std::string_view name, std::string value) { return {{std::string(name), std::move(value)}}; }

Request echoed(std::string token, RequestResult result) { return {.token = std::move(token), .result = result}; }

TEST(Requests, ATokenNotEchoedYetIsNew) {
  const Requests found = read_requests(annotated(annotations::kRequestedAt, "2026-11-23T20:45:17Z"), {});
  EXPECT_EQ(found.reconcile, (Asked{"2026-11-23T20:45:17Z", true}));
}

TEST(Requests, ATokenEchoedAsDoneOrRefusedIsNotInForce) {
  for (const RequestResult result : {RequestResult::Done, RequestResult::Refused}) {
    const LastHandled handled{.force = echoed("t1", result)};
    EXPECT_FALSE(read_requests(annotated(annotations::kForceAt, "t1"), handled).force);
  }
}

TEST(Requests, APendingRequestStaysInForceWhenItsAnnotationIsRemoved) {
  const LastHandled handled{.rollback = echoed("3/t1", RequestResult::Pending)};
  const Requests found = read_requests({}, handled);
  ASSERT_TRUE(found.rollback);
  EXPECT_EQ(found.rollback->asked, (Asked{"3/t1", false}));
  EXPECT_EQ(found.rollback->revision, 3);
}

TEST(Requests, ANewTokenWinsOverAPendingOne) {
  const LastHandled handled{.force = echoed("old", RequestResult::Pending)};
  EXPECT_EQ(read_requests(annotated(annotations::kForceAt, "new"), handled).force, (Asked{"new", true}));
}

TEST(Requests, RollbackNamesARevisionOrThePreviousOne) {
  const Requests previous = read_requests(annotated(annotations::kRollbackTo, "previous/a"), {});
  ASSERT_TRUE(previous.rollback);
  EXPECT_FALSE(previous.rollback->revision);
  const Requests seventh = read_requests(annotated(annotations::kRollbackTo, "7/a/b"), {});
  ASSERT_TRUE(seventh.rollback);
  EXPECT_EQ(seventh.rollback->revision, 7);
}

TEST(Requests, AnEmptyAnnotationAsksForNothing) {
  const Requests found = read_requests(annotated(annotations::kCancel, ""), {});
  EXPECT_EQ(found, Requests{});
}

// fault I9
TEST(Requests, JunkInARequestAnnotationIsIgnoredAndNamed) {
  const std::vector<std::pair<std::string_view, std::string>> junk = {
      {annotations::kRollbackTo, "7"},
      {annotations::kRollbackTo, "/token"},
      {annotations::kRollbackTo, "0/token"},
      {annotations::kRollbackTo, "-1/token"},
      {annotations::kRollbackTo, "7x/token"},
      {annotations::kRollbackTo, "7/"},
      {annotations::kRollbackTo, "99999999999999999999/token"},
      {annotations::kRollbackTo, "../../etc/token"},
      {annotations::kRequestedAt, "\x1b[31mred"},
      {annotations::kRequestedAt, "   "},
      {annotations::kForceAt, std::string("a\0b", 3)},
      {annotations::kForceAt, "\xff\xfe"},
      {annotations::kForceAt, std::string(300, 'a')},
      {annotations::kCancel, "latest"},
      {annotations::kCancel, "01arz3ndektsv4rrffq69g5fav"},
      {annotations::kApprove, "yes"},
  };
  for (const auto& [name, value] : junk) {
    const Requests found = read_requests(annotated(name, value), {});
    EXPECT_FALSE(found.reconcile || found.force || found.rollback || found.approve || found.cancel) << value;
    ASSERT_EQ(found.ignored.size(), 1U) << value;
    EXPECT_TRUE(found.ignored.front().starts_with(std::string(name) + ": expected ")) << found.ignored.front();
  }
}

// fault I9
TEST(Requests, JunkDoesNotTakeAPendingRequestAway) {
  const LastHandled handled{.rollback = echoed("previous/t1", RequestResult::Pending)};
  const Requests found = read_requests(annotated(annotations::kRollbackTo, "junk"), handled);
  ASSERT_TRUE(found.rollback);
  EXPECT_EQ(found.rollback->asked.token, "previous/t1");
  EXPECT_EQ(found.ignored.size(), 1U);
}

// fault I11
TEST(Requests, APendingTokenThatWeCannotHaveWrittenIsNotObeyed) {
  const LastHandled handled{.rollback = echoed("junk", RequestResult::Pending),
                            .cancel = echoed("junk", RequestResult::Pending)};
  EXPECT_EQ(read_requests({}, handled), Requests{});
}

TEST(Requests, WhoAndWhyAreOneLineAndBounded) {
  Annotations given = annotated(annotations::kRequestedBy, "jane\nroot");
  given.emplace(annotations::kRequestReason, std::string(1000, 'x'));
  const Requests found = read_requests(given, {});
  EXPECT_EQ(found.by, "jane root");
  EXPECT_LE(found.why.size(), 128U);
}

}  // namespace
}  // namespace deployctl::api
