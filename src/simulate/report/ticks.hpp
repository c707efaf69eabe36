// Where an axis is marked, and with which words. Pure; whatever comes in, there are at most `most`
// + 1 ticks.
#pragma once

#include <string>
#include <vector>

#include "base/time.hpp"

namespace karbonetes::simulate {

struct Tick {
  double at = 0;
  std::string label;
};

// In UTC, at full hours, midnights or first days of months; `at` is milliseconds since 1970.
[[nodiscard]] std::vector<Tick> time_ticks(TimePoint from, TimePoint until, int most = 12);

// Of a length of time from zero on: steps that divide an hour, a day or a week; `at` is hours.
[[nodiscard]] std::vector<Tick> hour_ticks(double longest, int most = 12);

}  // namespace karbonetes::simulate
