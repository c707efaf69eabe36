// The published figures, and ours beside them. Facts of the papers, each with its place; their data
// is read from where the caller says.
#pragma once

#include <string>

#include "base/result.hpp"
#include "table.hpp"

namespace karbonetes::validation {

struct Timing {
  double reading = 0, simulating = 0;  // seconds
  int simulations = 0;
};

// `directory`: the folder `data` of github.com/dos-group/lets-wait-awhile; countries whose file is
// missing are left out with a remark. Fills `timing` with the simulations without error. Errors:
// what cannot be read.
[[nodiscard]] Result<std::vector<Section>> check_lets_wait_awhile(const std::string& directory,
                                                                  Timing& timing);

// `directory`: holds GAIA's AU-SA.csv and pai_1k.csv and, where GAIA was run there, the files
// details-*.csv that it wrote, with which each start is compared. Errors: what cannot be read.
[[nodiscard]] Result<std::vector<Section>> check_gaia(const std::string& directory);

}  // namespace karbonetes::validation
