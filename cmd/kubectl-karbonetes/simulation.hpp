// What `simulate` was given on the command line. Values.
#pragma once

#include <string>
#include <vector>

#include "simulate/grid.hpp"

namespace karbonetes::cmd {

struct SimulationFlags {
  // Traces, each "FILE" or "ZONE=FILE".
  std::vector<std::string> traces;
  std::string intensity_column, trace_time_zone = "UTC", longest_gap = "3h";
  // The Jobs: one of these.
  std::string workload, objects, synthetic;
  bool align = false, only_opted_in = false;
  std::string assumed_duration = "1h";
  std::string energy_provider = "gcp";
  double energy_pue = 0, energy_utilisation = -1;  // outside their range: the provider's
  simulate::GridText grid;
  std::vector<std::string> compare;  // two rules
  bool suggest = false;
  double suggest_percent = 90;
  std::string report, pictures;
  unsigned threads = 0;  // 0: all cores
  bool progress = true;
};

}  // namespace karbonetes::cmd
