// The carbon account of one finished Job: its energy, what the run emitted, and what the same run
// would have emitted had it begun when it was submitted. Average and marginal are kept apart by
// type. Pure; cannot fail. Formula and sources: docs/accounting.md.
#pragma once

#include <optional>
#include <string>

#include "carbon/intensity.hpp"
#include "ledger/energy.hpp"
#include "ledger/observed.hpp"

namespace karbonetes::ledger {

// When the Job was submitted and ran, and what it drew. All UTC.
struct Run {
  TimePoint submitted{};  // creation, or a CronJob child's scheduled time
  TimePoint started{};    // status.startTime of the run that finished
  TimePoint finished{};   // completionTime, or the Failed condition's lastTransitionTime
  Energy energy;          // of the whole run, spread evenly over it
  // Mode Shadow: when the Job would have been started. It ran at once instead.
  std::optional<TimePoint> would_start;

  [[nodiscard]] Millis duration() const;  // never negative
  [[nodiscard]] Millis waited() const;    // never negative
};

template <carbon::IntensityKind Kind>
struct Emissions {
  carbon::Grams<Kind> actual, counterfactual;
  // The part of both spans for which an intensity was observed, 0..1. Below 1 the rest was valued
  // at the mean of what was observed of the two.
  double coverage = 0;
  // Negative when the run emitted more than it would have at once: shown as such.
  [[nodiscard]] carbon::Grams<Kind> avoided() const { return counterfactual - actual; }
};

// What holds of a run that never was: `actual` is the span [start, start + duration).
struct ShadowAccount {
  TimePoint start{};
  std::optional<Emissions<carbon::Average>> average;
  std::optional<Emissions<carbon::Marginal>> marginal;
};

struct Account {
  Run run;
  std::string policy;  // "team-a/default"; may be empty
  std::optional<Emissions<carbon::Average>> average;
  std::optional<Emissions<carbon::Marginal>> marginal;
  std::optional<ShadowAccount> shadow;
};

// Both spans [started, finished) and [submitted, submitted + (finished - started)) over what was
// observed. A run without length is valued at the instants alone. nullopt: nothing of either span
// was observed.
template <carbon::IntensityKind Kind>
[[nodiscard]] std::optional<Emissions<Kind>> emissions(const Run& run,
                                                       const ObservedSeries<Kind>& observed);

// As emissions(), of a run that had started at `start`.
template <carbon::IntensityKind Kind>
[[nodiscard]] std::optional<Emissions<Kind>> emissions_at(TimePoint start, const Run& run,
                                                          const ObservedSeries<Kind>& observed);

[[nodiscard]] Account account_of(const Run& run, std::string policy, const ObservedZone& observed);

// When all that the account needs lies in the past: the end of the run, and of the shadow's. Before
// it the account of a shadow Job would rest on a span that nobody has observed yet.
[[nodiscard]] TimePoint settled_at(const Run& run);

}  // namespace karbonetes::ledger
