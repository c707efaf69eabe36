// The intensity over time and how many Jobs started when, in buckets that a picture can show. Pure.
#pragma once

#include <vector>

#include "simulate/run.hpp"
#include "simulate/study.hpp"

namespace karbonetes::simulate {

// [from, until) in at most `most` buckets of a round length; no starts yet.
[[nodiscard]] Timeline timeline_of(const Trace& trace, TimePoint from, TimePoint until,
                                   std::size_t most = 480);

// How many Jobs start in each minute: what is kept of a run for a picture.
struct StartCounts {
  TimePoint from{};
  std::vector<std::uint32_t> minutes;
};
[[nodiscard]] StartCounts starts_of(const std::vector<Ran>& runs);

// Starts outside the timeline are not counted.
void add_starts(Timeline& timeline, std::string label, const StartCounts& counts);

}  // namespace karbonetes::simulate
