#include "kube/list_watch.hpp"

#include <optional>
#include <random>
#include <set>
#include <utility>

#include "kube/list_page.hpp"
#include "kube/list_watch_state.hpp"
#include "kube/status_error.hpp"
#include "kube/watch_decoder.hpp"

namespace deployctl::kube {

namespace {

constexpr std::size_t kReportedLimit = 32;

happened::Failed refused(const Response& response) { return {.error = error_of(response)}; }

happened::Failed unanswered(const http::Failure& failure) {
  return {.error = failure.error,
          .unanswered = failure.phase,
          .too_large = failure.error.kind == ErrorKind::Invalid && failure.phase == http::Phase::Sent};
}

}  // namespace

struct ListWatch::State {
  Transport& transport;
  Clock& clock;
  const Logger& logger;
  WatchOptions options;
  WatchSink& sink;
  WatchHooks hooks;
  ListWatchState machine = {};
  std::minstd_rand random{std::random_device{}()};
  std::unique_ptr<BodyStream> body = {};
  std::unique_ptr<WatchDecoder> decoder = {};
  std::string last_failure = {};
  std::set<std::string> reported = {};

  double next_random() { return std::uniform_real_distribution<double>(0.0, 1.0)(random); }
  std::string resource() const {
    return std::string(options.resource.plural) + (options.ns.empty() ? "" : " in namespace " + options.ns);
  }

  Task<Happening> perform(Action action);
  Task<Happening> read_page(action::ReadPage page);
  Task<Happening> open_watch(action::OpenWatch watch);
  Task<Happening> read_watch();
  Happening take(std::vector<WatchItem> items, bool ended);
  void take_one(WatchItem item, happened::WatchRead& read, std::optional<Happening>& end);
  void tell(DecodedItem item);
  void report(Undecodable broken);
  void report(const Skipped& skipped);
  void note(const Happening& what);
};

ListWatch::ListWatch(Transport& transport, Clock& clock, const Logger& logger, WatchOptions options, WatchSink& sink,
                     WatchHooks hooks)
    : state_(new State{transport, clock, logger, std::move(options), sink, std::move(hooks)}) {
  if (state_->options.metadata_only) state_->options.decode.kind = "PartialObjectMetadata";
}
ListWatch::~ListWatch() = default;

Task<void> ListWatch::run() {
  Happening what = happened::Begin{};
  while (true) {
    Action action = state_->machine.step(what, state_->clock.steady(), state_->next_random());
    what = co_await state_->perform(std::move(action));
    state_->note(what);
  }
}

Task<Happening> ListWatch::State::perform(Action action) {
  if (!std::holds_alternative<action::ReadWatch>(action)) body.reset();
  if (auto* page = std::get_if<action::ReadPage>(&action)) co_return co_await read_page(std::move(*page));
  if (auto* watch = std::get_if<action::OpenWatch>(&action)) co_return co_await open_watch(std::move(*watch));
  if (auto* wait = std::get_if<action::Wait>(&action)) {
    co_await clock.sleep_for(wait->length);
    co_return happened::Waited{};
  }
  co_return co_await read_watch();
}

Task<Happening> ListWatch::State::read_page(action::ReadPage page) {
  ListQuery query{.ns = options.ns,
                  .label_selector = options.label_selector,
                  .limit = page.limit,
                  .continue_token = page.continue_token,
                  .resource_version = page.resource_version,
                  .metadata_only = options.metadata_only};
  http::Attempt<Response> answer = co_await transport.send(list(options.resource, query));
  if (!answer) co_return unanswered(answer.error());
  if (answer->status != 200) co_return refused(*answer);
  if (page.continue_token.empty()) sink.init();
  auto read =
      read_list_page(std::move(answer->body), options.decode, [this](DecodedItem item) { tell(std::move(item)); });
  if (!read) co_return happened::Failed{.error = read.error()};
  if (machine.has_gone_back(page, read->resource_version)) {
    logger.warning("The API server went back in time, reading everything anew",
                   {{"resource", resource()},
                    {"resourceVersion", read->resource_version},
                    {"lastSeen", machine.resource_version()}});
    sink.went_back();
    co_return happened::WentBack{};
  }
  if (read->continue_token.empty()) sink.init_done();
  co_return happened::PageRead{std::move(read->resource_version), std::move(read->continue_token)};
}

Task<Happening> ListWatch::State::open_watch(action::OpenWatch watch) {
  const WatchQuery query{.ns = options.ns,
                         .label_selector = options.label_selector,
                         .resource_version = watch.resource_version,
                         .metadata_only = options.metadata_only};
  http::Attempt<StreamResponse> answer = co_await transport.open(kube::watch(options.resource, query));
  if (!answer) co_return unanswered(answer.error());
  if (answer->head.status != 200) co_return refused(answer->head);
  body = std::move(answer->body);
  decoder = std::make_unique<WatchDecoder>(options.decode, options.max_event);
  co_return happened::WatchOpened{};
}

Task<Happening> ListWatch::State::read_watch() {
  Result<std::string> bytes = co_await body->read(kWatchTimeout + kWatchIdleMargin);
  if (!bytes) {
    logger.debug("Watch was cut", {{"resource", resource()}, {"error", bytes.error().message}});
    co_return happened::WatchEnded{};
  }
  const bool ended = bytes->empty();
  co_return take(ended ? decoder->finish() : decoder->feed(*bytes), ended);
}

/// The first item that ends the watch wins; what stands before it has been told.
Happening ListWatch::State::take(std::vector<WatchItem> items, bool ended) {
  happened::WatchRead read;
  std::optional<Happening> end;
  for (WatchItem& item : items) {
    take_one(std::move(item), read, end);
    if (end) break;
  }
  if (!end && !ended) return read;
  // What came before the end counts: a relist must not be older than it.
  machine.step(read, clock.steady(), 0);
  return end.value_or(happened::WatchEnded{});
}

void ListWatch::State::take_one(WatchItem item, happened::WatchRead& read, std::optional<Happening>& end) {
  if (auto* applied = std::get_if<Applied>(&item)) {
    read = {applied->object.resource_version, true};
    sink.apply(std::move(applied->object));
  } else if (auto* removed = std::get_if<Removed>(&item)) {
    read = {removed->object.resource_version, true};
    sink.removed(std::move(removed->object));
  } else if (auto* mark = std::get_if<Bookmark>(&item)) {
    read.resource_version = mark->resource_version;
  } else if (auto* broken = std::get_if<Undecodable>(&item)) {
    if (!broken->resource_version.empty()) read.resource_version = broken->resource_version;
    read.events = true;
    report(std::move(*broken));
  } else if (auto* skipped = std::get_if<Skipped>(&item)) {
    report(*skipped);
  } else if (auto* error = std::get_if<ErrorEvent>(&item)) {
    end = happened::WatchError{std::move(error->error)};
  } else {
    if (hooks.dropped) hooks.dropped("too_large");
    logger.warning("Watch event was larger than the cap, listing again",
                   {{"resource", resource()}, {"cap", options.max_event}});
    end = happened::EventLost{};
  }
}

void ListWatch::State::tell(DecodedItem item) {
  if (auto* object = std::get_if<ObjectEnvelope>(&item)) return sink.init_apply(std::move(*object));
  if (auto* broken = std::get_if<Undecodable>(&item)) return report(std::move(*broken));
  report(std::get<Skipped>(item));
}

void ListWatch::State::report(Undecodable broken) {
  logger.error("Object could not be read and is left out", broken.error,
               {{"resource", resource()}, {"namespace", broken.key.ns}, {"name", broken.key.name}});
  sink.undecodable(std::move(broken));
}

void ListWatch::State::report(const Skipped& skipped) {
  if (hooks.dropped) hooks.dropped("skipped");
  if (reported.size() >= kReportedLimit || !reported.insert(skipped.why).second) return;
  logger.warning("Item was skipped", {{"resource", resource()}, {"why", skipped.why}});
}

/// Each failure goes to the hook, the log hears of it when it is a new one.
void ListWatch::State::note(const Happening& what) {
  const auto* failed = std::get_if<happened::Failed>(&what);
  const auto* in_stream = std::get_if<happened::WatchError>(&what);
  if (!failed && !in_stream) {
    const bool works = std::holds_alternative<happened::WatchOpened>(what);
    if (works && !last_failure.empty()) logger.info("List and watch work again", {{"resource", resource()}});
    if (works) last_failure.clear();
    return;
  }
  const Error& error = failed ? failed->error : in_stream->error;
  if (hooks.failed) hooks.failed(error);
  if (error.message == last_failure) return;
  last_failure = error.message;
  logger.log(LogLevel::Warning, "List or watch failed and is tried again",
             {{"resource", resource()}, {"error", error.message}});
}

}  // namespace deployctl::kube
