// Lists as people write them on a command line, and the scenarios that they span: each rule with
// each maxDelay, threshold, error and seed that makes a difference to it. Pure.
#pragma once

#include <string>
#include <vector>

#include "simulate/scenario.hpp"

namespace karbonetes::simulate {

struct GridText {
  std::vector<std::string> rules{"first-green", "lowest-slot", "lowest-window", "carbon-time",
                                 "oracle"};
  std::vector<std::string> max_delays{"8h"};
  std::vector<std::string> thresholds;   // "30%" of the day ahead, or "200" gCO2eq/kWh
  std::vector<std::string> errors{"0"};  // "0.05" or "5%" of the mean intensity
  std::string error_model = "horizon";
  int seeds = 1;  // of each error above zero
  std::string durations = "known";
  double min_saving_percent = 0;
  std::string forecast_every = "1h", forecast_horizon = "72h";
  std::vector<double> green_vcpu, fallback_vcpu;  // one of each at most; empty: unlimited
};

inline constexpr std::size_t kMaxScenarios = 100'000;

// A forecast is published once and covers all where that makes no difference: without errors (or
// with iid ones), for rules that do not look at percentiles. `marginal`: an absolute threshold is
// of that kind. Errors: InvalidArgument, naming the option and what to write instead.
[[nodiscard]] Result<std::vector<Scenario>> scenarios_of(const GridText& text, bool marginal);

}  // namespace karbonetes::simulate
