// One fetch of one source, now, and what it means in words: for `kubectl karbonetes signal
// --probe`. Blocks for as long as the source takes (30 s at most for each request). Never fails: a
// failure is what it reports. No secret gets into a report.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "providers/signal_config.hpp"

namespace karbonetes::providers {

struct ProbeReport {
  std::string source, type, zone;
  bool ok = false;
  std::string problem;  // not ok: what is wrong
  std::string advice;   // not ok: what to do

  std::optional<carbon::KindTag> kind;  // absent: windows alone
  std::size_t points = 0;
  Millis step{0};  // usual distance of points
  std::optional<TimePoint> begin, end, observed_until;
  std::optional<double> current;            // gCO2eq/kWh now
  std::optional<TimePoint> forecast_until;  // absent: nothing beyond now
  std::optional<bool> green;                // what the source itself says
  std::size_t windows = 0;
  std::vector<std::string> warnings;
};

[[nodiscard]] ProbeReport probe(const SourceConfig& source, const Clock& clock);

// Some lines of text, each ending in a line break.
[[nodiscard]] std::string render(const ProbeReport& report);

}  // namespace karbonetes::providers
