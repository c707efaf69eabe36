#include "simulate/learned.hpp"

#include <queue>

#include "plan/durations.hpp"

namespace karbonetes::simulate {

namespace {

struct Ended {
  TimePoint at;
  std::size_t job = 0;
  bool operator>(const Ended& other) const { return at > other.at; }
};

}  // namespace

void learn_durations(Workload& workload) {
  plan::Durations durations;
  std::priority_queue<Ended, std::vector<Ended>, std::greater<>> running;
  for (std::size_t i = 0; i < workload.jobs.size(); ++i) {
    Job& job = workload.jobs[i];
    for (; !running.empty() && running.top().at <= job.arrival; running.pop()) {
      const Job& done = workload.jobs[running.top().job];
      durations.feed(workload.series[done.series],
                     {running.top().at, done.duration, std::uint64_t{running.top().job} + 1});
    }
    running.push({job.arrival + job.duration, i});
    if (job.expected > Millis(0)) continue;
    if (const auto estimate = durations.estimate(workload.series[job.series]))
      job.expected = estimate->typical;
  }
}

}  // namespace karbonetes::simulate
