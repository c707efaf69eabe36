// Instants and series for this folder's tests: hours and minutes of one day.
#pragma once

#include <initializer_list>
#include <random>
#include <utility>
#include <vector>

#include "ledger/account.hpp"
#include "ledger/observed.hpp"

namespace karbonetes::ledger {

// 2026-11-24T00:00:00Z + h:m:s.
inline TimePoint at(int h, int m = 0, int s = 0) {
  using namespace std::chrono;
  return sys_days(year(2026) / 11 / 24) + hours(h) + minutes(m) + seconds(s);
}

template <class Kind = carbon::Average>
carbon::Series<Kind> series(std::initializer_list<std::pair<TimePoint, double>> points,
                            TimePoint end, TimePoint observed_until) {
  carbon::Series<Kind> out;
  for (const auto& [from, grams] : points) {
    out.points.push_back({from, carbon::Intensity<Kind>(grams)});
  }
  out.end = end;
  out.observed_until = observed_until;
  return out;
}

// All of it observed, whatever its age.
template <class Kind = carbon::Average>
ObservedSeries<Kind> observed(std::initializer_list<std::pair<TimePoint, double>> points,
                              TimePoint end) {
  ObservedSeries<Kind> out;
  out.merge(series<Kind>(points, end, end), end);
  return out;
}

inline Run run(TimePoint submitted, TimePoint started, TimePoint finished, double kwh = 1) {
  Run r;
  r.submitted = submitted;
  r.started = started;
  r.finished = finished;
  r.energy.kwh = kwh;
  return r;
}

// Steps of uneven length over `hours` hours from at(0), without gaps, values within [-50, 950).
template <class Kind = carbon::Average>
ObservedSeries<Kind> random_series(std::mt19937& random, int hours) {
  std::vector<Step<Kind>> steps;
  for (TimePoint t = at(0); t < at(hours);) {
    const TimePoint next = t + Seconds(1 + (random() % 7200));
    steps.push_back(
        {t, next,
         carbon::Intensity<Kind>((static_cast<double>(random() % 1'000'000) / 1000) - 50)});
    t = next;
  }
  return ObservedSeries<Kind>(std::move(steps));
}

}  // namespace karbonetes::ledger
