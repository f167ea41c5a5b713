#include "process/memory_output.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace deployctl::process {
namespace {

constexpr off_t kMostWaiting = 4 * 1024 * 1024;
constexpr off_t kNewest = 1024 * 1024;

}  // namespace

Descriptor make_memory_output() {
  Descriptor file(::memfd_create("output", MFD_CLOEXEC));
  if (file.get() >= 0) ::fcntl(file.get(), F_SETFL, O_APPEND);
  return file;
}

std::optional<std::string_view> MemoryOutput::read(std::span<char> room) {
  struct stat status{};
  if (::fstat(file_.get(), &status) == 0 && status.st_size - from_ > kMostWaiting) {
    from_ = status.st_size - kNewest;
    in_a_cut_line_ = true;
  }
  const ssize_t count = ::pread(file_.get(), room.data(), room.size(), from_);
  if (count <= 0) return std::nullopt;
  from_ += count;
  give_back(from_);
  std::string_view text(room.data(), static_cast<std::size_t>(count));
  if (in_a_cut_line_) {
    // A line cut at its beginning could show the rest of a secret.
    const std::size_t line_break = text.find('\n');
    in_a_cut_line_ = line_break == std::string_view::npos;
    text.remove_prefix(in_a_cut_line_ ? text.size() : line_break + 1);
  }
  return text;
}

void MemoryOutput::give_back(off_t up_to) {
  ::fallocate(file_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, up_to);
}

}  // namespace deployctl::process
