// plan::decide as webhook and controller call it, its sentence included. Budgets: below 1 us over
// static windows, below 20 us over a 72 h forecast at 5 min.
#include <benchmark/benchmark.h>

#include "plan/decide.hpp"
#include "plan/durations.hpp"
#include "plan/strategy.hpp"
#include "traces.hpp"

namespace karbonetes::plan {
namespace {

using std::chrono::hours;

const TimePoint kNow = bench::kBegin + hours(6);

policy::ResolvedPolicy policy(const api::PolicySpec& spec) {
  auto p = std::make_shared<api::Policy>();
  p->spec = spec;
  policy::PolicySet set;
  set.by_key["team-a/default"] = std::move(p);
  return policy::resolve(set, "team-a", {}, "karbonetes-system");
}

carbon::WindowSchedule nightly() {
  return carbon::WindowSchedule::make({{{}, {22, 0}, {6, 0}}}, "Europe/Berlin").value();
}

carbon::Signal grid() {
  carbon::Signal out;
  out.source = "grid";
  out.observed_at = kNow;
  out.says_green = false;
  out.unknown_after = hours(6);
  out.forecast = carbon::Forecast::prepare(bench::series());
  return out;
}

api::PolicySpec with(api::Strategy strategy) {
  api::PolicySpec spec;
  spec.strategy = strategy;
  spec.expected_duration = hours(4);
  return spec;
}

void run(benchmark::State& state, const api::PolicySpec& spec, const carbon::Signal& signal) {
  const auto resolved = policy(spec);
  TimePoint now = kNow;
  int waits = 0;
  for (auto _ : state) {
    now = now > kNow + hours(24) ? kNow : now + Millis(60'001);
    const Decision d = decide(resolved, signal, now + hours(24), now, now);
    waits += d.action == Action::Wait;
    benchmark::DoNotOptimize(d.text.data());
  }
  state.counters["waits"] =
      benchmark::Counter(100.0 * waits, benchmark::Counter::kAvgIterations);  // percent
}

void decide_signal_windows(benchmark::State& state) {
  auto signal = carbon::signal_from(nightly(), kNow);
  run(state, {}, signal);
}
BENCHMARK(decide_signal_windows);

void decide_policy_windows(benchmark::State& state) {
  api::PolicySpec spec;
  spec.green = nightly();
  run(state, spec, {});
}
BENCHMARK(decide_policy_windows);

void decide_percentile(benchmark::State& state) { run(state, {}, grid()); }
BENCHMARK(decide_percentile);

void decide_prepared(benchmark::State& state) {
  const auto strategy = static_cast<api::Strategy>(state.range(0));
  state.SetLabel(api::name(strategy));
  run(state, with(strategy), grid());
}
BENCHMARK(decide_prepared)->DenseRange(1, 3);

// The first Job of a duration after a new forecast: preparing the forecast and all tables included.
void decide_first_use(benchmark::State& state) {
  const auto strategy = static_cast<api::Strategy>(state.range(0));
  state.SetLabel(api::name(strategy));
  const auto resolved = policy(with(strategy));
  const auto series = bench::series();
  auto signal = grid();
  for (auto _ : state) {
    signal.forecast = carbon::Forecast::prepare(series);
    const Decision d = decide(resolved, signal, kNow + hours(24), kNow);
    benchmark::DoNotOptimize(d.text.data());
  }
}
BENCHMARK(decide_first_use)->DenseRange(1, 3);

// The plan alone, without rule and sentence.
void plan_start_prepared(benchmark::State& state) {
  const auto strategy = static_cast<api::Strategy>(state.range(0));
  state.SetLabel(api::name(strategy));
  const auto f = carbon::Forecast::prepare(bench::series());
  TimePoint now = kNow;
  for (auto _ : state) {
    now = now > kNow + hours(24) ? kNow : now + Millis(60'001);
    benchmark::DoNotOptimize(plan_start(strategy, *f, hours(4), now, now + hours(24)));
  }
}
BENCHMARK(plan_start_prepared)->DenseRange(1, 3);

void durations_feed_and_estimate(benchmark::State& state) {
  Durations d;
  std::int64_t n = 0;
  std::vector<std::string> names;
  for (int i = 0; i < 1000; ++i) names.push_back("team-a/report-" + std::to_string(i));
  for (auto _ : state) {
    ++n;
    const auto& name = names[static_cast<std::size_t>(n) % names.size()];
    d.feed(name, {kNow + Millis(n), Millis(60'000 + n % 1000), static_cast<std::uint64_t>(n)});
    benchmark::DoNotOptimize(d.estimate(name));
  }
}
BENCHMARK(durations_feed_and_estimate);

}  // namespace
}  // namespace karbonetes::plan
