#include "runtime/watcher.hpp"

#include <algorithm>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <optional>
#include <utility>

namespace deployctl::runtime {

/// One namespace's view: gathers a list aside, then follows the watch.
class Watcher::Sink final : public kube::WatchSink {
 public:
  Sink(std::string ns, Store& store, OnChange on_change)
      : ns_(std::move(ns)), store_(store), on_change_(std::move(on_change)) {}

  [[nodiscard]] bool synced() const { return synced_; }

  void went_back() override {
    batch_.reset();
    store_.forget_versions(ns_);
  }
  void init() override { batch_.emplace(store_); }
  void init_apply(kube::ObjectEnvelope object) override {
    if (batch_) batch_->add({std::move(object), std::nullopt});
  }
  void init_done() override {
    if (!batch_) return;
    Store::Changes changes = store_.replace(ns_, std::move(*batch_));
    batch_.reset();
    const Change kind = std::exchange(synced_, true) ? Change::Updated : Change::Initial;
    for (const ObjectKey& key : changes.changed) on_change_(key, kind);
    for (const ObjectKey& key : changes.removed) on_change_(key, Change::Removed);
  }
  void apply(kube::ObjectEnvelope object) override { put({std::move(object), std::nullopt}); }
  void removed(kube::ObjectEnvelope object) override {
    if (store_.remove(object.key, object.uid)) on_change_(object.key, Change::Removed);
  }
  void undecodable(kube::Undecodable object) override {
    // Without a name it cannot even be reported on itself; the client has logged it.
    if (object.key.name.empty()) return;
    Stored stored;
    stored.object.key = std::move(object.key);
    stored.object.uid = std::move(object.uid);
    stored.object.resource_version = std::move(object.resource_version);
    stored.error = std::move(object.error);
    if (batch_)
      batch_->add(stored);
    else
      put(stored);
  }

 private:
  void put(const Stored& stored) {
    if (store_.put(stored)) on_change_(stored.object.key, Change::Updated);
  }

  std::string ns_;
  Store& store_;
  OnChange on_change_;
  std::optional<Store::Batch> batch_;
  bool synced_ = false;
};

Watcher::Watcher(asio::any_io_executor executor, kube::Transport& transport, Clock& clock, const Logger& logger,
                 Store& store, WatcherOptions options, OnChange on_change)
    : group_(std::move(executor)) {
  if (options.namespaces.empty()) options.namespaces.emplace_back();
  for (const std::string& ns : options.namespaces) {
    sinks_.push_back(std::make_unique<Sink>(ns, store, on_change));
    kube::WatchOptions watch{.resource = options.resource, .ns = ns, .decode = options.decode};
    watches_.push_back(
        std::make_unique<kube::ListWatch>(transport, clock, logger, std::move(watch), *sinks_.back(), options.hooks));
  }
}

Watcher::~Watcher() = default;

Task<void> Watcher::run() {
  for (const auto& watch : watches_) group_.spawn("watch", watch->run());
  std::exception_ptr cancelled;
  try {
    co_await group_.join();
  } catch (const boost::system::system_error&) {
    cancelled = std::current_exception();
  }
  if (!cancelled) co_return;
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  group_.cancel_all();
  co_await group_.join();
  std::rethrow_exception(cancelled);
}

bool Watcher::synced() const {
  return std::ranges::all_of(sinks_, [](const auto& sink) { return sink->synced(); });
}

}  // namespace deployctl::runtime
