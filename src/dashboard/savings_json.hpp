// What waiting has saved so far, as `report --by day` counts it. Pure.
#pragma once

#include "base/time.hpp"
#include "json/document.hpp"

namespace karbonetes::dashboard {

struct ClusterState;

// {"since":"2026-10-26","jobs","kWh","waitSeconds","average":TOTALS,"marginal":TOTALS,
//  "days":[{"day","jobs","average":DAY,"marginal":DAY}],"shadowJobs","notes":["..."]}
// TOTALS: null when nothing was valued so, else {"actualGrams","atOnceGrams","avoidedGrams",
// "avoidedPercent","coveragePercent"}; DAY: null or {"actualGrams","atOnceGrams"}. Shadow Jobs were
// not shifted: they are counted, and are no part of the sums.
[[nodiscard]] json::Document savings_json(const ClusterState& state, TimePoint now);

}  // namespace karbonetes::dashboard
