// Workloads that nobody has run, from a seed: for a first look, for tests and benchmarks. Pure, and
// the same on every machine.
#pragma once

#include <string_view>

#include "ledger/energy.hpp"
#include "simulate/workload.hpp"

namespace karbonetes::simulate {

struct SyntheticOptions {
  TimePoint from{}, until{};  // arrivals lie within [from, until)
  ledger::EnergyModel energy = ledger::model_of(ledger::CloudProvider::Gcp);
};

inline constexpr double kMaxSyntheticJobs = 20'000'000;

// "KIND[,KEY=VALUE]...":
//   nightly   per-day Jobs at `at` o'clock (UTC) each day, a minute apart
//   poisson   per-day Jobs on average at any time
//   diurnal   as poisson, most at 14:00 UTC on weekdays, few at night and at weekends
// Keys: per-day (default 100), at (01:00), seed (1), vcpu (1), memory (GiB, 4), namespaces (1),
//   duration: "45m", "lognormal:MEDIAN:SIGMA" or "pareto:LEAST:ALPHA" (default lognormal:45m:1.2),
//   longest (default 24h; what would be longer is cut), whole seconds.
// Errors: InvalidArgument, naming the part and what to write instead.
[[nodiscard]] Result<Workload> synthetic(std::string_view spec, const SyntheticOptions& options);

}  // namespace karbonetes::simulate
