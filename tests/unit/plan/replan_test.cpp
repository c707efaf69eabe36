#include "plan/replan.hpp"

#include <gtest/gtest.h>

namespace karbonetes::plan {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const TimePoint kSince = parse_rfc3339("2026-11-24T20:00:00Z").value();
const TimePoint kDeadline = kSince + hours(10);  // 5 %: 30 minutes

PlanBasis plan(TimePoint start) {
  return {start, "LowestWindow", "grid", "team-a/default", 3, hours(2)};
}

std::optional<std::string> to(PlanBasis current) {
  return moved(plan(kSince + hours(2)), current, kSince, kDeadline);
}

TEST(Replan, ALittleIsNotWorthTelling) {
  EXPECT_EQ(to(plan(kSince + hours(2))), std::nullopt);
  EXPECT_EQ(to(plan(kSince + hours(2) + minutes(30) - Millis(1))), std::nullopt);
  EXPECT_EQ(to(plan(kSince + hours(2) - minutes(30) + Millis(1))), std::nullopt);
}

TEST(Replan, FivePercentOfTheWaitIs) {
  EXPECT_EQ(to(plan(kSince + hours(2) + minutes(30))),
            "the start planned at 2026-11-24T22:00:00Z has moved to 2026-11-24T22:30:00Z: the "
            "forecast changed");
  EXPECT_TRUE(to(plan(kSince + hours(2) - minutes(30))));
}

TEST(Replan, NeverLessThanASecond) {
  const auto a = plan(kSince);
  EXPECT_FALSE(moved(a, plan(kSince + Millis(999)), kSince, kSince + seconds(10)));
  EXPECT_TRUE(moved(a, plan(kSince + seconds(1)), kSince, kSince + seconds(10)));
  EXPECT_FALSE(moved(a, plan(kSince + Millis(999)), kSince, kSince - hours(10)));
}

TEST(Replan, AChangeThatMovesNothingIsNotTold) {
  auto current = plan(kSince + hours(2));
  current.generation = 4;
  current.source = "other";
  EXPECT_EQ(to(current), std::nullopt);
}

TEST(Replan, NamesTheFirstCause) {
  const auto because = [](auto change) {
    auto current = plan(kSince + hours(5));
    change(current);
    const std::string text = to(current).value();
    return text.substr(text.find(": ") + 2);
  };
  EXPECT_EQ(because([](PlanBasis& p) {
              p.policy = "team-a/nightly";
              p.generation = 9;
            }),
            "policy team-a/nightly holds instead of \"team-a/default\"");
  EXPECT_EQ(because([](PlanBasis& p) {
              p.generation = 4;
              p.duration = hours(3);
            }),
            "policy team-a/default changed");
  EXPECT_EQ(because([](PlanBasis& p) { p.strategy = "CarbonTime"; }),
            "the strategy is CarbonTime now");
  EXPECT_EQ(because([](PlanBasis& p) {
              p.source = "backup";
              p.duration = hours(3);
            }),
            "the carbon source is \"backup\" instead of \"grid\"");
  EXPECT_EQ(because([](PlanBasis& p) { p.duration = hours(3); }),
            "the expected duration is 3h instead of 2h");
  EXPECT_EQ(because([](PlanBasis& p) { p.duration.reset(); }),
            "the expected duration is unknown instead of 2h");
}

TEST(Replan, APlanThatComesOrGoesIsTold) {
  auto none = plan({});
  none.start.reset();
  EXPECT_EQ(to(none),
            "the start planned at 2026-11-24T22:00:00Z is given up: the forecast changed");
  EXPECT_EQ(moved(none, plan(kSince + hours(2)), kSince, kDeadline),
            "a start is planned at 2026-11-24T22:00:00Z now: the forecast changed");
  EXPECT_EQ(moved(none, none, kSince, kDeadline), std::nullopt);
}

TEST(Replan, WhatWasReadFromAnAnnotationCannotBreakTheSentence) {
  auto written = plan(kSince);
  written.source = "evil\n\"source\"" + std::string(500, 'x');
  const std::string text = moved(written, plan(kSince + hours(5)), kSince, kDeadline).value();
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_LT(text.size(), 300U);
}

}  // namespace
}  // namespace karbonetes::plan
