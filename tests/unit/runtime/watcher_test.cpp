#include "runtime/watcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <string>
#include <vector>

#include "support/fake_clock.hpp"
#include "support/memory_api_server.hpp"

namespace deployctl::runtime {
namespace {

constexpr kube::Resource kThings{"deployctl.io", "v1alpha1", "deployments", "Deployment"};

std::string path_of(const std::string& name, const std::string& ns = "shop") {
  return "/apis/deployctl.io/v1alpha1/namespaces/" + ns + "/deployments/" + name;
}

Json a_thing(const std::string& name, const std::string& type = "docker", const std::string& ns = "shop") {
  return {{"apiVersion", "deployctl.io/v1alpha1"},
          {"kind", "Deployment"},
          {"metadata", {{"name", name}, {"namespace", ns}}},
          {"spec", {{"type", type}}}};
}

/// "Initial shop/web": what was said, in order.
std::string words(const ObjectKey& key, Change change) {
  const char* word = change == Change::Initial ? "Initial" : change == Change::Updated ? "Updated" : "Removed";
  return std::string(word) + " " + key.str();
}

class Bench {
 public:
  explicit Bench(std::vector<std::string> namespaces = {})
      : watcher(io.get_executor(), server, clock, logger, store,
                {.resource = kThings, .namespaces = std::move(namespaces)},
                [this](const ObjectKey& key, Change change) { said.push_back(words(key, change)); }) {}
  ~Bench() {
    running_.cancel();
    settle();
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  void start() {
    running_ = group_.spawn("watcher", watcher.run());
    settle();
  }
  void settle() {
    io.restart();
    io.poll();
  }

  asio::io_context io{1};
  support::FakeClock clock;
  Logger logger{LogLevel::Error, LogEncoding::Json, nullptr, [](std::string_view) {}};
  support::MemoryApiServer server{io.get_executor()};
  Store store;
  std::vector<std::string> said;
  Watcher watcher;

 private:
  TaskHandle running_;
  TaskGroup group_{io.get_executor()};
};

TEST(Watcher, ListsThenFollows) {
  Bench bench;
  bench.server.put(path_of("web"), a_thing("web"));
  EXPECT_FALSE(bench.watcher.synced());
  bench.start();
  EXPECT_TRUE(bench.watcher.synced());
  bench.server.put(path_of("api"), a_thing("api"));
  bench.settle();
  bench.server.erase(path_of("web"));
  bench.settle();
  EXPECT_THAT(bench.said, testing::ElementsAre("Initial shop/web", "Updated shop/api", "Removed shop/web"));
  EXPECT_EQ(bench.store.size(), 1U);
}

// fault R8
TEST(Watcher, TheEchoOfOurOwnWriteIsNotSaid) {
  Bench bench;
  bench.server.put(path_of("web"), a_thing("web"));
  bench.start();
  bench.server.put(path_of("web"), a_thing("web", "kubernetes"));
  const auto answered = kube::decode_object(bench.server.object(path_of("web")).dump());
  ASSERT_TRUE(answered);
  bench.store.put({*answered, std::nullopt});
  bench.settle();
  EXPECT_THAT(bench.said, testing::ElementsAre("Initial shop/web"));
}

TEST(Watcher, EachNamespaceHasAWatchOfItsOwn) {
  Bench bench({"shop", "bank"});
  bench.server.put(path_of("web"), a_thing("web"));
  bench.server.put(path_of("web", "bank"), a_thing("web", "docker", "bank"));
  bench.server.put(path_of("web", "other"), a_thing("web", "docker", "other"));
  bench.start();
  EXPECT_THAT(bench.said, testing::UnorderedElementsAre("Initial shop/web", "Initial bank/web"));
}

// fault W20
TEST(Watcher, AnItemThatCannotBeReadIsKeptAloneAndTheOthersAreServed) {
  Bench bench;
  Json bad = a_thing("bad");
  bad["metadata"]["annotations"] = "no object";
  bench.server.put(path_of("bad"), bad);
  bench.server.put(path_of("good"), a_thing("good"));
  bench.start();
  EXPECT_TRUE(bench.watcher.synced());
  EXPECT_TRUE(bench.store.find({"shop", "bad"})->error);
  EXPECT_FALSE(bench.store.find({"shop", "good"})->error);
  EXPECT_THAT(bench.said, testing::UnorderedElementsAre("Initial shop/bad", "Initial shop/good"));
}

}  // namespace
}  // namespace deployctl::runtime
