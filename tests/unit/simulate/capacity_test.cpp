#include "simulate/capacity.hpp"

#include <gmock/gmock.h>

#include <map>

#include "fixtures.hpp"

namespace karbonetes::simulate {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;

struct Ask {
  Millis released;
  Millis duration;
  float vcpu;
  plan::Pool pool;
};

struct Queued {
  Workload workload;
  std::vector<Ran> runs;
  std::vector<Millis> starts;
};

Queued queued(const Capacity& capacity, const std::vector<Ask>& asks) {
  Queued out;
  std::vector<Job> jobs;
  for (const Ask& ask : asks) {
    jobs.push_back(job_at(ask.released, ask.duration));
    jobs.back().vcpu = ask.vcpu;
    Ran ran;
    ran.released = jobs.back().arrival;
    ran.pool = ask.pool;
    out.runs.push_back(ran);
  }
  out.workload = workload_of(jobs);
  EXPECT_TRUE(queue_for(capacity, out.workload, out.runs));
  for (const Ran& ran : out.runs) out.starts.push_back(ran.started - kBegin);
  return out;
}

constexpr auto kGreen = plan::Pool::Green;
constexpr auto kFallback = plan::Pool::Fallback;

TEST(Capacity, ACrowdQueuesInItsOrder) {
  const auto q = queued({2.0, 0.0}, {{hours(0), hours(1), 1, kGreen},
                                     {hours(0), hours(2), 1, kGreen},
                                     {hours(0), hours(1), 2, kGreen},
                                     {minutes(1), hours(1), 1, kGreen}});
  EXPECT_THAT(q.starts, ElementsAre(hours(0), hours(0), hours(2), hours(3)))
      << "the small one does not overtake the large one";
}

TEST(Capacity, GreenTakesTheFallbackPoolBeforeItQueues) {
  const auto q = queued({1.0, 1.0}, {{hours(0), hours(4), 1, kGreen},
                                     {hours(0), hours(1), 1, kGreen},
                                     {hours(0), hours(1), 1, kFallback},
                                     {hours(0), hours(1), 1, kGreen}});
  EXPECT_THAT(q.starts, ElementsAre(hours(0), hours(0), hours(1), hours(2)));
}

TEST(Capacity, FallbackNeverTakesTheGreenPool) {
  const auto q =
      queued({5.0, 1.0}, {{hours(0), hours(3), 1, kFallback}, {hours(0), hours(1), 1, kFallback}});
  EXPECT_THAT(q.starts, ElementsAre(hours(0), hours(3)));
}

TEST(Capacity, AJobThatFitsNowhereIsAnError) {
  Workload workload = workload_of({job_at(hours(0), hours(1))});
  workload.jobs[0].vcpu = 9;
  std::vector<Ran> runs(1);
  runs[0].pool = kFallback;
  const auto refused = queue_for({16.0, 8.0}, workload, runs);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message,
              HasSubstr("team-a/job requests 9 vCPU, and the fallback pool has 8"));
}

// Over a random crowd: nobody starts before its release, and no pool runs more than it can.
TEST(Capacity, PoolsNeverRunMoreThanTheyCan) {
  const Trace trace = seeded_trace(1, 12);
  const Workload jobs = seeded_workload(4, 800, 10);
  for (const Rule rule : {Rule::Immediate, Rule::FirstGreen, Rule::LowestWindow}) {
    Scenario s;
    s.rule = rule;
    s.capacity = {12.0, 9.0};
    const auto runs = run(trace, jobs, s);
    ASSERT_TRUE(runs);
    std::map<TimePoint, double> change;
    for (std::size_t i = 0; i < runs->size(); ++i) {
      ASSERT_GE((*runs)[i].started, (*runs)[i].released);
      ASSERT_EQ((*runs)[i].finished, (*runs)[i].started + jobs.jobs[i].duration);
      change[(*runs)[i].started] += jobs.jobs[i].vcpu;
      change[(*runs)[i].finished] -= jobs.jobs[i].vcpu;
    }
    double now = 0;
    double peak = 0;
    for (const auto& [at, delta] : change) peak = std::max(peak, now += delta);
    EXPECT_LE(peak, 21.0) << name(rule);
    EXPECT_GT(peak, 15.0) << "the pools were short";
  }
}

}  // namespace
}  // namespace karbonetes::simulate
