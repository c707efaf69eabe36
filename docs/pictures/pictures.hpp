// All pictures, each from what the code decides.
#pragma once

#include <string>

#include "svg/svg.hpp"

namespace karbonetes::pictures {

struct Picture {
  std::string file;
  std::string svg;
};

[[nodiscard]] Picture strategies();   // where each strategy starts one Job
[[nodiscard]] Picture percentiles();  // one percentile, two zones
[[nodiscard]] Picture hysteresis();   // the same threshold with and without it
[[nodiscard]] Picture pace();         // how 200 Jobs of three namespaces are released

}  // namespace karbonetes::pictures
