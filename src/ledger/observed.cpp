#include "ledger/observed.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <type_traits>
#include <utility>

namespace karbonetes::ledger {

namespace {

TimePoint to_second(TimePoint t) { return std::chrono::floor<Seconds>(t); }

// Parts of `base` that `top` says nothing of. Both ascend and are disjoint.
template <class Kind>
std::vector<Step<Kind>> minus(const std::vector<Step<Kind>>& base,
                              const std::vector<Step<Kind>>& top) {
  std::vector<Step<Kind>> out;
  auto cover = top.begin();
  for (const Step<Kind>& step : base) {
    while (cover != top.end() && cover->until <= step.from) ++cover;
    TimePoint from = step.from;
    for (auto c = cover; c != top.end() && c->from < step.until; ++c) {
      if (c->from > from) out.push_back({from, c->from, step.value});
      from = std::max(from, c->until);
    }
    if (from < step.until) out.push_back({from, step.until, step.value});
  }
  return out;
}

template <class Kind>
std::vector<Step<Kind>> merged(const std::vector<Step<Kind>>& a, const std::vector<Step<Kind>>& b) {
  std::vector<Step<Kind>> out;
  out.reserve(a.size() + b.size());
  std::ranges::merge(a, b, std::back_inserter(out), {}, &Step<Kind>::from, &Step<Kind>::from);
  return out;
}

template <class Kind>
bool believed(carbon::Intensity<Kind> value) {
  return std::abs(value.grams_per_kwh) <= ObservedSeries<Kind>::kMaxIntensity;  // false for NaN
}

template <class Kind>
struct Taken {
  std::vector<Step<Kind>> observed;
  std::vector<Step<Kind>> current;  // none or one
};

template <class Kind>
Taken<Kind> taken_from(const carbon::Series<Kind>& series, TimePoint now) {
  Taken<Kind> out;
  const TimePoint observed = std::min(series.observed_until, now);
  const auto& points = series.points;
  TimePoint last = TimePoint::min();
  for (std::size_t i = 0; i < points.size(); ++i) {
    const TimePoint next = i + 1 < points.size() ? points[i + 1].from : series.end;
    const TimePoint from = std::max(points[i].from, last);
    const TimePoint until = std::min(next, now);
    // A source that breaks the order of its points is followed as far as it is in order.
    if (from >= until || !believed(points[i].value)) continue;
    last = until;
    const TimePoint seen = std::min(until, observed);
    if (from < seen) out.observed.push_back({to_second(from), to_second(seen), points[i].value});
    if (next > now && observed < now) {
      out.current = {{to_second(std::max(from, observed)), to_second(now), points[i].value}};
    }
  }
  const auto nothing = [](const Step<Kind>& s) { return s.from >= s.until; };
  std::erase_if(out.observed, nothing);
  std::erase_if(out.current, nothing);
  return out;
}

}  // namespace

template <carbon::IntensityKind Kind>
ObservedSeries<Kind>::ObservedSeries(std::vector<Step<Kind>> steps, TimePoint observed_until)
    : steps_(std::move(steps)), observed_until_(to_second(observed_until)) {
  for (Step<Kind>& step : steps_) {
    step.from = to_second(step.from);
    step.until = to_second(step.until);
  }
  std::ranges::stable_sort(steps_, {}, &Step<Kind>::from);
  TimePoint end = TimePoint::min();
  std::erase_if(steps_, [&](const Step<Kind>& step) {
    if (step.from < end || step.from >= step.until || !believed(step.value)) return true;
    end = step.until;
    return false;
  });
  settle();
}

template <carbon::IntensityKind Kind>
void ObservedSeries<Kind>::merge(const carbon::Series<Kind>& series, TimePoint now) {
  const Taken<Kind> taken = taken_from(series, now);
  steps_ = merged(minus(steps_, taken.observed), taken.observed);
  if (!taken.observed.empty()) {
    observed_until_ = std::max(observed_until_, taken.observed.back().until);
  }
  for (Step<Kind> current : taken.current) {
    // Where observations reach, the value of the present only fills gaps.
    const std::vector<Step<Kind>> old{
        {current.from, std::min(current.until, observed_until_), current.value}};
    if (old.front().from < old.front().until) steps_ = merged(steps_, minus(old, steps_));
    current.from = std::max(current.from, observed_until_);
    const std::vector<Step<Kind>> fresh{current};
    if (current.from < current.until) steps_ = merged(minus(steps_, fresh), fresh);
  }
  settle();
  forget_before(to_second(now) - kMaxAge);
}

template <carbon::IntensityKind Kind>
void ObservedSeries<Kind>::take_in(const ObservedSeries& other) {
  steps_ = merged(steps_, minus(other.steps_, steps_));
  observed_until_ = std::max(observed_until_, other.observed_until_);
  settle();
}

template <carbon::IntensityKind Kind>
void ObservedSeries<Kind>::settle() {
  std::vector<Step<Kind>> out;
  out.reserve(steps_.size());
  for (const Step<Kind>& step : steps_) {
    if (!out.empty() && out.back().until == step.from && out.back().value == step.value) {
      out.back().until = step.until;
    } else {
      out.push_back(step);
    }
  }
  if (out.size() > kMaxSteps) {
    out.erase(out.begin(), out.end() - static_cast<std::ptrdiff_t>(kMaxSteps));
  }
  steps_ = std::move(out);
}

template <carbon::IntensityKind Kind>
void ObservedSeries<Kind>::forget_before(TimePoint t) {
  std::erase_if(steps_, [&](const Step<Kind>& step) { return step.until <= t; });
  if (!steps_.empty()) steps_.front().from = std::max(steps_.front().from, t);
}

template <carbon::IntensityKind Kind>
Observation ObservedSeries<Kind>::over(TimePoint from, TimePoint until) const {
  Observation out;
  auto step = std::ranges::upper_bound(steps_, from, {}, &Step<Kind>::until);
  for (; step != steps_.end() && step->from < until; ++step) {
    const Millis length = std::min(step->until, until) - std::max(step->from, from);
    out.covered += length;
    out.integral += step->value.grams_per_kwh * static_cast<double>(length.count());
  }
  return out;
}

template <carbon::IntensityKind Kind>
std::optional<carbon::Intensity<Kind>> ObservedSeries<Kind>::at(TimePoint t) const {
  const auto step = std::ranges::upper_bound(steps_, t, {}, &Step<Kind>::until);
  if (step == steps_.end() || step->from > t) return std::nullopt;
  return step->value;
}

template class ObservedSeries<carbon::Average>;
template class ObservedSeries<carbon::Marginal>;

void Observed::merge(std::string_view zone, const carbon::AnySeries& series, TimePoint now) {
  std::visit(
      [&]<class S>(const S& s) {
        if constexpr (!std::is_same_v<S, std::monostate>) {
          auto known = zones.find(zone);
          if (known == zones.end()) {
            if (zones.size() >= kMaxZones) return;
            known = zones.try_emplace(std::string(zone)).first;
          }
          if constexpr (std::is_same_v<S, carbon::Series<carbon::Average>>) {
            known->second.average.merge(s, now);
          } else {
            known->second.marginal.merge(s, now);
          }
        }
      },
      series);
}

void Observed::take_in(const Observed& other) {
  for (const auto& [zone, series] : other.zones) {
    if (zones.size() >= kMaxZones && !zones.contains(zone)) continue;
    ObservedZone& known = zones[zone];
    known.average.take_in(series.average);
    known.marginal.take_in(series.marginal);
  }
}

const ObservedZone& Observed::zone(std::string_view name) const {
  static const ObservedZone kNothing;
  const auto found = zones.find(name);
  return found == zones.end() ? kNothing : found->second;
}

}  // namespace karbonetes::ledger
