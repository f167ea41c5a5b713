#include "sources/workspace.hpp"

#include <sys/stat.h>

#include <functional>
#include <system_error>
#include <utility>

#include "sources/kept_sources.hpp"
#include "sources/workspace_files.hpp"

namespace deployctl::sources {

Workspaces::Workspaces(std::filesystem::path work_dir, BlockingPool& pool)
    : work_dir_(std::move(work_dir)), pool_(pool) {}

Result<void> Workspaces::prepare() {
  std::error_code failed;
  std::filesystem::create_directories(work_dir_, failed);
  if (!failed) {
    std::filesystem::permissions(work_dir_, std::filesystem::perms::owner_all, failed);
  }
  if (failed) {
    return fail(ErrorKind::WorkspaceFailed,
                "cannot prepare the work directory " + work_dir_.string() + ": " + failed.message());
  }
  work_dir_ = std::filesystem::canonical(work_dir_, failed);
  if (failed) return fail(ErrorKind::WorkspaceFailed, "cannot resolve the work directory: " + failed.message());
  return {};
}

Task<Result<Workspace>> Workspaces::create(std::string operation_id, ports::SourceTree source, std::string path) {
  const std::function<Result<Workspace>()> work = [this, &operation_id, &source, &path] {
    return create_workspace(work_dir_, operation_id, source, path);
  };
  co_return co_await pool_.run(work);
}

Task<Result<void>> Workspaces::remove(std::string operation_id) {
  const std::function<Result<void>()> work = [this, &operation_id] {
    return remove_workspace(work_dir_, operation_id);
  };
  co_return co_await pool_.run(work);
}

Task<Result<std::string>> Workspaces::keep(KeptSource source) {
  const std::function<Result<std::string>()> work = [this, &source] { return keep_source(work_dir_, source); };
  co_return co_await pool_.run(work);
}

Task<Result<void>> Workspaces::retain(ObjectKey key, std::set<std::string> digests) {
  const std::function<Result<void>()> work = [this, &key, &digests] { return retain_sources(work_dir_, key, digests); };
  co_return co_await pool_.run(work);
}

Task<Result<std::vector<std::string>>> Workspaces::leftovers() {
  const std::function<Result<std::vector<std::string>>()> work = [this] { return list_workspaces(work_dir_); };
  co_return co_await pool_.run(work);
}

}  // namespace deployctl::sources
