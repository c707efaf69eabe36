// A study as a whole: rows, comparison, suggestion, periods.
#include "simulate/make_study.hpp"

#include <gmock/gmock.h>

#include "fixtures.hpp"
#include "simulate/grid.hpp"
#include "simulate/learned.hpp"
#include "simulate/summary.hpp"

namespace karbonetes::simulate {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;

Request request_of(std::vector<std::string> rules, std::vector<std::string> delays) {
  GridText text;
  text.rules = std::move(rules);
  text.max_delays = std::move(delays);
  Request out;
  out.scenarios = *scenarios_of(text, false);
  out.threads = 2;
  return out;
}

TEST(Study, RowsComeInOrderAndAddUp) {
  const std::vector<Trace> traces{seeded_trace(1, 20), trace_of(std::vector<double>(480, 100))};
  const Workload jobs = seeded_workload(2, 400, 15);
  const auto study =
      make_study(traces, jobs, request_of({"lowest-window", "immediate"}, {"4h", "12h"}));
  ASSERT_TRUE(study);
  ASSERT_EQ(study->rows.size(), 6U);
  EXPECT_EQ(describe(study->rows[1].scenario), "lowest-window, 12h");
  EXPECT_EQ(describe(study->rows[2].scenario), "immediate");
  EXPECT_GT(study->rows[1].saved(), study->rows[0].saved());
  EXPECT_EQ(study->rows[2].saved(), 0);
  EXPECT_NEAR(study->rows[3].saved(), 0, 1e-12) << "a flat grid";
  for (const Row& row : study->rows) {
    double grams = 0;
    double baseline = 0;
    std::uint64_t count = 0;
    for (const GroupRow& group : row.by_namespace) {
      grams += group.grams;
      baseline += group.baseline_grams;
      count += group.jobs;
    }
    EXPECT_NEAR(grams, row.grams, 1e-6);
    EXPECT_NEAR(baseline, row.baseline_grams, 1e-6);
    EXPECT_EQ(count, 400U);
    std::uint64_t binned = 0;
    for (const auto bin : row.wait_bins) binned += bin;
    EXPECT_EQ(binned, 400U);
    EXPECT_LE(row.waits.median, row.waits.p95);
    EXPECT_LE(row.waits.longest, hours(12));
  }
  ASSERT_EQ(study->timelines.size(), 2U);
  EXPECT_EQ(study->timelines[0].starts.size(), 2U) << "at once, lowest-window";
}

TEST(Study, CompareTellsAGainFromLuck) {
  const std::vector<Trace> traces{seeded_trace(1, 40)};
  const Workload jobs = seeded_workload(2, 1'000, 35);
  auto request = request_of({"lowest-window", "full-delay"}, {"8h"});
  request.compare = std::pair(Rule::FullDelay, Rule::LowestWindow);
  const auto study = make_study(traces, jobs, request);
  ASSERT_TRUE(study);
  ASSERT_EQ(study->comparisons.size(), 1U);
  const Comparison& c = study->comparisons[0];
  EXPECT_EQ(c.days, 35);
  EXPECT_NEAR(c.difference, c.saved_b - c.saved_a, 1e-12);
  EXPECT_LT(c.low, c.difference);
  EXPECT_GT(c.high, c.difference);
  EXPECT_GT(c.low, 0) << "better whatever the days";
}

TEST(Compare, OfTheSameTwiceIsNothing) {
  Days days;
  for (int i = 0; i < 10; ++i) days[std::chrono::sys_days(std::chrono::days(i))] = {10.0 + i, 1, 2};
  const Comparison c = compare(days, days, days);
  EXPECT_EQ(c.difference, 0);
  EXPECT_EQ(c.low, 0);
  EXPECT_EQ(c.high, 0);
}

TEST(Compare, OneDayIsTooLittle) {
  const Days one{{std::chrono::sys_days(std::chrono::days(0)), {10, 1, 1}}};
  EXPECT_TRUE(std::isinf(compare(one, one, one).high));
}

// 100 days that save 0 or 20 points by a coin: the interval is what the binomial says.
TEST(Compare, IntervalsHaveTheirWidth) {
  Random random(5);
  Days baseline, a, b;
  double heads = 0;
  for (int i = 0; i < 100; ++i) {
    const auto day = std::chrono::sys_days(std::chrono::days(i));
    const bool head = random.below(2) == 0;
    heads += head ? 1 : 0;
    baseline[day] = {100, 0, 1};
    a[day] = {100, 0, 1};
    b[day] = {head ? 80.0 : 100.0, 0, 1};
  }
  const Comparison c = compare(baseline, a, b, {4'000, 0.95, 1});
  EXPECT_NEAR(c.difference, 0.2 * heads / 100, 1e-12);
  EXPECT_NEAR(c.high - c.low, 2 * 1.96 * 0.2 * 0.5 / 10, 0.004);
}

TEST(Suggest, TheSmallestDelayThatGetsMost) {
  // Each evening costs 100, nights 20: who may wait eight hours gets it all.
  std::vector<double> values;
  for (int hour = 0; hour < 24 * 10; ++hour) values.push_back(hour % 24 >= 4 ? 100 : 20);
  std::vector<Job> jobs;
  for (int day = 0; day < 8; ++day) jobs.push_back(job_at(hours(24 * day + 20), hours(1)));
  auto request = request_of({"lowest-window", "oracle"}, {"8h"});
  request.suggest = true;
  const auto study = make_study({trace_of(values)}, workload_of(jobs), request);
  ASSERT_TRUE(study);
  ASSERT_EQ(study->suggestions.size(), 1U) << "of rules that a cluster has";
  const Suggestion& s = study->suggestions[0];
  EXPECT_EQ(s.curve.at(s.chosen).max_delay, hours(4));
  EXPECT_TRUE(s.worth_it);
  EXPECT_NEAR(s.curve.at(s.chosen).saved, 0.8, 1e-9);
  EXPECT_EQ(s.curve.at(s.chosen - 1).saved, 0);
}

TEST(Suggest, SaysWhenItIsNotWorthIt) {
  auto request = request_of({"lowest-window"}, {"8h"});
  request.suggest = true;
  const auto study =
      make_study({trace_of(std::vector<double>(200, 50))}, seeded_workload(1, 50, 5), request);
  ASSERT_TRUE(study);
  EXPECT_FALSE(study->suggestions.at(0).worth_it);
}

TEST(Within, LeavesOutWhatNoTraceCovers) {
  const auto kept = within({trace_of({1, 2, 3})},
                           workload_of({job_at(hours(-1), hours(1)), job_at(hours(1), hours(1))}));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->jobs.size(), 1U);
  EXPECT_THAT(kept->notes.at(0), HasSubstr("1 of 2 Jobs arrive outside of the traces"));
  const auto none = within({trace_of({1, 2, 3})}, workload_of({job_at(hours(99), hours(1))}));
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("--align"));
}

TEST(Align, MovesByWholeWeeks) {
  Workload jobs = workload_of(
      {job_at(hours(24 * 7 * 30 + 5), hours(1)), job_at(hours(24 * 7 * 31 + 5), hours(1))});
  align({trace_of({1, 2, 3})}, jobs);
  EXPECT_EQ(jobs.jobs[0].arrival, kBegin + hours(5));
  EXPECT_EQ(jobs.jobs[1].arrival, kBegin + hours(24 * 7 + 5));
  Workload early = workload_of({job_at(hours(-30), hours(1))});
  align({trace_of({1, 2, 3})}, early);
  EXPECT_EQ(early.jobs[0].arrival, kBegin + hours(24 * 7 - 30)) << "not before the trace begins";
}

TEST(Learned, AsTheControllerLearns) {
  Workload jobs = workload_of({job_at(hours(0), hours(1)), job_at(minutes(30), hours(9)),
                               job_at(hours(2), hours(1)), job_at(hours(20), hours(1))});
  jobs.jobs[3].expected = minutes(5);
  learn_durations(jobs);
  EXPECT_EQ(jobs.jobs[0].expected, Millis(0)) << "nothing is known yet";
  EXPECT_EQ(jobs.jobs[1].expected, Millis(0)) << "the first has not finished";
  EXPECT_NEAR(static_cast<double>(jobs.jobs[2].expected.count()), 3.6e6, 3.6e6 / 32);
  EXPECT_EQ(jobs.jobs[3].expected, minutes(5)) << "its author's word";
}

TEST(Grid, SpansWhatMakesADifference) {
  GridText text;
  text.rules = {"first-green", "LowestWindow", "immediate", "oracle"};
  text.max_delays = {"4h", "8h"};
  text.thresholds = {"20%", "150"};
  text.errors = {"0", "5%"};
  text.seeds = 3;
  const auto all = scenarios_of(text, false);
  ASSERT_TRUE(all);
  // first-green 2 x 2 x 4, lowest-window 2 x 4, immediate 1, oracle 2
  EXPECT_EQ(all->size(), 16U + 8 + 1 + 2);
  EXPECT_EQ(describe(all->front()), "first-green, 4h, 20 %");
  EXPECT_EQ(all->front().forecast_every, hours(1)) << "a percentile moves";
  EXPECT_EQ((*all)[4].forecast_every, Millis(0)) << "grams do not: " << describe((*all)[4]);
}

TEST(Grid, SaysWhatToWriteInstead) {
  struct Case {
    void (*spoil)(GridText&);
    const char* told;
  };
  for (const auto& c : {
           Case{[](GridText& g) { g.rules = {"best"}; }, "--policy: \"best\" is no policy"},
           Case{[](GridText& g) { g.max_delays = {"soon"}; }, "--max-delay: \"soon\""},
           Case{[](GridText& g) { g.max_delays = {"9000h"}; }, "at most 720h"},
           Case{[](GridText& g) { g.thresholds = {"150%"}; }, "--threshold: \"150%\""},
           Case{[](GridText& g) { g.thresholds = {"-3"}; }, "--threshold: \"-3\""},
           Case{[](GridText& g) { g.errors = {"x"}; }, "--forecast-error: \"x\""},
           Case{[](GridText& g) { g.error_model = "some"; }, "--error-model: \"some\""},
           Case{[](GridText& g) { g.seeds = 0; }, "--seeds: write 1 to"},
           Case{[](GridText& g) { g.durations = "guess"; }, "--durations: \"guess\""},
           Case{[](GridText& g) { g.forecast_every = "1s"; }, "--forecast-every"},
           Case{[](GridText& g) { g.forecast_horizon = "0s"; }, "--forecast-horizon"},
           Case{[](GridText& g) { g.min_saving_percent = 101; }, "--min-saving"},
           Case{[](GridText& g) { g.green_vcpu = {0}; }, "--green-vcpu and --fallback-vcpu"},
       }) {
    GridText text;
    c.spoil(text);
    const auto refused = scenarios_of(text, false);
    ASSERT_FALSE(refused) << c.told;
    EXPECT_THAT(refused.error().message, HasSubstr(c.told));
  }
}

TEST(Summary, PeakIsByTheMinute) {
  const Workload jobs = workload_of(
      {job_at(hours(0), hours(1)), job_at(minutes(30), hours(1)), job_at(hours(1), hours(1))});
  const auto runs = run(trace_of({1, 1, 1}), jobs, Scenario{});
  ASSERT_TRUE(runs);
  EXPECT_EQ(peak_vcpu(jobs, *runs), 2);
}

}  // namespace
}  // namespace karbonetes::simulate
