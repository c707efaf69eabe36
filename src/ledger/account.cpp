#include "ledger/account.hpp"

#include <algorithm>
#include <utility>

namespace karbonetes::ledger {

namespace {

// Intensity summed over a span, and how much of it was observed, in the same (any) unit of time.
struct Weighed {
  double integral = 0;
  double covered = 0;
};

template <class Kind>
Weighed weigh(const ObservedSeries<Kind>& observed, TimePoint start, Millis length) {
  if (length == Millis(0)) {
    const auto value = observed.at(start);
    return value ? Weighed{value->grams_per_kwh, 1} : Weighed{};
  }
  const Observation seen = observed.over(start, start + length);
  return {seen.integral, static_cast<double>(seen.covered.count())};
}

}  // namespace

Millis Run::duration() const { return std::max(finished - started, Millis(0)); }
Millis Run::waited() const { return std::max(started - submitted, Millis(0)); }

template <carbon::IntensityKind Kind>
std::optional<Emissions<Kind>> emissions_at(TimePoint start, const Run& run,
                                            const ObservedSeries<Kind>& observed) {
  const Millis length = run.duration();
  const double whole = length == Millis(0) ? 1 : static_cast<double>(length.count());
  const Weighed actual = weigh(observed, start, length);
  const Weighed counterfactual = weigh(observed, run.submitted, length);
  const double covered = actual.covered + counterfactual.covered;
  if (covered <= 0) return std::nullopt;
  // What was not observed is taken to be as what was: that neither adds to the saving nor takes
  // from it.
  const double mean = (actual.integral + counterfactual.integral) / covered;
  const auto grams = [&](const Weighed& span) {
    return carbon::Grams<Kind>(run.energy.kwh * (span.integral + mean * (whole - span.covered)) /
                               whole);
  };
  return Emissions<Kind>{grams(actual), grams(counterfactual), covered / (2 * whole)};
}

template <carbon::IntensityKind Kind>
std::optional<Emissions<Kind>> emissions(const Run& run, const ObservedSeries<Kind>& observed) {
  return emissions_at(run.started, run, observed);
}

template std::optional<Emissions<carbon::Average>> emissions(
    const Run&, const ObservedSeries<carbon::Average>&);
template std::optional<Emissions<carbon::Marginal>> emissions(
    const Run&, const ObservedSeries<carbon::Marginal>&);
template std::optional<Emissions<carbon::Average>> emissions_at(
    TimePoint, const Run&, const ObservedSeries<carbon::Average>&);
template std::optional<Emissions<carbon::Marginal>> emissions_at(
    TimePoint, const Run&, const ObservedSeries<carbon::Marginal>&);

Account account_of(const Run& run, std::string policy, const ObservedZone& observed) {
  Account out;
  out.run = run;
  out.policy = std::move(policy);
  out.average = emissions(run, observed.average);
  out.marginal = emissions(run, observed.marginal);
  if (run.would_start) {
    out.shadow =
        ShadowAccount{*run.would_start, emissions_at(*run.would_start, run, observed.average),
                      emissions_at(*run.would_start, run, observed.marginal)};
  }
  return out;
}

TimePoint settled_at(const Run& run) {
  const TimePoint ran = std::max(run.finished, run.submitted + run.duration());
  return run.would_start ? std::max(ran, *run.would_start + run.duration()) : ran;
}

}  // namespace karbonetes::ledger
