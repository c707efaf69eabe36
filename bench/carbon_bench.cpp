// src/carbon: a forecast prepared, cut into green intervals, and asked. 72 h at 5 min: 864 steps.
#include <benchmark/benchmark.h>

#include "carbon/green.hpp"
#include "traces.hpp"

namespace karbonetes::carbon {
namespace {

const PercentileThreshold kRule{30, std::chrono::hours(72), 0.05};

void forecast_prepare(benchmark::State& state) {
  const auto series = bench::series();
  for (auto _ : state) benchmark::DoNotOptimize(Forecast::prepare(series));
}
BENCHMARK(forecast_prepare);

void forecast_mean_over(benchmark::State& state) {
  const auto f = Forecast::prepare(bench::series());
  TimePoint t = bench::kBegin;
  for (auto _ : state) {
    t = t > bench::kBegin + std::chrono::hours(60) ? bench::kBegin : t + Millis(60'001);
    benchmark::DoNotOptimize(f->mean_over(t, std::chrono::hours(4)));
  }
}
BENCHMARK(forecast_mean_over);

// The first question about a new forecast: preparing it is timed as well, for tables live with it.
void green_first_use(benchmark::State& state) {
  const auto series = bench::series();
  for (auto _ : state) benchmark::DoNotOptimize(green_intervals(*Forecast::prepare(series), kRule));
}
BENCHMARK(green_first_use);

void green_state_at(benchmark::State& state) {
  const auto f = Forecast::prepare(bench::series());
  TimePoint t = bench::kBegin;
  for (auto _ : state) {
    t = t > bench::kBegin + std::chrono::hours(60) ? bench::kBegin : t + Millis(60'001);
    const auto green = green_intervals(*f, kRule);
    benchmark::DoNotOptimize(green->state_at(t));
    benchmark::DoNotOptimize(green->next_green(t));
  }
}
BENCHMARK(green_state_at);

}  // namespace
}  // namespace karbonetes::carbon
