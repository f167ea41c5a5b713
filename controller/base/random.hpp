#pragma once

// Random bytes from RAND_bytes, for identifiers and keys (never for jitter: that comes from a hash of the uid, so that
// decisions stay pure).

#include <cstddef>
#include <string>

namespace deployctl {

/// `count` bytes of cryptographic quality. A generator that fails is a broken invariant and throws.
std::string random_bytes(std::size_t count);

}  // namespace deployctl
