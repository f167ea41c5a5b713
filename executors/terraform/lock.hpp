#pragma once

// The lock of a state: who holds it, whether that was an attempt of ours that is dead, and what people read. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "executors/executor.hpp"
#include "terraform/backend.hpp"

namespace deployctl::terraform {

struct LockInfo {
  std::string id, who, operation;
  std::string created;  ///< as the tool writes it
  std::optional<WallTime> created_at;
  bool operator==(const LockInfo&) const = default;
};

/// Nothing when the step did not fail for a lock that somebody holds.
std::optional<LockInfo> read_lock(const executors::StepResult& result);

/// Taken by the attempt whose holder is proven dead: by its user on its host for a plan or an apply, since it began and
/// before it was dead (fault T2).
bool is_of_dead_attempt(const LockInfo& lock, const executors::Inputs& inputs);

/// StateLocked: id, who, since when, and the command that ends it.
Error locked_error(const LockInfo& lock, const executors::Inputs& inputs, Tool tool, const Backend& backend);

/// Whether a Lease, as JSON, was given to the object with this uid: then all it stood for was destroyed.
bool is_owned(std::string_view lease, const std::string& uid);

}  // namespace deployctl::terraform
