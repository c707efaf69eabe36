// What one successful fetch of a source brought, before it becomes a carbon::Signal. A value.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "carbon/intensity.hpp"
#include "carbon/windows.hpp"

namespace karbonetes::providers {

struct Reading {
  carbon::AnySeries series;   // gCO2eq/kWh; monostate: the source knows none
  std::optional<bool> green;  // what the source itself says; absent: intensity only
  std::vector<carbon::Interval> green_windows;  // sorted, disjoint; only with `green`
  std::vector<std::string> warnings;            // sentences for operators, without secrets
};

}  // namespace karbonetes::providers
