// What the grid was like: the carbon intensity of one zone over the whole period that is simulated.
// Values, shared by all scenarios; thread-safe as the Forecast is.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "carbon/forecast.hpp"

namespace karbonetes::simulate {

struct Trace {
  std::string zone;  // as --trace or the file named it
  // gCO2eq/kWh, a step function; as a forecast of itself (observed_until() == begin()).
  std::shared_ptr<const carbon::Forecast> actual;
  std::vector<std::string> notes;  // what was found in the file and mended, as sentences
};

}  // namespace karbonetes::simulate
