#include "process/memory_output.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <string>

namespace deployctl::process {
namespace {

TEST(MemoryOutput, WhatWasReadIsGivenBackAndATooFastWriterLosesWholeLines) {
  Descriptor writing = make_memory_output();
  const int fd = writing.get();
  ASSERT_GE(fd, 0);
  MemoryOutput memory(Descriptor(::dup(fd)));
  std::array<char, 64 * 1024> room{};
  EXPECT_FALSE(memory.read(room).has_value());
  const std::string line(1023, 'x');
  const std::string mebibyte = [&] {
    std::string all;
    for (int i = 0; i < 1024; ++i) all += line + "\n";
    return all;
  }();
  ASSERT_EQ(::write(fd, "s", 1), 1);
  EXPECT_EQ(memory.read(room), "s");
  for (int i = 0; i < 20; ++i) ASSERT_EQ(::write(fd, mebibyte.data(), mebibyte.size()), ::ssize_t(mebibyte.size()));
  std::string got;
  while (const auto bytes = memory.read(room)) got += *bytes;
  EXPECT_LT(got.size(), 2 * mebibyte.size());
  EXPECT_TRUE(got.starts_with(line + "\n")) << "no part of a line";
  EXPECT_TRUE(got.ends_with(line + "\n"));
  struct stat status{};
  ASSERT_EQ(::fstat(fd, &status), 0);
  EXPECT_LT(status.st_blocks * 512, 64 * 1024);
}

}  // namespace
}  // namespace deployctl::process
