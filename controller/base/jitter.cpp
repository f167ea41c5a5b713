#include "base/jitter.hpp"

#include <cstdint>

namespace deployctl {

double jitter_of(std::string_view seed) {
  // FNV-1a, then the finalizer of splitmix64: FNV alone leaves the high bits of short seeds alike.
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : seed) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  hash = (hash ^ (hash >> 30U)) * 0xbf58476d1ce4e5b9U;
  hash = (hash ^ (hash >> 27U)) * 0x94d049bb133111ebU;
  hash ^= hash >> 31U;
  return static_cast<double>(hash >> 11U) * 0x1.0p-53;
}

Duration spread(Duration span, std::string_view seed) {
  return Duration(static_cast<Duration::rep>(static_cast<double>(span.count()) * jitter_of(seed)));
}

Duration jittered(Duration base, double share, std::string_view seed) {
  return base + Duration(static_cast<Duration::rep>(static_cast<double>(base.count()) * share * jitter_of(seed)));
}

}  // namespace deployctl
