#include "app/application.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "api/constants.hpp"
#include "app/connection.hpp"
#include "app/deployment_metrics.hpp"
#include "app/http_endpoint.hpp"
#include "app/own_pod.hpp"
#include "app/tool_versions.hpp"
#include "async/resolver.hpp"
#include "cluster/kube_access.hpp"
#include "cluster/kube_pods.hpp"
#include "cluster/kube_references.hpp"
#include "cluster/kube_repository.hpp"
#include "engine/engine.hpp"
#include "engine/holder.hpp"
#include "http/outside_client.hpp"
#include "http/tcp_probe.hpp"
#include "kube/client.hpp"
#include "process/orphans.hpp"
#include "process/posix_process_runner.hpp"
#include "runtime/controller_loop.hpp"
#include "runtime/event_recorder.hpp"
#include "runtime/watcher.hpp"
#include "tools/built_executors.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX declares it nowhere

namespace deployctl::app {
namespace {

constexpr auto kAsResult = asio::as_tuple(asio::use_awaitable);
constexpr Duration kConnectPause = std::chrono::seconds(1);
constexpr Duration kEventFlush = std::chrono::seconds(2);
constexpr Duration kLookup = std::chrono::seconds(5);
/// Command probes run beside operations and never wait for their slots (architecture: 4 of their own).
constexpr std::size_t kProbeProcesses = 4;

Page plain(int status, std::string text) { return {.status = status, .body = std::move(text) + "\n"}; }

}  // namespace

/// In the order in which they are made; the groups last, so that tasks end before what they use.
struct Application::Parts {
  Parts(asio::io_context& loop, Options given)
      : options(std::move(given)),
        own_pod(app::own_pod(environment, kNamespaceFile)),
        executor(loop.get_executor()),
        clock(executor),
        log(options.log_level, options.log_encoding, &secrets),
        resolver(executor, clock),
        config(connection_config(options)),
        metrics(options.concurrency),
        deployment_metrics(metrics, clock, options.metrics_per_object),
        transport(executor, clock, resolver, log, config, transport_options(metrics)),
        client(transport, clock,
               [this](const std::string& code, const std::string& verb) {
                 metrics.rest_retry(code, verb, kube::authority(config));
               }),
        queue(executor, clock, metrics),
        tools(options.tools_dir),
        processes(executor, clock, secrets, tools, process::BaseEnvironment::from(environ),
                  options.max_processes + kProbeProcesses),
        executors(tools::built_executors(options.restricted)),
        events(executor, client, clock, log, metrics,
               {.api_version = std::string(api::kApiVersion),
                .kind = std::string(api::kKind),
                .reporting_controller = std::string(api::kControllerName),
                .reporting_instance = instance_name()}),
        references(executor, transport, client, clock, log, options.watch_namespaces,
                   [this](const ObjectKey& dependent) {
                     if (engine) engine->references_changed(dependent);
                   }),
        access(
            client, clock, config,
            [this](const kube::Config& other) {
              return std::make_unique<kube::HttpsTransport>(executor, clock, resolver, log, other,
                                                            transport_options(metrics));
            },
            [this](const kube::Config& other, const std::string& code, const std::string& verb) {
              metrics.rest_retry(code, verb, kube::authority(other));
            }),
        pods(client),
        watcher(executor, transport, clock, log, store, watcher_options(),
                [this](const ObjectKey& key, runtime::Change change) { changed(key, change); }),
        signals(loop, SIGTERM, SIGINT),
        background(executor),
        loop_group(executor) {
    if (options.health_address.enabled) {
      health.emplace(executor, clock, options.health_address,
                     [this](const std::string& path, const std::string&) { return health_page(path); });
    }
    if (options.metrics_address.enabled) {
      exposition.emplace(executor, clock, options.metrics_address, [this](const std::string& path, const std::string&) {
        if (path != "/metrics") return plain(404, "not found: this listener has /metrics");
        return Page{.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics.serialize()};
      });
    }
    metrics.before_serialize([this] { metrics.set_unreadable(deployment_metrics.unreadable()); });
  }

  runtime::WatcherOptions watcher_options() {
    return {.resource = cluster::kDeployments,
            .namespaces = options.watch_namespaces,
            .decode = {},
            .hooks = {.dropped = [this](std::string_view reason) { metrics.watch_event_dropped(reason); }}};
  }

  void changed(const ObjectKey& key, runtime::Change change) {
    if (change == runtime::Change::Removed) {
      references.forget(key);
    }
    unmeasured.insert(key);
    const bool is_edit = change != runtime::Change::Initial;
    queue.add(key, is_edit ? runtime::Priority::Change : runtime::Priority::Resync);
  }

  /// Decodes the object for its series: not in changed(), where a list tells thousands at once.
  void measure(const ObjectKey& key) {
    if (unmeasured.erase(key) == 0 || !repository) return;
    if (const auto found = repository->find(key)) deployment_metrics.object_seen(key, *found);
  }

  Page health_page(const std::string& path) {
    if (path == "/healthz") return plain(200, "ok");
    if (path != "/readyz") return plain(404, "not found: this listener has /healthz and /readyz");
    if (ending) return plain(503, "ending");
    if (!engine || !watcher.synced()) return plain(503, "cache not synced");
    return plain(200, "ok");
  }

  Task<std::string> cluster_id();
  Task<void> end_orphans();
  Task<void> outlast(process::Orphan leader);
  void tell_survivors(std::vector<process::Orphan> left);
  std::optional<std::string> survivor(const std::string& operation);
  Task<http::FilterRules> filter_rules();
  Task<void> make_engine();
  Task<void> wait_until_synced();
  Task<void> start();
  Task<void> wait_for_signal();
  Task<void> shut_down();

  Options options;
  engine::OwnPod own_pod;
  asio::any_io_executor executor;
  SystemClock clock;
  WallTime started = clock.wall();
  SecretSet secrets;
  Logger log;
  SystemResolver resolver;
  kube::Config config;
  runtime::Metrics metrics;
  DeploymentMetrics deployment_metrics;
  kube::HttpsTransport transport;
  kube::Client client;
  runtime::Store store;
  runtime::WorkQueue queue;
  process::ToolFinder tools;
  process::PosixProcessRunner processes;
  executors::MapRegistry executors;
  runtime::EventRecorder events;
  cluster::KubeReferences references;
  cluster::KubeAccess access;
  cluster::KubePods pods;
  runtime::Watcher watcher;
  std::optional<cluster::KubeRepository> repository;
  std::optional<http::OutsideClient> http;
  std::optional<http::OutsideTcpProbe> tcp;
  std::optional<engine::Engine> engine;
  std::optional<runtime::ControllerLoop> controller;
  std::optional<HttpEndpoint> health;
  std::optional<HttpEndpoint> exposition;
  asio::signal_set signals;
  bool ending = false;
  std::vector<process::Orphan> survivors;    ///< of an earlier run, could not be ended
  std::vector<process::Orphan> outlasted;    ///< lead runs of an earlier controller that are let finish
  std::unordered_set<ObjectKey> unmeasured;  ///< changed since their series were set
  TaskGroup background;
  TaskGroup loop_group;
};

Task<std::string> Application::Parts::cluster_id() {
  while (true) {
    auto id = co_await access.own_cluster_id();
    if (id) co_return *id;
    log.error("Could not read the cluster's id (uid of namespace kube-system)", id.error());
    co_await clock.sleep_for(kConnectPause);
  }
}

/// What a killed process of ours left running is ended before anything is recovered or removed (faults P4, P11). What
/// is let finish is waited for beside other work; only its own operation waits.
Task<void> Application::Parts::end_orphans() {
  const auto orphans = process::find_orphans();
  outlasted = process::let_finish(orphans);
  for (const process::Orphan& orphan : orphans) {
    log.warning("Found a process of an earlier run",
                {{"program", orphan.program}, {"pid", orphan.pid}, {"operation", orphan.operation}});
  }
  for (const process::Orphan& leader : outlasted) background.spawn("run of an earlier controller", outlast(leader));
  tell_survivors(co_await process::stop_orphans(clock, process::others(orphans, outlasted)));
}

Task<void> Application::Parts::outlast(process::Orphan leader) {
  log.info("Waits for a run of an earlier controller",
           {{"program", leader.program}, {"pid", leader.pid}, {"operation", leader.operation}});
  auto left = co_await process::outlast(clock, leader);
  log.info("A run of an earlier controller has ended",
           {{"program", leader.program}, {"pid", leader.pid}, {"operation", leader.operation}});
  tell_survivors(std::move(left));
  std::erase(outlasted, leader);
}

void Application::Parts::tell_survivors(std::vector<process::Orphan> left) {
  for (process::Orphan& orphan : left) {
    log.error("Could not end a process of an earlier run", fail(ErrorKind::Internal, "it ignores SIGKILL"),
              {{"program", orphan.program}, {"pid", orphan.pid}, {"operation", orphan.operation}});
    survivors.push_back(std::move(orphan));
  }
}

/// One that was killed ends as soon as the kernel lets it (a disk or a network file system that hangs).
std::optional<std::string> Application::Parts::survivor(const std::string& operation) {
  const auto named = [](const process::Orphan& orphan) {
    return "process " + std::to_string(orphan.pid) + " (" + orphan.program + ") of it still ";
  };
  survivors = process::still_alive(survivors);
  const auto killed = std::ranges::find(survivors, operation, &process::Orphan::operation);
  if (killed != survivors.end()) return named(*killed) + "lives on the controller's machine, although it was killed";
  const auto waited = std::ranges::find(outlasted, operation, &process::Orphan::operation);
  if (waited == outlasted.end()) return std::nullopt;
  return named(*waited) + "runs on the controller's machine and is let finish, until " +
         format_rfc3339(waited->mark.deadline) + "; then it is told to stop";
}

Task<http::FilterRules> Application::Parts::filter_rules() {
  http::FilterRules rules{.allow_loopback = options.allow_loopback, .api_server_names = {config.host}};
  auto addresses = co_await resolver.resolve(config.host, config.port, kLookup);
  if (addresses) rules.api_server = *std::move(addresses);
  co_return rules;
}

Task<void> Application::Parts::make_engine() {
  std::string id = options.installation_id.value_or("");
  if (id.empty()) id = co_await cluster_id();
  repository.emplace(client, clock, store, id);
  const http::FilterRules rules = co_await filter_rules();
  http.emplace(executor, clock, resolver, rules);
  tcp.emplace(executor, clock, resolver, rules);
  const engine::Ports ports{.repository = *repository,
                            .references = references,
                            .events = events,
                            .cluster_access = access,
                            .pods = pods,
                            .measurements = deployment_metrics,
                            .clock = clock,
                            .processes = processes,
                            .http = *http,
                            .tcp = *tcp,
                            .executors = executors,
                            .log = log,
                            .secrets = secrets,
                            .requeue = [this](const ObjectKey& key) { queue.add(key); }};
  engine.emplace(executor, ports,
                 engine::Options{.work_dir = options.work_dir,
                                 .source_root = options.source_root.value_or(""),
                                 .installation = id,
                                 .allow_cluster_scope = options.allow_cluster_scope,
                                 .executor_namespaces = options.executor_namespaces,
                                 .max_processes = options.max_processes,
                                 .shutdown_grace = options.shutdown_grace,
                                 .holder = engine::own_holder(own_pod, clock.wall()),
                                 .started = started,
                                 .user = engine::own_user(),
                                 .survivor = [this](const std::string& operation) { return survivor(operation); }});
  co_await end_orphans();
  if (auto prepared = co_await engine->prepare(); !prepared) {
    throw std::runtime_error("--work-dir " + options.work_dir + ": " + prepared.error().message);
  }
  controller.emplace(
      executor, clock, log, queue, metrics,
      [this](ObjectKey key) {
        measure(key);
        return engine->reconcile(std::move(key));
      },
      options.concurrency);
}

Task<void> Application::Parts::wait_until_synced() {
  while (!watcher.synced()) co_await clock.sleep_for(std::chrono::milliseconds(10));
}

Task<void> Application::Parts::wait_for_signal() {
  const auto [error, signal] = co_await signals.async_wait(kAsResult);
  if (!error) log.info("Received a signal, ending", {{"signal", signal}});
}

Task<void> Application::Parts::shut_down() {
  ending = true;
  if (controller) controller->stop();
  if (engine) co_await engine->shutdown();
  co_await loop_group.join();
  co_await events.flush(kEventFlush);
  background.cancel_all();
  co_await background.join();
}

Application::Application(asio::io_context& loop, Options options)
    : parts_(std::make_unique<Parts>(loop, std::move(options))) {}
Application::~Application() = default;

/// Everything up to work; cancelled when a signal comes first.
Task<void> Application::Parts::start() {
  co_await make_engine();
  background.spawn("tool versions", report_tools(processes, deployment_metrics, log, options.work_dir));
  co_await wait_until_synced();
  log.info("Synced the cache", {{"objects", store.size()}});
  if (controller) loop_group.spawn("controller", controller->run());
}

Task<void> Application::run() {
  Parts& parts = *parts_;
  parts.log.info("Started the controller",
                 {{"version", DEPLOYCTL_VERSION}, {"server", kube::server_url(parts.config)}});
  if (parts.health) parts.background.spawn("health listener", parts.health->run());
  if (parts.exposition) parts.background.spawn("metrics listener", parts.exposition->run());
  parts.background.spawn("watch", parts.watcher.run());
  parts.background.spawn("references", parts.references.run());
  parts.background.spawn("events", parts.events.run());
  TaskHandle starting = parts.background.spawn("start", parts.start());
  co_await parts.wait_for_signal();
  starting.cancel();
  co_await parts.shut_down();
}

}  // namespace deployctl::app
