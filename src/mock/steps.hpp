// Intensity over time inside of the signal service: plain numbers in gCO2eq/kWh, whose kind the
// owner knows, as steps that hold until the next one, and as slots of equal length as providers
// publish them. Values; pure. Cannot fail.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/time.hpp"

namespace karbonetes::mock {

struct Step {
  TimePoint from;
  double grams = 0;  // gCO2eq/kWh
};

// `points` ascend strictly; what lies before `end` is known, nothing after it.
struct Steps {
  std::vector<Step> points;
  TimePoint end{};
};

// The value that holds at t; the last one beyond the end, the first one before the first. `points`
// must not be empty.
[[nodiscard]] double value_at(std::span<const Step> points, TimePoint t);

struct Slot {
  TimePoint from;
  std::optional<double> grams;  // absent: the provider does not know (null)
  bool observed = false;        // begins at or before now
};

// Slots of `length`, aligned to its multiples since the epoch, that overlap [from, to) and what is
// known. A slot has the value that holds at its start, or at the start of what is known; the slot
// that holds `now` has the value of now, so that what somebody forces shows at once.
[[nodiscard]] std::vector<Slot> slots_of(const Steps& steps, TimePoint now, TimePoint from,
                                         TimePoint to, Millis length);

// The largest multiple of `length` since the epoch that is not after t.
[[nodiscard]] TimePoint aligned(TimePoint t, Millis length);

}  // namespace karbonetes::mock
