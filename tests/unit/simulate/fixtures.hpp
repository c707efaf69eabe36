// Small grids and workloads for the simulator's tests.
#pragma once

#include <cmath>
#include <memory>
#include <numbers>
#include <vector>

#include "simulate/random.hpp"
#include "simulate/trace.hpp"
#include "simulate/workload.hpp"

namespace karbonetes::simulate {

inline constexpr TimePoint kBegin =
    std::chrono::sys_days{std::chrono::year(2026) / 1 / 5};  // Monday

inline Trace trace_of(const std::vector<double>& values, Millis step = std::chrono::hours(1),
                      std::string zone = "TEST") {
  carbon::Series<carbon::Average> series;
  for (std::size_t i = 0; i < values.size(); ++i)
    series.points.push_back({kBegin + step * static_cast<Millis::rep>(i),
                             carbon::Intensity<carbon::Average>(values[i])});
  series.end = kBegin + step * static_cast<Millis::rep>(values.size());
  series.observed_until = kBegin;
  return {std::move(zone), carbon::Forecast::prepare(std::move(series)), {}};
}

// Days with a cheap noon and weather, by the hour.
inline Trace seeded_trace(std::uint64_t seed, int days, Millis step = std::chrono::hours(1)) {
  Random random(seed);
  std::vector<double> values;
  double weather = 0;
  const double per_hour = static_cast<double>(step.count()) / 3'600'000;
  for (double hour = 0; hour < 24 * days; hour += per_hour) {
    weather = 0.9 * weather + 15 * random.normal();
    values.push_back(std::max(
        20.0, std::round(300 + 100 * std::cos(2 * std::numbers::pi * (hour - 1) / 24) + weather)));
  }
  return trace_of(values, step);
}

// One kW each, which makes grams the integral of the intensity in hours.
inline Job job_at(Millis after, Millis duration, Millis delay_cap = Millis(-1)) {
  Job job;
  job.arrival = kBegin + after;
  job.duration = duration;
  job.delay_cap = delay_cap;
  job.kw = 1;
  job.vcpu = 1;
  return job;
}

inline Workload workload_of(std::vector<Job> jobs) {
  Workload out;
  out.jobs = std::move(jobs);
  out.namespaces = {"team-a", "team-b"};
  out.series = {"team-a/job", "team-b/job"};
  sort_by_arrival(out);
  return out;
}

inline Workload seeded_workload(std::uint64_t seed, int jobs, int days) {
  Random random(seed);
  std::vector<Job> out;
  for (int i = 0; i < jobs; ++i) {
    // One after the other: the order in which arguments are evaluated is the compiler's choice.
    const auto duration = std::chrono::seconds(60 + random.below(6 * 3600));
    const auto arrival = Millis(random.below(static_cast<std::uint32_t>(days) * 86'400'000U));
    Job job = job_at(arrival, duration);
    job.ns = job.series = random.below(2);
    job.vcpu = static_cast<float>(1 + random.below(4));
    out.push_back(job);
  }
  return workload_of(std::move(out));
}

}  // namespace karbonetes::simulate
