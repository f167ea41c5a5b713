#include "support/fake_tcp_probe.hpp"

#include <gtest/gtest.h>

#include "support/run_coroutine.hpp"

namespace deployctl::support {
namespace {

TEST(FakeTcpProbe, AnswersInTurnAndThenForEverTheLast) {
  FakeTcpProbe probe;
  probe.answers = {fail(ErrorKind::Transient, "refused"), Result<void>()};
  EXPECT_FALSE(run_coroutine(probe.connect("db", 1, {})).has_value());
  EXPECT_TRUE(run_coroutine(probe.connect("db", 2, {})).has_value());
  EXPECT_TRUE(run_coroutine(probe.connect("db", 3, {})).has_value());
  EXPECT_EQ(probe.asked.back(), (FakeTcpProbe::Asked{"db", 3, {}}));
}

}  // namespace
}  // namespace deployctl::support
