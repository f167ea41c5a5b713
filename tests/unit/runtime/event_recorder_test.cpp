#include "runtime/event_recorder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <string>
#include <vector>

#include "async/task_group.hpp"
#include "support/fake_clock.hpp"
#include "support/memory_api_server.hpp"

namespace deployctl::runtime {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const std::string kCreate = "POST /apis/events.k8s.io/v1/namespaces/shop/events";
const std::string kPatch = "PATCH /apis/events.k8s.io/v1/namespaces/shop/events/";

class Bench {
 public:
  Bench() { running_ = group_.spawn("recorder", recorder.run()); }
  ~Bench() {
    running_.cancel();
    settle();
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  void settle() {
    io.restart();
    io.poll();
  }
  void publish(std::string note, std::string name = "web") {
    const api::ObjectMeta regarding{
        .key = {"shop", name}, .uid = "uid-" + name, .resource_version = "7", .generation = 1};
    recorder.publish(
        regarding,
        {.type = ports::EventType::Warning, .reason = "StepFailed", .action = "Deploy", .note = std::move(note)});
  }
  [[nodiscard]] Json body(std::size_t index) const { return Json::parse(server.requests().at(index).body); }

  asio::io_context io{1};
  support::FakeClock clock;
  std::vector<std::string> lines;
  Logger logger{LogLevel::Info, LogEncoding::Json, nullptr,
                [this](std::string_view line) { lines.emplace_back(line); }};
  Metrics metrics{1};
  support::MemoryApiServer server{io.get_executor()};
  kube::Client client{server, clock};
  EventRecorder recorder{io.get_executor(),
                         client,
                         clock,
                         logger,
                         metrics,
                         {.api_version = "deployctl.io/v1alpha1",
                          .kind = "Deployment",
                          .reporting_controller = "deployment-orchestrator",
                          .reporting_instance = "pod-1"}};

 private:
  TaskHandle running_;
  TaskGroup group_{io.get_executor()};
};

TEST(EventRecorder, AnEventNamesItsObjectReasonAndReporter) {
  Bench bench;
  bench.publish("step apply failed");
  bench.settle();
  ASSERT_EQ(bench.server.count(kCreate), 1U);
  const Json event = bench.body(0);
  EXPECT_EQ(event.at("apiVersion"), "events.k8s.io/v1");
  EXPECT_EQ(event.at("type"), "Warning");
  EXPECT_EQ(event.at("reason"), "StepFailed");
  EXPECT_EQ(event.at("action"), "Deploy");
  EXPECT_EQ(event.at("note"), "step apply failed");
  EXPECT_EQ(event.at("reportingController"), "deployment-orchestrator");
  EXPECT_EQ(event.at("reportingInstance"), "pod-1");
  EXPECT_THAT(event.at("metadata").at("name").get<std::string>(), testing::StartsWith("web."));
  EXPECT_EQ(event.at("regarding").at("uid"), "uid-web");
  EXPECT_EQ(event.at("regarding").at("kind"), "Deployment");
}

TEST(EventRecorder, ANoteIsOneLineAndAtMostOneKibibyte) {
  Bench bench;
  bench.publish("first\nsecond" + std::string(3000, 'x'));
  bench.settle();
  const auto note = bench.body(0).at("note").get<std::string>();
  EXPECT_LE(note.size(), 1024U);
  EXPECT_THAT(note, testing::StartsWith("first second"));
}

// fault E4
TEST(EventRecorder, TheSameEventAgainRaisesTheCountOfTheFirst) {
  Bench bench;
  bench.publish("same");
  bench.publish("same");
  bench.settle();
  EXPECT_EQ(bench.server.count(kCreate), 1U);
  ASSERT_EQ(bench.server.count(kPatch), 1U);
  EXPECT_EQ(bench.body(1).at("series").at("count"), 2);
}

// fault E4
TEST(EventRecorder, AStormOfTwoThousandEventsIsAHandfulOfRequests) {
  Bench bench;
  for (int i = 0; i < 2000; ++i) bench.publish("note " + std::to_string(i));
  bench.settle();
  EXPECT_EQ(bench.server.count(kCreate), 11U);
  EXPECT_EQ(bench.server.requests().size(), 25U);
}

// fault E4
TEST(EventRecorder, TheQueueIsBoundedAndWhatFellOutIsCounted) {
  Bench bench;
  for (int i = 0; i < 300; ++i) bench.publish("note", "object-" + std::to_string(i));
  bench.settle();
  EXPECT_EQ(bench.server.count(kCreate), kEventQueue);
  EXPECT_THAT(bench.metrics.serialize(), HasSubstr("deployctl_events_failed_total 44\n"));
}

TEST(EventRecorder, AnEventThatIsGoneIsMadeAnewWhenItHappensAgain) {
  Bench bench;
  bench.publish("same");
  bench.settle();
  const std::string name = bench.body(0).at("metadata").at("name");
  bench.server.erase("/apis/events.k8s.io/v1/namespaces/shop/events/" + name);
  bench.publish("same");
  bench.settle();
  EXPECT_EQ(bench.server.count(kCreate), 2U);
}

TEST(EventRecorder, AFailureIsALogLineAndACounter) {
  Bench bench;
  bench.server.refuse(kCreate, 403, "events is forbidden");
  bench.publish("note");
  bench.settle();
  EXPECT_THAT(bench.lines, testing::ElementsAre(HasSubstr("Event was not recorded")));
  EXPECT_THAT(bench.metrics.serialize(), HasSubstr("deployctl_events_failed_total 1\n"));
  bench.publish("another");
  bench.settle();
  EXPECT_EQ(bench.server.count(kCreate), 2U);
}

}  // namespace
}  // namespace deployctl::runtime
