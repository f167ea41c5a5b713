#include "executors/adopted.hpp"

#include <gtest/gtest.h>

namespace deployctl::executors {
namespace {

TEST(Adopted, IsWhatWasThereWhenNothingWasKnownOfItYet) {
  const Json first = Json::array({inventory_line("container", "web", Json::array(), true)});
  EXPECT_TRUE(is_adopted(first, "container", "web"));
  EXPECT_FALSE(is_adopted(first, "container", "other"));
  EXPECT_FALSE(is_adopted(first, "project", "web"));
}

TEST(Adopted, WhatTheFirstOperationFoundIsKeptByTheNextOnes) {
  const Json made = Json::array({inventory_line("container", "web", Json::array(), false)});
  EXPECT_EQ(inventory_line("container", "web", made, true), made.at(0)) << "our own attempt is there by now";
  const Json adopted = Json::array({inventory_line("container", "web", Json::array(), true)});
  EXPECT_EQ(inventory_line("container", "web", adopted, false), adopted.at(0));
}

TEST(Adopted, JunkInAKeptInventoryIsNoLine) {
  const Json junk = Json::array({7, Json{{"kind", 1}, {"name", "web"}}, Json{{"kind", "container"}}});
  EXPECT_FALSE(is_listed(junk, "container", "web"));
  EXPECT_FALSE(is_listed(Json("text"), "container", "web"));
}

}  // namespace
}  // namespace deployctl::executors
