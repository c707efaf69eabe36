// Quantities as people read them. Pure.
#pragma once

#include <string>

#include "base/time.hpp"
#include "simulate/study.hpp"

namespace karbonetes::simulate {

// Whether it is a quantity at all: finite, and not absurdly large.
[[nodiscard]] bool is_known(double value);
// "unknown" for what is not.
[[nodiscard]] std::string mass(double grams);           // "12.3 kg"
[[nodiscard]] std::string energy(double kwh);           // "1.23 MWh"
[[nodiscard]] std::string percent(double part);         // 0.1234: "12.3 %"
[[nodiscard]] std::string points(double part);          // "+1.2 points", of percent
[[nodiscard]] std::string hours_and_minutes(Millis d);  // "3h12m", "45m", "12s"

// The row that saves most among those that a cluster can do; rows.size() when there is none.
[[nodiscard]] std::size_t best_row(const Study& study);
// The suggestion of a cluster's rule that saves most and is worth it; null when there is none.
[[nodiscard]] const Suggestion* best_suggestion(const Study& study);
// What is suggested; null when the curve is empty.
[[nodiscard]] const Suggestion::Step* chosen_step(const Suggestion& suggestion);

// Whether enough days were resampled to say how certain the difference is.
[[nodiscard]] bool has_interval(const Comparison& comparison);
// Whether the interval leaves zero out.
[[nodiscard]] bool is_certain(const Comparison& comparison);

// "DE: first-green, 8h saves 7.0 %, lowest-window, 8h 12.5 %; difference +5.5 points ...". Empty
// for a comparison of rows that the study has not.
[[nodiscard]] std::string sentence(const Study& study, const Comparison& comparison);
[[nodiscard]] std::string sentence(const Suggestion& suggestion);
// A CarbonAwarePolicy that does what is suggested; empty for a rule that the cluster has not, and
// where waiting is not worth it.
[[nodiscard]] std::string policy_yaml(const Suggestion& suggestion);

}  // namespace karbonetes::simulate
