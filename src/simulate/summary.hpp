// From what each Job did to one row of a study. Pure.
#pragma once

#include <vector>

#include "simulate/compare.hpp"
#include "simulate/run.hpp"
#include "simulate/study.hpp"
#include "simulate/timeline.hpp"

namespace karbonetes::simulate {

// What the rows of one trace and capacity are measured against: the same Jobs, each at once. Of the
// runs themselves nothing is kept.
struct Baseline {
  double grams = 0;
  double peak_vcpu = 0;
  std::vector<double> grams_by_namespace;  // as Workload::namespaces
  Days days;
  StartCounts starts;
};
[[nodiscard]] Result<Baseline> baseline_of(const Trace& trace, const Workload& workload,
                                           const Capacity& capacity, unsigned threads);

[[nodiscard]] Row summarise(const Trace& trace, const Workload& workload, const Scenario& scenario,
                            const std::vector<Ran>& runs, const Baseline& baseline);

// By how much later the Job is done than if it had run at its arrival.
[[nodiscard]] Millis wait_of(const Job& job, const Ran& run);

// vCPU that run at a time at most, by the minute: a Job counts for each minute that it touches.
[[nodiscard]] double peak_vcpu(const Workload& workload, const std::vector<Ran>& runs);

}  // namespace karbonetes::simulate
