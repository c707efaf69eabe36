// What each rule does with one Job, and that the simulator decides as a controller that asks at
// every minute would.
#include "simulate/run.hpp"

#include <gmock/gmock.h>

#include "fixtures.hpp"
#include "policy/resolve.hpp"
#include "simulate/forecasts.hpp"
#include "simulate/grid.hpp"

namespace karbonetes::simulate {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

Scenario scenario(Rule rule, Millis max_delay) {
  Scenario out;
  out.rule = rule;
  out.max_delay = max_delay;
  return out;
}

Ran only(const Trace& trace, const Job& job, const Scenario& scenario) {
  const auto runs = run(trace, workload_of({job}), scenario);
  EXPECT_TRUE(runs);
  return runs->front();
}

// Hours 0..7: 300 200 100 250 50 60 400 10
const Trace kGrid = trace_of({300, 200, 100, 250, 50, 60, 400, 10});

TEST(Run, EachRuleStartsWhereItsDefinitionSays) {
  const Job job = job_at(hours(0), hours(2));
  struct Case {
    Rule rule;
    Millis start;
    double grams;
  };
  for (const auto& c : {
           Case{Rule::Immediate, hours(0), 500},
           Case{Rule::FullDelay, hours(5), 460},
           Case{Rule::LowestSlot, hours(4), 110},
           Case{Rule::LowestWindow, hours(4), 110},
           Case{Rule::CarbonTime, hours(1),
                300},  // (250 - 150) / 3 h is more than (250 - 55) / 6 h
           Case{Rule::Oracle, hours(4), 110},
       }) {
    const Ran ran = only(kGrid, job, scenario(c.rule, hours(5)));
    EXPECT_EQ(ran.started - kBegin, c.start) << name(c.rule);
    EXPECT_EQ(ran.finished, ran.started + hours(2)) << name(c.rule);
    EXPECT_NEAR(ran.grams, c.grams, 1e-9) << name(c.rule);
  }
}

TEST(Run, InterruptingRulesTakeTheirSteps) {
  const Job job = job_at(hours(0), hours(2));
  const Ran cheapest = only(kGrid, job, scenario(Rule::WaitAwhile, hours(3)));  // 100 and 50
  EXPECT_EQ(cheapest.started - kBegin, hours(2));
  EXPECT_EQ(cheapest.finished - kBegin, hours(5));
  EXPECT_NEAR(cheapest.grams, 150, 1e-9);
  Scenario below = scenario(Rule::Ecovisor, hours(2));
  below.green = carbon::AbsoluteThreshold{carbon::Intensity<carbon::Average>(150), 0};
  const Ran spent = only(kGrid, job, below);  // waits two hours, then goes on whatever comes
  EXPECT_EQ(spent.started - kBegin, hours(2));
  EXPECT_EQ(spent.finished - kBegin, hours(4));
  EXPECT_NEAR(spent.grams, 350, 1e-9);
}

TEST(Run, ADelayCapHoldsWhateverTheScenario) {
  const Ran ran =
      only(kGrid, job_at(hours(0), hours(2), hours(2)), scenario(Rule::LowestWindow, hours(24)));
  EXPECT_LE(ran.started - kBegin, hours(2));
}

TEST(Run, WithoutADurationLowestWindowIsLowestSlot) {
  Scenario unknown = scenario(Rule::LowestWindow, hours(7));
  unknown.durations = Durations::Unknown;
  EXPECT_EQ(only(kGrid, job_at(hours(0), hours(2)), unknown).started - kBegin, hours(7));
}

TEST(Run, IsTheSameOnAnyNumberOfThreads) {
  const Trace trace = seeded_trace(1, 30);
  const Workload jobs = seeded_workload(2, 9'000, 28);
  Scenario errs = scenario(Rule::FirstGreen, hours(12));
  errs.error = {ErrorKind::Ar1, 0.1, 3, 0.9};
  errs.forecast_every = hours(1);
  const auto one = run(trace, jobs, errs, 1);
  const auto four = run(trace, jobs, errs, 4);
  ASSERT_TRUE(one && four);
  for (std::size_t i = 0; i < one->size(); ++i) {
    ASSERT_EQ((*one)[i].started, (*four)[i].started);
    ASSERT_EQ((*one)[i].grams, (*four)[i].grams);
  }
}

// A controller that asks each minute, over the forecast that holds then.
TEST(Run, DecidesAsOneWhoAsksEveryMinute) {
  const Trace trace = seeded_trace(5, 12);
  for (const Rule rule :
       {Rule::FirstGreen, Rule::LowestSlot, Rule::LowestWindow, Rule::CarbonTime}) {
    for (const ErrorKind kind : {ErrorKind::None, ErrorKind::Horizon}) {
      Scenario s = scenario(rule, hours(10));
      s.error = {kind, kind == ErrorKind::None ? 0.0 : 0.15, 4, 0.9};
      s.forecast_every = hours(1);
      policy::PolicySet set;
      auto policy = std::make_shared<api::Policy>();
      policy->spec.strategy = rule == Rule::FirstGreen     ? api::Strategy::FirstGreen
                              : rule == Rule::LowestSlot   ? api::Strategy::LowestSlot
                              : rule == Rule::LowestWindow ? api::Strategy::LowestWindow
                                                           : api::Strategy::CarbonTime;
      set.by_key["a/default"] = policy;
      auto resolved = policy::resolve(set, "a", {}, "system");
      const ForecastSource source(trace, s);
      const Workload jobs = seeded_workload(6, 60, 10);
      const auto runs = run(trace, jobs, s);
      ASSERT_TRUE(runs);
      for (std::size_t i = 0; i < jobs.jobs.size(); ++i) {
        const Job& job = jobs.jobs[i];
        resolved.expected_duration.value = job.duration;
        ForecastReader reader(source);
        TimePoint now = job.arrival;
        plan::Decision decision;
        for (;; now += Millis(1)) {
          const auto view = reader.at(now);
          decision = plan::decide(resolved, *view.signal, job.arrival + hours(10), now, job.arrival,
                                  plan::Words::Silent);
          if (decision.action == plan::Action::Release) break;
          // Nothing can happen before: by the minute up to the next promised instant.
          now = std::min({now + minutes(1), decision.next_check, view.until}) - Millis(1);
        }
        ASSERT_EQ((*runs)[i].released, now) << name(rule) << " " << name(kind) << " job " << i;
        ASSERT_EQ((*runs)[i].reason, decision.reason);
        ASSERT_EQ((*runs)[i].pool, decision.pool);
      }
    }
  }
}

TEST(Run, NobodyBeatsTheOracleAndNobodyIsLate) {
  const Trace trace = seeded_trace(7, 20);
  const Workload jobs = seeded_workload(8, 500, 18);
  GridText all;
  all.rules = {"first-green", "lowest-slot", "lowest-window", "carbon-time", "full-delay"};
  all.max_delays = {"3h", "17h"};
  all.errors = {"0", "20%"};
  const auto scenarios = scenarios_of(all, false);
  ASSERT_TRUE(scenarios);
  for (const Scenario& s : *scenarios) {
    const auto best = run(trace, jobs, scenario(Rule::Oracle, s.max_delay));
    const auto runs = run(trace, jobs, s);
    ASSERT_TRUE(best && runs);
    for (std::size_t i = 0; i < runs->size(); ++i) {
      ASSERT_GE((*runs)[i].grams, (*best)[i].grams - 1e-6) << describe(s) << " job " << i;
      ASSERT_GE((*runs)[i].started, jobs.jobs[i].arrival);
      ASSERT_LE((*runs)[i].started, jobs.jobs[i].arrival + s.max_delay) << describe(s);
    }
  }
}

// Golden: a year that anyone can make again from its seed.
TEST(Run, SyntheticYearHasItsGoldenNumbers) {
  const Trace trace = seeded_trace(2026, 365, minutes(30));
  const Workload jobs = seeded_workload(2026, 20'000, 360);
  struct Golden {
    Rule rule;
    double kilograms, hours_waited;
  };
  for (const auto& g :
       {Golden{Rule::Immediate, 18582.124, 0}, Golden{Rule::LowestSlot, 14095.998, 119323.185},
        Golden{Rule::LowestWindow, 13067.902, 122518.600},
        Golden{Rule::CarbonTime, 13427.937, 97683.378},
        Golden{Rule::WaitAwhile, 12853.576, 141784.961},
        Golden{Rule::Ecovisor, 13656.381, 139796.384}}) {
    const auto runs = run(trace, jobs, scenario(g.rule, hours(12)), 2);
    ASSERT_TRUE(runs);
    double grams = 0;
    double waited = 0;
    for (std::size_t i = 0; i < runs->size(); ++i) {
      grams += (*runs)[i].grams;
      waited += static_cast<double>(
                    ((*runs)[i].finished - jobs.jobs[i].duration - jobs.jobs[i].arrival).count()) /
                3'600'000;
    }
    EXPECT_NEAR(grams / 1000, g.kilograms, 0.001) << name(g.rule);
    EXPECT_NEAR(waited, g.hours_waited, 0.01) << name(g.rule);
  }
}

TEST(Run, CapacityAndInterruptionAreNotSimulatedTogether) {
  Scenario s = scenario(Rule::WaitAwhile, hours(4));
  s.capacity.green_vcpu = 10;
  const auto refused = run(kGrid, workload_of({job_at(hours(0), hours(1))}), s);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("wait-awhile interrupts Jobs"));
}

}  // namespace
}  // namespace karbonetes::simulate
