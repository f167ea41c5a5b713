#include "support/engine_bed.hpp"

#include <gtest/gtest.h>
#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "api/conditions.hpp"

namespace deployctl::support {

namespace {

constexpr auto kElsewhere = std::chrono::milliseconds(5);
/// So many times nothing happened: somebody waits for time to pass.
constexpr int kLongIdle = 4;

/// The blocking pool, say, has something to do, whether or not it has got a processor for it. The state of a thread
/// follows its name in parentheses (proc_pid_stat(5)).
bool another_thread_runs() {
  const std::string self = std::to_string(gettid());
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
    if (entry.path().filename() == self) continue;
    std::ifstream stat(entry.path() / "stat");
    const std::string line{std::istreambuf_iterator<char>(stat), {}};
    const std::size_t name_end = line.rfind(')');
    if (name_end != std::string::npos && name_end + 2 < line.size() && line[name_end + 2] != 'S') return true;
  }
  return false;
}

/// One handler, also one that another thread is about to bring. False: everybody waits.
bool take_turn(asio::io_context& loop) {
  do {
    loop.restart();
    if (loop.run_one_for(kElsewhere) > 0) return true;
  } while (another_thread_runs());
  return loop.poll_one() > 0;
}

}  // namespace

EngineBed::EngineBed(std::size_t slots)
    : logger_(LogLevel::Debug, LogEncoding::Json, nullptr, [this](std::string_view line) { log.emplace_back(line); }),
      through_(repository, power),
      slots_(slots) {
  const auto add = [this](api::Type type) {
    auto made = std::make_unique<FakeExecutor>();
    FakeExecutor* const there = made.get();
    registry_.add(type, std::move(made));
    return there;
  };
  executor = add(api::Type::Docker);
  ansible = add(api::Type::Ansible);
  repository.on_change = [this](const ObjectKey& changed) { queue_.insert(changed); };
  world.before_action = [this] { return power.use(); };
  power.stop = [this] { begin_shutdown(); };
  start();
}

EngineBed::~EngineBed() { end_tasks(); }

void EngineBed::start() {
  api::Holder self;
  self.identity = "process-" + std::to_string(++processes_);
  engine::Options options;
  options.work_dir = directory_.path() / "work";
  options.installation = "test";
  options.holder = self;
  options.max_processes = slots_;
  options.is_dead = [this](const api::Holder& holder) { return dead.contains(holder.identity); };
  options.survivor = [this](const std::string& operation) {
    const auto found = survivors.find(operation);
    return found == survivors.end() ? std::nullopt : std::optional(found->second);
  };
  const engine::Ports ports{.repository = through_,
                            .references = references,
                            .events = events,
                            .cluster_access = access,
                            .pods = pods,
                            .measurements = measurements,
                            .clock = clock,
                            .processes = world,
                            .http = http,
                            .tcp = tcp,
                            .executors = registry_,
                            .log = logger_,
                            .secrets = secrets,
                            .requeue = [this](const ObjectKey& wanted) { queue_.insert(wanted); }};
  engine_ = std::make_unique<engine::Engine>(loop.get_executor(), ports, options);
  bool prepared = false;
  asio::co_spawn(loop, engine_->prepare(), [&](std::exception_ptr thrown, const Result<void>& made) {
    EXPECT_FALSE(thrown);
    EXPECT_TRUE(made.has_value());
    prepared = true;
  });
  loop.restart();
  while (!prepared) loop.run_one();
  if (repository.has(key)) queue_.insert(key);
}

void EngineBed::begin_shutdown() {
  stopping_ = true;
  asio::co_spawn(loop, engine_->shutdown(), [this](std::exception_ptr thrown) {
    EXPECT_FALSE(thrown);
    stopped_ = true;
  });
}

void EngineBed::ask_to_stop() {
  begin_shutdown();
  while (take_turn(loop)) {
  }
}

void EngineBed::end_tasks() {
  if (!stopping_) begin_shutdown();
  const WallTime asked = clock.wall();
  for (int idle = 0; !stopped_;) {
    idle = take_turn(loop) ? 0 : idle + 1;
    if (idle > kLongIdle) clock.advance(engine::Options{}.shutdown_grace);
  }
  clock.set_wall(asked);
  engine_.reset();
  stopping_ = stopped_ = false;
}

void EngineBed::crash() {
  if (!power.off_after) power.off_after = power.actions;
  dead.insert("process-" + std::to_string(processes_));
  end_tasks();
  power.off_after.reset();
  due_.clear();
  start();
}

void EngineBed::restart() {
  dead.insert("process-" + std::to_string(processes_));
  end_tasks();
  due_.clear();
  start();
}

bool EngineBed::run_one_key() {
  if (queue_.empty()) return false;
  const ObjectKey next = *queue_.begin();
  queue_.erase(next);
  due_.erase(next);
  std::optional<Outcome> outcome;
  std::exception_ptr failure;
  asio::co_spawn(loop, engine_->reconcile(next), [&](std::exception_ptr thrown, Outcome ended) {
    failure = thrown;
    outcome = std::move(ended);
  });
  while (!outcome) take_turn(loop);
  if (failure && !escaped) std::rethrow_exception(failure);
  if (failure) {
    escaped = escaped.value_or(0) + 1;
    outcome = Outcome{.error = fail(ErrorKind::Internal, "exception escaped the reconcile")};
  }
  if (outcome->error) outcome->requeue_after = std::chrono::seconds(1);
  if (outcome->requeue_after) due_[next] = clock.wall() + *outcome->requeue_after;
  if (outcome->requeue_after && *outcome->requeue_after <= Duration::zero()) queue_.insert(next);
  return true;
}

void EngineBed::work() {
  for (int turns = 0; turns < 10'000; ++turns) {
    if (power.is_off()) return;
    if (run_one_key()) continue;
    if (!take_turn(loop) && queue_.empty()) return;
  }
  FAIL() << "it never comes to rest";
}

void EngineBed::pass(Duration time, Duration piece) {
  work();
  const WallTime end = clock.wall() + time;
  while (clock.wall() < end && !power.is_off()) {
    clock.advance(std::min(piece, std::chrono::duration_cast<Duration>(end - clock.wall())));
    for (const auto& [waiting, at] : due_)
      if (at <= clock.wall()) queue_.insert(waiting);
    if (!queue_.empty() || loop.poll() > 0) work();
  }
}

void EngineBed::deploy(const std::string& version) {
  if (!repository.has(key)) {
    repository.put(a_deployment().of_version(version));
    return;
  }
  repository.edit(key, [&](api::DeploymentSpec& spec) { spec.version = version; });
}

void EngineBed::edit(const std::function<void(api::DeploymentSpec&)>& change) { repository.edit(key, change); }

void EngineBed::annotate(std::string_view annotation, const std::string& value) {
  repository.annotate(key, std::string(annotation), value);
}

std::string EngineBed::reason(std::string_view condition) const {
  const api::Condition* found = api::find_condition(status().conditions, condition);
  return found == nullptr ? "" : found->reason;
}

std::string EngineBed::message(std::string_view condition) const {
  const api::Condition* found = api::find_condition(status().conditions, condition);
  return found == nullptr ? "" : found->message;
}

std::string EngineBed::runs() const {
  const auto found = world.running.find(key.name);
  return found == world.running.end() ? "" : found->second;
}

std::size_t EngineBed::work_directories() const {
  std::size_t there = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path() / "work"))
    there += entry.is_directory() ? 1U : 0U;
  return there;
}

void EngineBed::leave_work_directory(const std::string& operation) const {
  std::filesystem::create_directory(directory_.path() / "work" / operation);
}

bool EngineBed::logged(const std::string& text) const {
  for (const std::string& line : log)
    if (line.find(text) != std::string::npos) return true;
  return false;
}

}  // namespace deployctl::support
