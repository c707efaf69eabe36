// Whether the start that was planned for a waiting Job has moved enough to tell its owner, and why.
// What was planned is written on the Job; what is planned now comes from decide(). Pure; values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.hpp"

namespace karbonetes::plan {

// A plan and what it rested on.
struct PlanBasis {
  std::optional<TimePoint> start;  // absent: none, the Job waits for green
  std::string strategy;            // "LowestWindow"; empty: FirstGreen
  std::string source;              // of the carbon signal
  std::string policy;              // "team-a/default"
  std::int64_t generation = 0;     // of the policy
  std::optional<Millis> duration;  // expected
};

// A plan has moved when it came, went, or lies at least max(1 s, 5 % of the time from
// `waiting_since` to `deadline`) from where it was. Returns why, as a sentence without a full stop:
// "the start planned at ... has moved to ...: policy team-a/default changed". The first of these
// that differs is named: policy, strategy, source, expected duration; else it was the forecast.
// nullopt: it has not moved.
[[nodiscard]] std::optional<std::string> moved(const PlanBasis& written, const PlanBasis& current,
                                               TimePoint waiting_since, TimePoint deadline);

}  // namespace karbonetes::plan
