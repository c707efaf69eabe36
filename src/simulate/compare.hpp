// Is one way better than the other, or was it luck? Paired block bootstrap over days (Efron and
// Tibshirani 1993; Kuensch 1989): the days of arrival are resampled, and both ways are measured on
// the same ones. Pure.
#pragma once

#include <vector>

#include "simulate/run.hpp"
#include "simulate/study.hpp"

namespace karbonetes::simulate {

struct Resampling {
  int resamples = 2'000;
  double confidence = 0.95;
  std::uint64_t seed = 1;
};

// Percentile intervals. With fewer than two days they are as wide as the difference is uncertain:
// low and high are minus and plus infinity.
[[nodiscard]] Comparison compare(const Workload& workload, const std::vector<Ran>& baseline,
                                 const std::vector<Ran>& a, const std::vector<Ran>& b,
                                 const Resampling& resampling = {});

}  // namespace karbonetes::simulate
