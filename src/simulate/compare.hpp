// Is one way better than the other, or was it luck? Paired block bootstrap over days (Efron and
// Tibshirani 1993; Kuensch 1989): the days of arrival are resampled, and both ways are measured on
// the same ones. Pure.
#pragma once

#include <chrono>
#include <map>
#include <vector>

#include "simulate/run.hpp"
#include "simulate/study.hpp"

namespace karbonetes::simulate {

struct Resampling {
  int resamples = 2'000;
  double confidence = 0.95;
  std::uint64_t seed = 1;
};

// The Jobs that arrive on one day, summed up: all that a comparison has to keep of a run.
struct DaySum {
  double grams = 0, wait_hours = 0, jobs = 0;
};
using Days = std::map<std::chrono::sys_days, DaySum>;
[[nodiscard]] Days days_of(const Workload& workload, const std::vector<Ran>& runs);

// All of the same workload. Percentile intervals; with fewer than two days nobody can say: low and
// high are minus and plus infinity.
[[nodiscard]] Comparison compare(const Days& baseline, const Days& a, const Days& b,
                                 const Resampling& resampling = {});

}  // namespace karbonetes::simulate
