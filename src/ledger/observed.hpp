// The observed carbon intensity, remembered as it came: what an account is settled with. One series
// for each zone and kind. Unlike a forecast it has gaps: an instant that no source spoke of stays
// unobserved, so that an account can say how much of it rests on observation. Values; not
// thread-safe; nothing fails: what cannot be believed is left out.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "carbon/intensity.hpp"

namespace karbonetes::ledger {

// One value held over [from, until), to the second.
template <carbon::IntensityKind Kind>
struct Step {
  TimePoint from{}, until{};
  carbon::Intensity<Kind> value;
  bool operator==(const Step&) const = default;
};

// What a span [from, until) has of observations.
struct Observation {
  double integral = 0;  // gCO2eq/kWh x ms over what was observed
  Millis covered{0};
};

template <carbon::IntensityKind Kind>
class ObservedSeries {
 public:
  static constexpr Millis kMaxAge = std::chrono::days(14);
  static constexpr std::size_t kMaxSteps = 8192;
  static constexpr double kMaxIntensity = 1e6;  // gCO2eq/kWh, either sign; beyond it: not believed

  ObservedSeries() = default;
  // For what was stored: sorts, drops what is empty, overlaps an earlier one, or is not believed.
  explicit ObservedSeries(std::vector<Step<Kind>> steps, TimePoint observed_until = {});

  // Takes what `series` observed before `now`: it replaces what was known of those instants, for a
  // source corrects itself. The value that holds at `now`, even if forecast, counts up to `now`:
  // it replaces other such values, never an observation. The rest of the forecast is never taken.
  // Then forgets what is older than kMaxAge before `now`, and the oldest beyond kMaxSteps.
  void merge(const carbon::Series<Kind>& series, TimePoint now);
  // Takes what `other` knows and this one does not: for what an earlier process left behind.
  void take_in(const ObservedSeries& other);

  // Ascending, disjoint; adjoining steps differ in value.
  [[nodiscard]] std::span<const Step<Kind>> steps() const { return steps_; }
  [[nodiscard]] bool empty() const { return steps_.empty(); }
  // From here on the steps are values of the present of their time, not observations; epoch: all.
  [[nodiscard]] TimePoint observed_until() const { return observed_until_; }
  // Exact but for rounding: a sum of value x length.
  [[nodiscard]] Observation over(TimePoint from, TimePoint until) const;
  [[nodiscard]] std::optional<carbon::Intensity<Kind>> at(TimePoint t) const;
  // Drops what lies before t.
  void forget_before(TimePoint t);

 private:
  void settle();  // joins equal neighbours, keeps the newest kMaxSteps

  std::vector<Step<Kind>> steps_;
  TimePoint observed_until_{};
};

extern template class ObservedSeries<carbon::Average>;
extern template class ObservedSeries<carbon::Marginal>;

struct ObservedZone {
  ObservedSeries<carbon::Average> average;
  ObservedSeries<carbon::Marginal> marginal;
};

struct Observed {
  static constexpr std::size_t kMaxZones = 256;

  // A zone beyond kMaxZones is not taken.
  void merge(std::string_view zone, const carbon::AnySeries& series, TimePoint now);
  void take_in(const Observed& other);
  // An empty one for a zone that was never heard of.
  [[nodiscard]] const ObservedZone& zone(std::string_view name) const;

  std::map<std::string, ObservedZone, std::less<>> zones;
};

}  // namespace karbonetes::ledger
