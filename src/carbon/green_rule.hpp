// What "green" means to a policy, as values. Where a policy says nothing the source's own opinion
// holds, and where the source has none, kDefaultPercentile. Pure.
#pragma once

#include <variant>

#include "carbon/intensity.hpp"
#include "carbon/windows.hpp"

namespace karbonetes::carbon {

// Green from value <= below until value > below * (1 + hysteresis).
struct AbsoluteThreshold {
  AnyIntensity below;
  double hysteresis = 0.05;  // 0..1
};

// Green while the intensity is among the lowest `percent` of the time in the horizon ahead of the
// source's last answer; hysteresis as above. Absolute grams do not travel between zones: this does.
struct PercentileThreshold {
  double percent = 30;                      // > 0, < 100
  Millis horizon = std::chrono::hours(24);  // 1 h .. 7 d
  double hysteresis = 0.05;                 // 0..1
};

using GreenRule = std::variant<WindowSchedule, AbsoluteThreshold, PercentileThreshold>;

inline constexpr PercentileThreshold kDefaultPercentile{};

}  // namespace karbonetes::carbon
