// The two experiments of "Let's Wait Awhile" (Wiesner, Behnke, Scheinert, Gontarska, Thamsen:
// Middleware'21), run by our simulator over their intensities of the year 2020. Compat::Paper
// repeats what their code does where it differs from the text (each such place is marked "quirk");
// Compat::None does what one would expect. Deterministic.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "simulate/trace.hpp"
#include "simulate/workload.hpp"

namespace karbonetes::validation {

enum class Compat { Paper, None };

inline constexpr int kSeeds = 10;    // 0 .. 9
inline constexpr int kWindows = 17;  // 0 to 8 hours each side, in steps of half an hour
enum class Slack { None, NextWorkday, SemiWeekly };

// One country's year in slots of half an hour, from 2020-01-01 on. quirk: of data in quarters of an
// hour every second value is left out. Errors: InvalidArgument: it does not cover 2020 in slots.
[[nodiscard]] Result<simulate::Trace> half_hours(const simulate::Trace& trace);

// Scenario I: a job of one slot at 01:00 each day, free to move by `window` slots each side.
[[nodiscard]] simulate::Workload nightly(int window);

// Scenario II: 3,387 machine learning jobs, drawn as their code draws them. Job::delay_cap is the
// slack until the next working day or Monday and Thursday, each at 09:00.
[[nodiscard]] simulate::Workload machine_learning(Slack slack, Compat compat);

// Mean gCO2eq/kWh at which the nightly jobs ran, with windows 0 .. kWindows - 1. error: part of the
// mean intensity, 0: none.
[[nodiscard]] Result<std::vector<double>> nightly_means(const simulate::Trace& trace, double error,
                                                        std::uint64_t seed, Compat compat);

struct MachineLearning {
  double baseline = 0;  // the sum of intensity over all slots in which a job runs
  // Interrupting or not, by Slack.
  double next_workday = 0, next_workday_interrupting = 0;
  double semi_weekly = 0, semi_weekly_interrupting = 0;

  [[nodiscard]] double saved(double sum) const { return 100 * (1 - sum / baseline); }  // percent
};
[[nodiscard]] Result<MachineLearning> machine_learning_sums(const simulate::Trace& trace,
                                                            double error, std::uint64_t seed,
                                                            Compat compat);

}  // namespace karbonetes::validation
