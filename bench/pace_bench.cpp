// plan::Pace with 100,000 candidates in 50 namespaces under 10 policies.
#include <benchmark/benchmark.h>

#include "plan/pace.hpp"
#include "traces.hpp"

namespace karbonetes::plan {
namespace {

constexpr int kJobs = 100'000;
const TimePoint kNow = bench::kBegin;

struct Names {
  std::vector<std::string> keys, namespaces, policies;
  Names() {
    for (int i = 0; i < 50; ++i) namespaces.push_back("team-" + std::to_string(i));
    for (int i = 0; i < 10; ++i) policies.push_back("team-" + std::to_string(i) + "/default");
    for (int i = 0; i < kJobs; ++i) keys.push_back("team/job-" + std::to_string(i));
  }
};

const Names& names() {
  static const Names all;
  return all;
}

bool ask(Pace& pace, std::size_t i, TimePoint now) {
  const auto& n = names();
  const auto deadline = kNow + std::chrono::hours(8) + Millis((i * 7919) % 3'600'000);
  return pace.ask(n.keys[i], n.namespaces[i % 50], n.policies[i % 10], deadline, 2, now);
}

api::ReleaseSpec limit(double per_minute) {
  api::ReleaseSpec out;
  out.per_minute = per_minute;
  out.burst = 1;
  return out;
}

// A green window begins: everybody asks.
void pace_ask_100k(benchmark::State& state) {
  (void)names();
  for (auto _ : state) {
    Pace pace(limit(600), kNow);
    for (std::size_t i = 0; i < kJobs; ++i) ask(pace, i, kNow);
    benchmark::DoNotOptimize(pace.counts());
  }
  state.SetItemsProcessed(state.iterations() * kJobs);
}
BENCHMARK(pace_ask_100k)->Unit(benchmark::kMillisecond);

// All of them again, now that they wait: what a new signal causes.
void pace_ask_again(benchmark::State& state) {
  Pace pace(limit(600), kNow);
  for (std::size_t i = 0; i < kJobs; ++i) ask(pace, i, kNow);
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(ask(pace, i = (i + 7919) % kJobs, kNow));
}
BENCHMARK(pace_ask_again);

// One Job goes and comes back as a candidate, with 100,000 others waiting.
void pace_grant_one(benchmark::State& state) {
  Pace pace(limit(600), kNow);
  TimePoint now = kNow;
  for (std::size_t i = 0; i < kJobs; ++i) ask(pace, i, now);
  const auto& n = names();
  for (auto _ : state) {
    now += Millis(100);
    for (const auto& key : pace.grant(now)) pace.take(key);
    const auto i = static_cast<std::size_t>(state.iterations()) % kJobs;
    pace.ask("team/more-" + std::to_string(now.time_since_epoch().count()), n.namespaces[i % 50],
             n.policies[i % 10], now + std::chrono::hours(8), 2, now);
    benchmark::DoNotOptimize(pace.next(now));
  }
}
BENCHMARK(pace_grant_one)->Iterations(200'000);  // below the deadlines

}  // namespace
}  // namespace karbonetes::plan
