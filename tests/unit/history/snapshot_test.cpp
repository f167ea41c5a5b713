#include "history/snapshot.hpp"

#include <gtest/gtest.h>

#include <random>

#include "api/digest.hpp"
#include "history/gzip.hpp"
#include "ports/source_digest.hpp"

namespace deployctl::history {
namespace {

/// As the engine does before it keeps a revision.
Snapshot sealed(Snapshot snapshot) {
  snapshot.source_sha256 = ports::source_sha256(snapshot.source);
  snapshot.gate = api::gate_of(snapshot.spec);
  snapshot.digest = api::digest_of({.spec = snapshot.spec,
                                    .source = snapshot.source_sha256,
                                    .variables = snapshot.pinned.variables,
                                    .env = snapshot.pinned.env,
                                    .target = snapshot.target});
  return snapshot;
}

Snapshot example() {
  Snapshot snapshot;
  snapshot.hmac_key = std::string("\x00\xff key", 6);
  snapshot.spec.type = api::Type::Docker;
  snapshot.spec.version = "1.2.3";
  snapshot.spec.docker = api::Docker{.image = "shop/web:1.2.3"};
  snapshot.source = {{"app.conf", {.bytes = "a = 1\n", .executable = false}},
                     {"bin/logo", {.bytes = std::string("\x89PNG\0\xff", 6), .executable = false}},
                     {"run", {.bytes = "#!/bin/true\n", .executable = true}}};
  snapshot.pinned.variables = {{"LEVEL", "info"}, {"TOKEN", ports::hmac_form(snapshot.hmac_key, "canary")}};
  snapshot.pinned.secret_variables = {{"TOKEN", "canary"}};
  snapshot.pinned.env = {{"REGION", "eu"}};
  snapshot.remembered.pins = {{"image", "sha256:abc"}};
  snapshot.remembered.inventory = Json::array({{{"kind", "ConfigMap"}, {"name", "x"}}});
  snapshot.target = {.host = "", .ns = "shop", .project = "shop_web"};
  return sealed(snapshot);
}

std::string noise(std::size_t size) {
  std::mt19937 generator(1);  // the same bytes each time
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(generator());
  return bytes;
}

TEST(Snapshot, GivesBackExactlyWhatWasKept) {
  const Snapshot kept = example();
  const auto encoded = encode_snapshot(kept);
  ASSERT_TRUE(encoded.has_value());
  EXPECT_EQ(encoded->restorable, api::Restorable::Exact);
  const auto decoded = decode_snapshot(encoded->payload, kept.digest);
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
  EXPECT_EQ(*decoded, kept);
}

Snapshot with_sealed_copy() {
  Snapshot snapshot = example();
  snapshot.sealed.secrets = {{"db", {.values = {{"PASSWORD", std::string("\x00\xff word", 7)}}}},
                             {"target", {.values = {{"value", "kind: Config"}}, .whole = true}}};
  snapshot.sealed.config_maps = {{"settings", {.values = {{"LEVEL", "info"}}}}};
  return snapshot;
}

TEST(Snapshot, GivesBackTheSealedCopyByteByByte) {
  const Snapshot kept = with_sealed_copy();
  EXPECT_EQ(decode_snapshot(encode_snapshot(kept)->payload, kept.digest), kept);
}

TEST(Snapshot, TheSealedCopyIsInNoDigest) { EXPECT_EQ(sealed(with_sealed_copy()).digest, example().digest); }

TEST(Snapshot, TheSealedCopyTakesNoRoomFromTheSource) {
  Snapshot kept = with_sealed_copy();
  kept.source["blob"] = {.bytes = noise(kMaxPayloadBytes - 10'000), .executable = false};
  kept.sealed.secrets["db"].values["PASSWORD"] = noise(256U * 1024);
  kept = sealed(kept);
  const auto encoded = encode_snapshot(kept);
  ASSERT_TRUE(encoded.has_value());
  EXPECT_EQ(encoded->restorable, api::Restorable::Exact);
  EXPECT_GT(encoded->payload.size(), kMaxPayloadBytes);
  EXPECT_EQ(decode_snapshot(encoded->payload, kept.digest), kept);
}

TEST(Snapshot, LosesTheSealedCopyRatherThanTheRevisionWhenItDoesNotFit) {
  Snapshot kept = example();
  kept.source.clear();
  kept = sealed(kept);
  kept.sealed.secrets["db"].values["PASSWORD"] = noise(9U * 1024 * 1024);
  const auto decoded = decode_snapshot(encode_snapshot(kept)->payload, kept.digest);
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
  EXPECT_TRUE(decoded->sealed.empty());
}

TEST(Snapshot, OfADeploymentWithoutSourceIsExact) {
  Snapshot kept = example();
  kept.source.clear();
  kept = sealed(kept);
  const auto encoded = encode_snapshot(kept);
  ASSERT_TRUE(encoded.has_value());
  EXPECT_EQ(encoded->restorable, api::Restorable::Exact);
  EXPECT_EQ(decode_snapshot(encoded->payload, kept.digest), kept);
}

TEST(Snapshot, EncodedTwiceIsTheSameBytes) {
  EXPECT_EQ(encode_snapshot(example())->payload, encode_snapshot(example())->payload);
}

TEST(Snapshot, KeepsOnlyTheHashOfASourceThatDoesNotFit) {
  Snapshot kept = example();
  kept.source["blob"] = {.bytes = noise(9U * 1024 * 1024), .executable = false};
  kept = sealed(kept);
  const auto encoded = encode_snapshot(kept);
  ASSERT_TRUE(encoded.has_value());
  EXPECT_EQ(encoded->restorable, api::Restorable::ByReference);
  EXPECT_LT(encoded->payload.size(), 10'000U);
  const auto decoded = decode_snapshot(encoded->payload, kept.digest);
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
  EXPECT_TRUE(decoded->source.empty());
  EXPECT_EQ(decoded->source_sha256, kept.source_sha256);
  EXPECT_EQ(restorable_of(*decoded), api::Restorable::ByReference);
}

TEST(Snapshot, OfASourceAtTheDefaultCapIsExactWhenItCompresses) {
  Snapshot kept = example();
  kept.source["manifest.yaml"] = {.bytes = std::string(10U * 1024 * 1024, '\n'), .executable = false};
  kept = sealed(kept);
  const auto encoded = encode_snapshot(kept);
  EXPECT_EQ(encoded->restorable, api::Restorable::Exact);
  EXPECT_TRUE(decode_snapshot(encoded->payload, kept.digest).has_value());
}

TEST(Snapshot, ThatDoesNotFitWithoutTheSourceIsRefused) {
  Snapshot kept = example();
  for (int i = 0; i < 40; ++i) kept.remembered.pins[std::to_string(i)] = std::string(1024U * 1024, 'x');
  EXPECT_EQ(encode_snapshot(kept).error().kind, ErrorKind::Invalid);
}

TEST(Snapshot, OfAnotherDigestIsNotUsed) {
  const auto encoded = encode_snapshot(example());
  const auto decoded = decode_snapshot(encoded->payload, "v1:another");
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().message,
            "the kept revision cannot be used: its content does not match the digest recorded");
}

class TamperedSnapshot : public testing::TestWithParam<void (*)(Snapshot&)> {};

TEST_P(TamperedSnapshot, IsNotUsed) {
  Snapshot kept = example();
  const std::string recorded = kept.digest;
  GetParam()(kept);
  EXPECT_FALSE(decode_snapshot(encode_snapshot(kept)->payload, recorded).has_value());
}

INSTANTIATE_TEST_SUITE_P(Snapshot, TamperedSnapshot,
                         testing::Values([](Snapshot& s) { s.spec.docker->image = "evil/image"; },
                                         [](Snapshot& s) { s.source["run"].bytes = "#!/bin/false\n"; },
                                         [](Snapshot& s) { s.source["run"].executable = false; },
                                         [](Snapshot& s) { s.source["extra"] = {}; },
                                         [](Snapshot& s) { s.pinned.variables["LEVEL"] = "debug"; },
                                         [](Snapshot& s) { s.pinned.env.clear(); },
                                         [](Snapshot& s) { s.pinned.secret_variables["TOKEN"] = "another"; },
                                         [](Snapshot& s) { s.pinned.secret_env["LEVEL"] = "never pinned"; },
                                         [](Snapshot& s) { s.target.ns = "kube-system"; },
                                         [](Snapshot& s) { s.digest = "v1:another"; }));

TEST(Snapshot, DamagedBytesAreAnErrorAndNoCrash) {
  const Snapshot kept = example();
  const std::string document = *gunzip(encode_snapshot(kept)->payload, kMaxSnapshotBytes);
  for (const std::string& damaged :
       {std::string(), std::string("{}"), std::string("99999999999999999999\n{}"), std::string("2\n{}"),
        std::string("9\n{}"), document + "x", document.substr(0, document.size() - 1)}) {
    EXPECT_EQ(decode_snapshot(gzip(damaged), kept.digest).error().kind, ErrorKind::Invalid) << damaged.substr(0, 40);
  }
  EXPECT_EQ(decode_snapshot("not gzip", kept.digest).error().kind, ErrorKind::Invalid);
}

TEST(Snapshot, LargerThanItsCapWhenUnpackedIsRefused) {
  const std::string bomb = gzip(std::string(kMaxSnapshotBytes + 1, ' '));
  EXPECT_EQ(decode_snapshot(bomb, "v1:x").error().kind, ErrorKind::Invalid);
}

}  // namespace
}  // namespace deployctl::history
