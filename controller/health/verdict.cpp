#include "health/verdict.hpp"

namespace deployctl::health {

Verdict failed_with(const Error& error) {
  const bool hopeless = error.kind == ErrorKind::Invalid || error.kind == ErrorKind::AccessDenied;
  return {.message = error.message, .retryable = !hopeless};
}

}  // namespace deployctl::health
