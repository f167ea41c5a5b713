#include "cluster/kube_references.hpp"

#include <algorithm>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <iterator>

#include "base/sha256.hpp"

namespace deployctl::cluster {

namespace {

std::string version_of(const Json& object) {
  const auto metadata = object.find("metadata");
  if (metadata == object.end() || !metadata->is_object()) return {};
  return metadata->value("resourceVersion", std::string());
}

/// Adds the strings of `object[member]`, decoded where they are base64.
Result<void> add_values(const Json& object, const char* member, bool encoded, ports::KeyValues& into) {
  const auto found = object.find(member);
  if (found == object.end() || !found->is_object()) return {};
  for (const auto& [key, value] : found->items()) {
    if (!value.is_string()) continue;
    if (!encoded) {
      into[key] = value.get<std::string>();
      continue;
    }
    Result<std::string> bytes = base64_decode(value.get_ref<const std::string&>());
    if (!bytes) return fail(ErrorKind::Invalid, "key " + key + ": not base64");
    into[key] = std::move(*bytes);
  }
  return {};
}

}  // namespace

/// One watch: says whether it works, and what it saw.
class KubeReferences::Sink final : public kube::WatchSink {
 public:
  Sink(KubeReferences& owner, Kind kind, std::string ns) : owner_(owner), kind_(kind), ns_(std::move(ns)) {}

  [[nodiscard]] bool watches(Kind kind, const std::string& ns) const {
    return works_ && kind_ == kind && (ns_.empty() || ns_ == ns);
  }
  void failed(const Error& error) {
    if (error.kind != ErrorKind::Forbidden) return;
    if (works_ || !said_)
      owner_.logger_.warning("Watch of references was refused, polling instead",
                             {{"namespace", ns_}, {"error", error.message}});
    works_ = false;
    said_ = true;
  }

  void went_back() override { listed_.clear(); }  // another version is news here, be it lower
  void init() override { listed_.clear(); }
  void init_apply(kube::ObjectEnvelope object) override { apply_listed(object); }
  void init_done() override {
    works_ = true;
    // What was read before and is not in the list was deleted meanwhile.
    std::vector<ObjectKey> gone;
    for (const auto& [reference, readers] : owner_.readers_)
      if (reference.first == kind_ && watches(kind_, reference.second.ns) && !listed_.contains(reference.second))
        gone.push_back(reference.second);
    for (const ObjectKey& key : gone) owner_.saw(kind_, key, "");
    listed_.clear();
  }
  void apply(kube::ObjectEnvelope object) override { owner_.saw(kind_, object.key, object.resource_version); }
  void removed(kube::ObjectEnvelope object) override { owner_.saw(kind_, object.key, ""); }
  void undecodable(kube::Undecodable object) override { owner_.saw(kind_, object.key, object.resource_version); }

 private:
  void apply_listed(const kube::ObjectEnvelope& object) {
    if (!owner_.readers_.contains({kind_, object.key})) return;
    listed_.insert(object.key);
    owner_.saw(kind_, object.key, object.resource_version);
  }

  KubeReferences& owner_;
  Kind kind_;
  std::string ns_;
  std::set<ObjectKey> listed_;  ///< only what somebody reads
  bool works_ = false;
  bool said_ = false;
};

KubeReferences::KubeReferences(asio::any_io_executor executor, kube::Transport& transport, kube::Client& client,
                               Clock& clock, const Logger& logger, const std::vector<std::string>& namespaces,
                               Wake wake)
    : client_(client), clock_(clock), logger_(logger), wake_(std::move(wake)), group_(std::move(executor)) {
  const std::vector<std::string> all{""};
  for (const std::string& ns : namespaces.empty() ? all : namespaces) {
    for (const Kind kind : {Kind::Secret, Kind::ConfigMap}) {
      sinks_.push_back(std::make_unique<Sink>(*this, kind, ns));
      Sink& sink = *sinks_.back();
      kube::WatchOptions options{.resource = resource_of(kind), .ns = ns, .metadata_only = true};
      kube::WatchHooks hooks{.failed = [&sink](const Error& error) { sink.failed(error); }};
      watches_.push_back(
          std::make_unique<kube::ListWatch>(transport, clock, logger, std::move(options), sink, std::move(hooks)));
    }
  }
}

KubeReferences::~KubeReferences() = default;

const kube::Resource& KubeReferences::resource_of(Kind kind) {
  return kind == Kind::Secret ? kube::kSecrets : kube::kConfigMaps;
}

Task<Result<std::optional<ports::KeyValues>>> KubeReferences::secret(ObjectKey dependent, std::string name) {
  co_return co_await read(std::move(dependent), Kind::Secret, std::move(name));
}

Task<Result<std::optional<ports::KeyValues>>> KubeReferences::config_map(ObjectKey dependent, std::string name) {
  co_return co_await read(std::move(dependent), Kind::ConfigMap, std::move(name));
}

Task<Result<std::optional<ports::KeyValues>>> KubeReferences::read(ObjectKey dependent, Kind kind, std::string name) {
  const Reference reference{kind, {dependent.ns, std::move(name)}};
  readers_[reference].dependents.insert(std::move(dependent));
  const kube::Resource& resource = resource_of(kind);
  Result<Json> object = co_await client_.send_json(kube::get(resource, reference.second));
  Readers& readers = readers_[reference];
  if (!object && object.error().kind == ErrorKind::NotFound) {
    readers.version.clear();
    co_return std::optional<ports::KeyValues>{};
  }
  if (!object) co_return object.error();
  readers.version = version_of(*object);
  ports::KeyValues values;
  const std::string what = std::string(resource.kind) + " " + reference.second.name;
  if (auto added = add_values(*object, "data", kind == Kind::Secret, values); !added)
    co_return added.error().with_context(what);
  if (kind == Kind::ConfigMap)
    if (auto added = add_values(*object, "binaryData", true, values); !added)
      co_return added.error().with_context(what);
  co_return std::optional(std::move(values));
}

void KubeReferences::forget(const ObjectKey& dependent) {
  for (auto entry = readers_.begin(); entry != readers_.end();) {
    entry->second.dependents.erase(dependent);
    entry = entry->second.dependents.empty() ? readers_.erase(entry) : std::next(entry);
  }
}

Task<void> KubeReferences::run() {
  for (const auto& watch : watches_) group_.spawn("watch of references", watch->run());
  group_.spawn("polling of references", poll());
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

void KubeReferences::saw(Kind kind, const ObjectKey& key, const std::string& version) {
  const auto found = readers_.find({kind, key});
  if (found == readers_.end() || found->second.version == version) return;
  found->second.version = version;
  const std::set<ObjectKey> dependents = found->second.dependents;
  for (const ObjectKey& dependent : dependents) wake_(dependent);
}

Task<void> KubeReferences::poll() {
  while (true) {
    co_await clock_.sleep_for(kReferencePolling);
    std::vector<Reference> unwatched;
    for (const auto& [reference, readers] : readers_)
      if (!is_watched(reference.first, reference.second.ns)) unwatched.push_back(reference);
    for (const auto& [kind, key] : unwatched) {
      const auto object = co_await client_.send_json(kube::get(resource_of(kind), key));
      if (object)
        saw(kind, key, version_of(*object));
      else if (object.error().kind == ErrorKind::NotFound)
        saw(kind, key, "");
    }
  }
}

bool KubeReferences::is_watched(Kind kind, const std::string& ns) const {
  return std::ranges::any_of(sinks_, [&](const auto& sink) { return sink->watches(kind, ns); });
}

}  // namespace deployctl::cluster
