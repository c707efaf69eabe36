#include "mock/faults.hpp"

#include <gmock/gmock.h>

#include <set>

#include "mock/request_counts.hpp"

namespace karbonetes::mock {
namespace {

using testing::HasSubstr;

Fault fault(const char* body) {
  auto parsed = parse_fault(body);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
  return parsed ? *parsed : Fault{};
}

TEST(ParseFault, ReadsAllMembers) {
  const auto limited = fault(R"({"path":"/watttime","status":429,"retryAfter":7,"count":3})");
  EXPECT_EQ(limited.path, "/watttime");
  EXPECT_EQ(limited.kind, FaultKind::Status);
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(limited.retry_after, 7);
  EXPECT_EQ(limited.count, 3);
  EXPECT_EQ(fault(R"({"path":"/","kind":"delay","delay":"3s"})").delay, Seconds(3));
  for (const char* kind : {"cut", "html", "truncated", "huge", "nulls", "duplicates", "gaps",
                           "shuffled", "dst", "year"}) {
    EXPECT_STREQ(name(fault((std::string(R"({"path":"/","kind":")") + kind + "\"}").c_str()).kind),
                 kind);
  }
}

TEST(ParseFault, RefusesWithASentence) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "JSON object"},
      {"[]", "JSON object"},
      {R"({"kind":"cut"})", "path is missing"},
      {R"({"path":"/"})", "kind or status is missing"},
      {R"({"path":"watttime","kind":"cut"})", "path must start with /"},
      {R"({"path":7,"kind":"cut"})", "path must be a string"},
      {R"({"path":"/","kind":"fire"})", "kind must be status, delay, cut"},
      {R"({"path":"/","kind":"status"})", "status is missing"},
      {R"({"path":"/","status":700})", "status must be a whole number from 200 to 599"},
      {R"({"path":"/","status":429.5})", "status must be a whole number"},
      {R"({"path":"/","status":429,"retryAfter":-1})", "retryAfter must be"},
      {R"({"path":"/","kind":"cut","retryAfter":1})", "belong to the kind status"},
      {R"({"path":"/","kind":"cut","count":0})", "count must be"},
      {R"({"path":"/","kind":"cut","count":18446744073709551615})", "count must be"},
      {R"({"path":"/","kind":"delay"})", "go together"},
      {R"({"path":"/","kind":"delay","delay":"5m"})", "at most 60s"},
      {R"({"path":"/","kind":"delay","delay":3})", "at most 60s"},
      {R"({"path":"/","kind":"cut","delay":"3s"})", "go together"},
      {R"({"path":"/","kind":"cut","pth":1})", "unknown member \"pth\""},
  };
  for (const auto& [body, sentence] : cases) {
    const auto parsed = parse_fault(body);
    ASSERT_FALSE(parsed) << body;
    EXPECT_EQ(parsed.error().code, Errc::InvalidArgument);
    EXPECT_THAT(parsed.error().message, HasSubstr(sentence)) << body;
  }
}

TEST(FaultTable, HoldsForAPathAndAllBelow) {
  FaultTable table;
  ASSERT_TRUE(table.put(fault(R"({"path":"/watttime","kind":"cut"})")));
  EXPECT_TRUE(table.holds("/watttime"));
  EXPECT_TRUE(table.holds("/watttime/v3/forecast"));
  EXPECT_FALSE(table.holds("/watttimes"));
  EXPECT_FALSE(table.holds("/gb"));
  table.clear();
  EXPECT_FALSE(table.holds("/watttime"));
}

TEST(FaultTable, TheLongestPathWinsAndTheSamePathIsReplaced) {
  FaultTable table;
  ASSERT_TRUE(table.put(fault(R"({"path":"/","status":500})")));
  ASSERT_TRUE(table.put(fault(R"({"path":"/gb/intensity","kind":"html"})")));
  ASSERT_TRUE(table.put(fault(R"({"path":"/","status":503})")));
  EXPECT_EQ(table.take("/gb/intensity/x/fw48h")->kind, FaultKind::Html);
  EXPECT_EQ(table.take("/gb/regional")->status, 503);
  EXPECT_EQ(table.to_json()["faults"].size(), 2u);
}

TEST(FaultTable, EndsAfterItsCount) {
  FaultTable table;
  ASSERT_TRUE(table.put(fault(R"({"path":"/gb","status":500,"count":2})")));
  EXPECT_FALSE(table.take("/watttime"));
  EXPECT_TRUE(table.take("/gb"));
  EXPECT_TRUE(table.take("/gb"));
  EXPECT_FALSE(table.take("/gb"));
}

TEST(FaultTable, IsBounded) {
  FaultTable table;
  for (std::size_t i = 0; i < FaultTable::kMax; ++i) {
    Fault one;
    one.path = "/" + std::to_string(i);
    ASSERT_TRUE(table.put(one));
  }
  EXPECT_FALSE(table.put(fault(R"({"path":"/more","kind":"cut"})")));
  EXPECT_TRUE(table.put(fault(R"({"path":"/3","kind":"cut"})")));
}

std::vector<Slot> twelve() {
  std::vector<Slot> out;
  for (int i = 0; i < 12; ++i) out.push_back({TimePoint(Seconds(i)), 10.0 * i, false});
  return out;
}

TEST(Spoiled, PointsAsTheKindSays) {
  const auto nulls = spoiled(twelve(), FaultKind::Nulls);
  EXPECT_TRUE(nulls[1].grams);
  EXPECT_FALSE(nulls[2].grams);
  EXPECT_FALSE(nulls[11].grams);
  const auto twice = spoiled(twelve(), FaultKind::Duplicates);
  ASSERT_EQ(twice.size(), 24u);
  EXPECT_EQ(twice[6].from, twice[7].from);
  EXPECT_EQ(*twice[7].grams, *twice[6].grams + 1000);
  const auto gaps = spoiled(twelve(), FaultKind::Gaps);
  ASSERT_EQ(gaps.size(), 8u);
  EXPECT_EQ(*gaps[4].grams, 60);
  const auto shuffled = spoiled(twelve(), FaultKind::Shuffled);
  std::set<double> values;
  for (const auto& slot : shuffled) values.insert(*slot.grams);
  EXPECT_EQ(values.size(), 12u);
  EXPECT_FALSE(std::ranges::is_sorted(shuffled, {}, &Slot::from));
  EXPECT_EQ(spoiled(twelve(), FaultKind::Cut).size(), 12u);
  EXPECT_TRUE(spoiled({}, FaultKind::Shuffled).empty());
  EXPECT_EQ(year_of_points(TimePoint(), 100).size(), 365u * 288);
}

TEST(Spoiled, AnswersAsTheKindSays) {
  const http::Response good{200, {{"Content-Type", "application/json"}}, R"({"a":[1,2,3]})"};
  Fault one = fault(R"({"path":"/","status":429,"retryAfter":7})");
  const auto limited = spoiled(good, one);
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(http::find_header(limited.headers, "retry-after"), "7");
  one.kind = FaultKind::Html;
  EXPECT_THAT(spoiled(good, one).body, HasSubstr("<html>"));
  one.kind = FaultKind::Truncated;
  EXPECT_EQ(spoiled(good, one).body, R"({"a":[)");
  EXPECT_FALSE(json::parse(spoiled(good, one).body));
  one.kind = FaultKind::Huge;
  EXPECT_GT(spoiled(good, one).body.size(), 4u << 20);
  EXPECT_TRUE(json::parse(spoiled(good, one).body));
  one.kind = FaultKind::Cut;
  EXPECT_EQ(spoiled(good, one).cut_after, good.body.size() / 2);
  one.kind = FaultKind::Nulls;
  EXPECT_EQ(spoiled(good, one).body, good.body);
}

TEST(RequestCounts, CountsPathsWithInstantsAsOne) {
  RequestCounts counts;
  counts.add("/gb/intensity/2026-11-24T12:00Z/fw48h");
  counts.add("/gb/intensity/2026-11-24T12:30Z/fw48h");
  counts.add("/watttime/login");
  const auto body = counts.to_json();
  EXPECT_EQ(body["total"], 3);
  EXPECT_EQ(body["requests"]["/gb/intensity/{from}/fw48h"], 2);
  EXPECT_EQ(body["requests"]["/watttime/login"], 1);
  counts.clear();
  EXPECT_EQ(counts.to_json()["total"], 0);
}

TEST(RequestCounts, NumberOfPathsIsBounded) {
  RequestCounts counts;
  for (std::size_t i = 0; i < 2 * RequestCounts::kMaxPaths; ++i)
    counts.add("/" + std::to_string(i));
  const auto body = counts.to_json();
  EXPECT_EQ(body["requests"].size(), RequestCounts::kMaxPaths + 1);
  EXPECT_EQ(body["total"], 2 * RequestCounts::kMaxPaths);
}

}  // namespace
}  // namespace karbonetes::mock
