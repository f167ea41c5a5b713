#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/watcher.hpp"
#include "support/cutting_proxy.hpp"
#include "support/real_api_server.hpp"

namespace deployctl::runtime {
namespace {

using namespace std::chrono_literals;

std::string words(const ObjectKey& key, Change change) {
  const char* word = change == Change::Initial ? "Initial" : change == Change::Updated ? "Updated" : "Removed";
  return std::string(word) + " " + key.name;
}

/// A watch of ConfigMaps through a relay that can be cut; the test itself talks to the server directly.
class Bench {
 public:
  ~Bench() {
    watching_.cancel();
    server.settle(50ms);
  }
  Bench() = default;
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  void start() {
    watching_ = server.group.spawn("watcher", watcher.run());
    server.until([this] { return watcher.synced(); });
    // Made by the cluster in each namespace, whenever it gets to it.
    server.until([this] { return store.find({server.ns(), "kube-root-ca.crt"}).has_value(); });
    said.clear();
  }
  void create(const std::string& name) {
    server.must(kube::create(kube::kConfigMaps, server.ns(), {{"metadata", {{"name", name}}}}, "test"));
  }
  void remove(const std::string& name) {
    server.run(server.client->send(kube::remove(kube::kConfigMaps, {server.ns(), name}))).value();
  }

  support::RealApiServer server;
  support::CuttingProxy proxy{server.io, server.config().port};
  std::size_t lists = 0;
  std::vector<std::string> said;
  Store store;

 private:
  kube::Config through_proxy() {
    kube::Config config = server.config();
    config.port = proxy.port();
    return config;
  }
  kube::TransportOptions counting() {
    kube::TransportOptions options;
    options.observer = [this](const kube::RequestRecord& record) {
      lists += record.verb == "list" && record.code == "200" ? 1U : 0U;
    };
    return options;
  }
  kube::HttpsTransport transport_{server.io.get_executor(), server.clock, server.resolver, server.logger,
                                  through_proxy(),          counting()};

 public:
  Watcher watcher{server.io.get_executor(),
                  transport_,
                  server.clock,
                  server.logger,
                  store,
                  {.resource = kube::kConfigMaps, .namespaces = {server.ns()}},
                  [this](const ObjectKey& key, Change change) { said.push_back(words(key, change)); }};

 private:
  TaskHandle watching_;
};

TEST(WatchOnARealServer, FollowsWhatHappens) {
  Bench bench;
  bench.create("early");
  bench.start();
  EXPECT_TRUE(bench.store.find({bench.server.ns(), "early"}));
  bench.create("late");
  bench.remove("early");
  bench.server.until([&bench] { return bench.said.size() == 2; });
  EXPECT_THAT(bench.said, testing::ElementsAre("Updated late", "Removed early"));
}

// fault W13
TEST(WatchOnARealServer, AfterACutItResumesAndMissesNothing) {
  Bench bench;
  bench.create("gone");
  bench.start();
  const std::size_t lists = bench.lists;
  bench.proxy.cut();
  bench.remove("gone");
  bench.create("new");
  bench.server.settle(300ms);
  EXPECT_THAT(bench.said, testing::IsEmpty());
  bench.proxy.mend();
  bench.server.until([&bench] { return bench.said.size() == 2; });
  EXPECT_THAT(bench.said, testing::ElementsAre("Removed gone", "Updated new"));
  EXPECT_EQ(bench.lists, lists) << "a list instead of a resumed watch";
}

}  // namespace
}  // namespace deployctl::runtime
