// The carbon account of one finished Job: its energy, what the run emitted, and what the same run
// would have emitted had it begun when it was submitted. Average and marginal are kept apart by type.
// Pure. Formula and sources: docs/accounting.md.
#pragma once

#include <optional>
#include <string>

#include "carbon/intensity.hpp"
#include "ledger/energy.hpp"

namespace karbonetes::ledger {

// When the Job was submitted and ran, and what it drew. All UTC.
struct Run {
  TimePoint submitted{};  // creation, or a CronJob child's scheduled time
  TimePoint started{};    // status.startTime of the run that finished
  TimePoint finished{};   // completionTime, or the Failed condition's lastTransitionTime
  Energy energy;          // of the whole run, spread evenly over it
};

template <carbon::IntensityKind Kind>
struct Emissions {
  carbon::Grams<Kind> actual, counterfactual;
  // The part of both spans for which an intensity was observed, 0..1. Below 1 the rest was valued at
  // the mean of what was observed.
  double coverage = 0;
  [[nodiscard]] carbon::Grams<Kind> avoided() const { return counterfactual - actual; }
};

struct Account {
  Run run;
  std::optional<Emissions<carbon::Average>> average;
  std::optional<Emissions<carbon::Marginal>> marginal;
};

// Both spans [started, finished) and [submitted, submitted + (finished - started)) over what was
// observed. nullopt: nothing of either span was observed.
template <carbon::IntensityKind Kind>
[[nodiscard]] std::optional<Emissions<Kind>> emissions(const Run& run,
                                                       const carbon::Series<Kind>& observed);

}  // namespace karbonetes::ledger
