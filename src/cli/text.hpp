// Text for a terminal: what comes from the cluster is made harmless, durations and instants
// readable. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/time.hpp"

namespace karbonetes::cli {

// Cluster data as one line that a terminal can only show: control characters (C0, DEL, C1), line
// separators, direction and zero-width marks and broken UTF-8 become '?', line ends and tabs a
// space. Cut to `most` code points, "..." marks the cut.
[[nodiscard]] std::string printable(std::string_view text, std::size_t most = 1000);

// Code points, which is what a table column counts.
[[nodiscard]] std::size_t width(std::string_view printable_text);

// The two largest units: "3h12m", "2d4h", "45s", "0s". Negative is as positive.
[[nodiscard]] std::string human_duration(Millis d);

// "in 3h12m" | "now" | "3h12m ago"
[[nodiscard]] std::string relative(TimePoint t, TimePoint now);

}  // namespace karbonetes::cli
