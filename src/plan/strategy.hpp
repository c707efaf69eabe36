// When a Job should start, over a forecast: the strategies of the literature. Pure; the tables that
// they need are kept with the Forecast, so that a plan costs O(log n) to O(log^2 n) once one Job of
// that duration was planned. Thread-safe as the Forecast is. Costs are gCO2eq/kWh of the forecast's
// kind, and C(s) is the mean over the run [s, s + expected duration):
//
//   LowestSlot    the start in the lowest step; knows nothing of durations
//   LowestWindow  the start with the lowest C(s) (Wiesner et al., "Let's Wait Awhile",
//   Middleware'21) CarbonTime    the start that saves most for each hour until the Job is done: the
//   greatest
//                 (C(t) - C(s)) / (s - t + expected duration), t being its submission (Hanafy et
//                 al., "Going Green for Less Green" (GAIA), ASPLOS'24)
//
// A start is sought between now and the deadline, as far as the series reaches: what nobody has
// predicted is not waited for. A run that outlasts the series is valued at its mean from there on.
// Of equals the earliest start wins, and a saving below one part in 1e9 is none.
#pragma once

#include <optional>

#include "api/v1alpha1/policy.hpp"
#include "base/time.hpp"
#include "carbon/forecast.hpp"

namespace karbonetes::plan {

struct StartPlan {
  TimePoint start{};         // now, or later; never after the deadline unless that has passed
  double cost_now = 0;       // of a start now
  double cost_at_start = 0;  // of the planned start
  api::Strategy followed{};  // LowestSlot where the duration is unknown, else the one asked for

  // Part of the emissions of a start now that the planned one saves, 0..1. nullopt: there is
  // nothing to take a part of.
  [[nodiscard]] std::optional<double> saving() const;
};

// nullopt: FirstGreen (which looks for green, not for a start), or a forecast that says nothing of
// what comes after now. Without an expected duration (absent, or not above zero) LowestWindow and
// CarbonTime become LowestSlot. `submitted`: what CarbonTime counts from, so that the plan stays
// what it is while time passes; absent or in the future: now. When no start saves against one at
// its submission, CarbonTime takes the cheapest.
[[nodiscard]] std::optional<StartPlan> plan_start(
    api::Strategy strategy, const carbon::Forecast& forecast,
    std::optional<Millis> expected_duration, TimePoint now, TimePoint deadline,
    std::optional<TimePoint> submitted = std::nullopt);

// What a start at t costs: C(t), or the value of its step when the duration is unknown.
[[nodiscard]] double start_cost(const carbon::Forecast& forecast,
                                std::optional<Millis> expected_duration, TimePoint t);

// 1 - later / now, within 0..1; nullopt unless `now` is above zero.
[[nodiscard]] std::optional<double> saving_of(double cost_now, double cost_later);

}  // namespace karbonetes::plan
