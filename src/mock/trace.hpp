// A recorded carbon intensity as a file of the signal service's: CSV with the columns time (RFC
// 3339, or unix seconds), intensity (gCO2eq/kWh) and, optionally, kind (average | marginal; one for
// the whole file). A header line is optional; empty lines and lines that begin with # are skipped.
// Values; reading is bounded (16 MiB, 200,000 points). Errors: InvalidArgument or Parse, naming the
// line and what to write instead.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "carbon/intensity.hpp"
#include "mock/steps.hpp"

namespace karbonetes::mock {

struct Trace {
  Steps steps;  // not empty; the last step is as long as the one before it, an hour if it is alone
  carbon::KindTag kind = carbon::KindTag::Average;
};

inline constexpr std::size_t kMaxTracePoints = 200'000;

// Lines may come in any order; of two lines with one instant the first holds.
[[nodiscard]] Result<Trace> parse_trace(std::string_view csv);
[[nodiscard]] Result<Trace> load_trace(const std::string& path);

// The intensity that `percent` of the trace's time does not exceed, weighted by time. gCO2eq/kWh.
[[nodiscard]] double percentile(const Steps& steps, double percent);

}  // namespace karbonetes::mock
