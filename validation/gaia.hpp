// The six policies of GAIA ("Going Green for Less Green", Hanafy, Liang, Bashir, Souza, Irwin,
// Shenoy: ASPLOS'24, figure 8) on its 1,000 jobs of Alibaba's PAI cluster and South Australia's
// grid of October and November 2022. Time is counted in GAIA's rows of five seconds. Deterministic.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "simulate/trace.hpp"
#include "simulate/workload.hpp"

namespace karbonetes::validation {

enum class GaiaPolicy { NoWait, LowestSlot, LowestWindow, CarbonTime, Ecovisor, WaitAwhile };
inline constexpr std::array kGaiaPolicies{GaiaPolicy::NoWait,       GaiaPolicy::LowestSlot,
                                          GaiaPolicy::LowestWindow, GaiaPolicy::CarbonTime,
                                          GaiaPolicy::Ecovisor,     GaiaPolicy::WaitAwhile};
[[nodiscard]] std::string_view name(GaiaPolicy policy);

struct GaiaInput {
  simulate::Trace trace;        // 720 hours
  simulate::Workload workload;  // delay_cap: 6 h below two hours of length, else 24 h; expected:
                                // the mean of all jobs on that side of two hours
};

// `hours`: a value for each hour of 2020 to 2022, or of 2022 alone. `jobs`: arrival and length in
// seconds, cpus. Errors: InvalidArgument.
struct GaiaJob {
  double arrival = 0, length = 0;  // seconds
  double cpus = 1;
};
[[nodiscard]] Result<GaiaInput> gaia_input(const std::vector<double>& hours,
                                           const std::vector<GaiaJob>& jobs);

struct GaiaOutcome {
  double carbon = 0;              // any unit: only ratios are compared
  double wait_hours = 0;          // mean; over pieces where a job is interrupted (as GAIA counts)
  std::vector<TimePoint> starts;  // of each job's first piece
};
// As GAIA: starts are sought at whole hours after the arrival, and the mean wait counts each piece
// of an interrupted job from the job's arrival on.
[[nodiscard]] GaiaOutcome as_gaia(const GaiaInput& input, GaiaPolicy policy);
// The same question to our own rules: any start, and by how much later a job is done.
[[nodiscard]] Result<GaiaOutcome> as_ours(const GaiaInput& input, GaiaPolicy policy);

}  // namespace karbonetes::validation
