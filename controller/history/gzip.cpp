#include "history/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace deployctl::history {
namespace {

constexpr int kGzipWindow = MAX_WBITS + 16;  // 16 asks zlib for gzip's framing; its header has no time by default

using Chunk = std::array<char, 64U * 1024>;

// zlib reads through a pointer to mutable bytes that it never writes.
Bytef* input_of(std::string_view bytes) { return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data())); }

}  // namespace

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    throw std::runtime_error("zlib cannot start");
  }
  stream.next_in = input_of(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string packed;
  Chunk chunk{};
  int state = Z_OK;
  while (state != Z_STREAM_END) {
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
    state = deflate(&stream, Z_FINISH);
    packed.append(chunk.data(), chunk.size() - stream.avail_out);
  }
  deflateEnd(&stream);
  return packed;
}

Result<std::string> gunzip(std::string_view bytes, std::size_t max_bytes) {
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) throw std::runtime_error("zlib cannot start");
  stream.next_in = input_of(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string unpacked;
  Chunk chunk{};
  int state = Z_OK;
  while (state == Z_OK && unpacked.size() <= max_bytes) {
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
    state = inflate(&stream, Z_NO_FLUSH);
    unpacked.append(chunk.data(), chunk.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (unpacked.size() > max_bytes) {
    return fail(ErrorKind::Invalid, "unpacks to more than " + std::to_string(max_bytes) + " bytes");
  }
  if (state != Z_STREAM_END) return fail(ErrorKind::Invalid, "is not gzip or is cut off");
  return unpacked;
}

}  // namespace deployctl::history
