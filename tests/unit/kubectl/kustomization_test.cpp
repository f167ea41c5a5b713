#include "kubectl/kustomization.hpp"

#include <gtest/gtest.h>

namespace deployctl::kubectl {
namespace {

Result<void> checked(const std::string& text) {
  return check_kustomizations({{"base/kustomization.yaml", {.bytes = text}}});
}

// The controller would fetch for whoever may write an object, and a rollback would fetch other bytes
TEST(Kustomization, WhatIsFetchedFromElsewhereIsRefused) {
  for (const char* entry : {"resources: ['https://127.0.0.1:1/x.yaml']", "resources: [github.com/org/repo//base]",
                            "resources: [GitHub.com/org/repo//base]", "components: ['git@example.com:org/repo']",
                            "bases: ['file:///srv/git/repo']", "resources: ['git::https://example.com/x']",
                            "patches: [{path: 'http://example.com/p.yaml'}]",
                            "configMapGenerator: [{name: a, files: ['key=http://example.com/f']}]",
                            "openapi: {path: 'https://example.com/schema.json'}"}) {
    const auto refused = checked(entry);
    ASSERT_FALSE(refused) << entry;
    EXPECT_EQ(refused.error().kind, ErrorKind::Invalid);
    EXPECT_NE(refused.error().message.find("base/kustomization.yaml: \""), std::string::npos);
    EXPECT_NE(refused.error().message.find("put a copy into the source"), std::string::npos);
  }
}

TEST(Kustomization, PathsAndValuesAreNot) {
  EXPECT_TRUE(
      checked("resources: [../base, web.yaml]\n"
              "configMapGenerator: [{name: a, files: [page.html], literals: ['URL=https://example.com/']}]\n"
              "patches: [{patch: 'link: https://example.com'}]\n"
              "images: [{name: registry.example.com/web, newTag: '2'}]\n"
              "commonAnnotations: {docs: 'https://example.com/'}\n"));
  EXPECT_TRUE(check_kustomizations({{"notes.yaml", {.bytes = "resources: ['https://example.com/']"}}}));
}

}  // namespace
}  // namespace deployctl::kubectl
