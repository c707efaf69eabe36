#include "json/yaml.hpp"

#include <gmock/gmock.h>

#include <random>

namespace karbonetes::json {
namespace {

using testing::HasSubstr;

Document one(std::string_view text) {
  const auto all = parse_yaml(text);
  EXPECT_TRUE(all) << all.error().message;
  EXPECT_EQ(all->size(), 1U);
  return all && all->size() == 1 ? all->front() : Document();
}
std::string refused(std::string_view text) {
  const auto all = parse_yaml(text);
  return all ? "accepted" : all.error().message;
}

TEST(Yaml, ScalarsFollowTheCoreSchema) {
  EXPECT_EQ(one("[null, ~, true, False, 7, -7, +7, 0x10, 0o17, 1e3, -1.5, .5, 5.]"),
            Document::parse("[null,null,true,false,7,-7,7,16,15,1000.0,-1.5,0.5,5.0]"));
  EXPECT_EQ(
      one("[yes, no, on, '7', \"true\", 1_000, 12:30, 2026-01-01, inf, nan, 1.2.3, '', 1e, e1]"),
      Document::parse(R"(["yes","no","on","7","true","1_000","12:30","2026-01-01","inf","nan",
                               "1.2.3","","1e","e1"])"));
  EXPECT_EQ(one("big: 123456789012345678901"), Document::parse(R"({"big":123456789012345678901})"))
      << "as a floating point number";
}

TEST(Yaml, WhatKubectlPrints) {
  EXPECT_EQ(one(R"(apiVersion: v1
items:
- apiVersion: batch/v1
  kind: Job
  metadata:
    annotations:
      note: |
        first
        second
      long: a folded
        line
    labels: {}
  spec:
    template:
      spec:
        containers:
        - args: ["-c", 'echo "hi"']
          resources:
            requests:
              cpu: 500m
kind: List
)"),
            Document::parse(R"({"apiVersion":"v1","items":[{"apiVersion":"batch/v1","kind":"Job",
      "metadata":{"annotations":{"note":"first\nsecond\n","long":"a folded line"},"labels":{}},
      "spec":{"template":{"spec":{"containers":[{"args":["-c","echo \"hi\""],
      "resources":{"requests":{"cpu":"500m"}}}]}}}}],"kind":"List"})"));
}

TEST(Yaml, ManyDocumentsAndAnchors) {
  const auto all = parse_yaml("a: 1\n---\n---\n# nothing\n---\nb: &x [1, 2]\nc: *x\n");
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[1], Document::parse(R"({"b":[1,2],"c":[1,2]})"));
  EXPECT_TRUE(parse_yaml("")->empty());
}

TEST(Yaml, SaysWhereItIsWrong) {
  EXPECT_THAT(refused("a: 1\nb: [1, 2\n"), HasSubstr("line 3"));
  EXPECT_THAT(refused("a: 1\na: 2\n"), HasSubstr("line 2: the key \"a\" comes twice"));
  EXPECT_THAT(refused("[1, 2]: x\n"), HasSubstr("line 1: a key must be text"));
  EXPECT_THAT(refused("a: !!binary aGk=\n"), HasSubstr("line 1: the tag"));
  EXPECT_THAT(refused("a: &x {b: 1}\nc:\n  <<: *x\n"), HasSubstr("line 3: a merge key"));
  EXPECT_THAT(refused("a: *nobody\n"), HasSubstr("line 1"));
  EXPECT_THAT(refused("a: &x [*x]\n"), HasSubstr("line 1"));
  EXPECT_THAT(refused(std::string(200, '[') + std::string(200, ']')),
              HasSubstr("nested deeper than 128"));
  EXPECT_THAT(refused("a:\n\t- b\n"), HasSubstr("line 2"));
}

TEST(Yaml, ABillionLaughsIsRefused) {
  std::string text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int k = 0; k < 9; ++k) text += ", " + before;
    text += "]\n";
  }
  EXPECT_THAT(refused(text), HasSubstr("more than 10,000,000 values"));
}

TEST(Yaml, EndsOnWhatNoDocumentBeginsWith) {
  for (const char* text : {"}", "a: 1\n}", "]\n]", "--- }"}) (void)parse_yaml(text);
}

TEST(Yaml, SurvivesAnyBytes) {
  std::mt19937 random(2);
  const std::string letters = "ab: -\n[]{}&*!|>'\"#%@,?\t0\xff";
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (auto n = random() % 60; n > 0; --n) text += letters[random() % letters.size()];
    (void)parse_yaml(text);
  }
}

}  // namespace
}  // namespace karbonetes::json
