// What the page can draw above the Jobs: each carbon source, and each policy that has a green rule
// of its own, which sees the same forecast with other eyes. Pure.
#pragma once

#include <optional>
#include <vector>

#include "carbon/signals.hpp"
#include "carbon/windows.hpp"
#include "json/document.hpp"
#include "policy/resolve.hpp"

namespace karbonetes::dashboard {

// [{"id","label","isDefault","source","zone","kind","state","freshness","why","observedAt",
//   "nextGreen","observedUntil","forecastUntil","green":[[from,until],...],
//   "series":[[from,gramsPerKWh],...]}, ...]: the default source first, then the other sources by
// name, then policies. A step of `series` holds until the next, the last until `forecastUntil`.
// Only what lies within kBehind and kAhead of now.
[[nodiscard]] json::Document views_json(const std::optional<carbon::Signals>& signals,
                                        const policy::PolicySet& policies, TimePoint now);

// As plan::outlook_at() answers at each instant of [from, until): by the rule, else by the source's
// own opinion, else by the default percentile.
[[nodiscard]] std::vector<carbon::Interval> green_within(const carbon::GreenRule* rule,
                                                         const carbon::Signal& signal,
                                                         TimePoint from, TimePoint until);

}  // namespace karbonetes::dashboard
