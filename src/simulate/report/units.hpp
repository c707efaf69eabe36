// Quantities as people read them. Pure.
#pragma once

#include <string>

#include "base/time.hpp"
#include "simulate/study.hpp"

namespace karbonetes::simulate {

[[nodiscard]] std::string mass(double grams);           // "12.3 kg"
[[nodiscard]] std::string energy(double kwh);           // "1.23 MWh"
[[nodiscard]] std::string percent(double part);         // 0.1234: "12.3 %"
[[nodiscard]] std::string points(double part);          // "+1.2 points", of percent
[[nodiscard]] std::string hours_and_minutes(Millis d);  // "3h12m", "0s"

// What tells the scenario from the others of the study, beside rule and maxDelay; may be empty.
[[nodiscard]] std::string variant(const Scenario& scenario);

// The row that saves most among those that a cluster can do; rows.size() when there is none.
[[nodiscard]] std::size_t best_row(const Study& study);

// "lowest-window saves 1.2 points more than first-green (95 %: 0.8 to 1.6), ..."
[[nodiscard]] std::string sentence(const Study& study, const Comparison& comparison);
[[nodiscard]] std::string sentence(const Suggestion& suggestion);
// A CarbonAwarePolicy that does what is suggested; empty for a rule that the cluster has not.
[[nodiscard]] std::string policy_yaml(const Suggestion& suggestion);

}  // namespace karbonetes::simulate
