#include "providers/points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace karbonetes::providers {

namespace {

constexpr Millis kAlone = std::chrono::hours(1);
constexpr Millis kMaxLag = std::chrono::hours(6);

struct Steps {
  std::vector<Points::Point> points;
  TimePoint end;
  TimePoint observed_until;
};

template <carbon::IntensityKind Kind>
carbon::AnySeries series_of(const Steps& steps) {
  carbon::Series<Kind> series;
  series.points.reserve(steps.points.size());
  for (const auto& p : steps.points) {
    series.points.push_back({p.from, carbon::Intensity<Kind>(p.grams_per_kwh)});
  }
  series.end = steps.end;
  series.observed_until = steps.observed_until;
  return series;
}

Steps steps_of(std::vector<Points::Point> points, TimePoint now) {
  std::vector<TimePoint> starts;
  starts.reserve(points.size());
  for (const auto& p : points) starts.push_back(p.from);
  const TimePoint last = starts.back();
  const TimePoint end = last + usual_step(starts, kAlone);
  Steps out{std::move(points), end, starts.front()};
  for (std::size_t i = 0; i < out.points.size(); ++i) {
    const TimePoint until = i + 1 < starts.size() ? starts[i + 1] : end;
    // What a source says of the present is what it has seen of it, though some call it a forecast;
    // when it knows better later, that replaces it.
    const bool present = out.points[i].from <= now && now < until;
    if (out.points[i].observed || present) out.observed_until = std::max(out.observed_until, until);
  }
  const TimePoint next_hour =
      std::chrono::ceil<std::chrono::hours>(now + Millis(1)) + std::chrono::hours(1);
  if (out.points.back().observed && now - last < kMaxLag) out.end = std::max(end, next_hour);
  return out;
}

}  // namespace

Millis usual_step(const std::vector<TimePoint>& starts, Millis alone) {
  if (starts.size() < 2) return alone;
  std::vector<Millis> steps;
  steps.reserve(starts.size() - 1);
  for (std::size_t i = 1; i < starts.size(); ++i) steps.push_back(starts[i] - starts[i - 1]);
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>((steps.size() - 1) / 2);
  std::ranges::nth_element(steps, middle);
  return *middle;
}

void Points::add(TimePoint from, double grams_per_kwh, bool observed) {
  if (!std::isfinite(grams_per_kwh) || grams_per_kwh < 0 || grams_per_kwh > kMaxGrams) {
    ++absurd_;
    return;
  }
  points_.push_back({from, grams_per_kwh, observed});
}

void Points::append(const Points& other) {
  points_.insert(points_.end(), other.points_.begin(), other.points_.end());
  warnings_.insert(warnings_.end(), other.warnings_.begin(), other.warnings_.end());
  nulls_ += other.nulls_;
  absurd_ += other.absurd_;
}

Result<Reading> Points::finish(carbon::KindTag kind, TimePoint now) const {
  if (points_.empty()) {
    if (nulls_ + absurd_ == 0) return fail(Errc::Parse, "the answer holds no value");
    return fail(Errc::Parse,
                fmt::format("the answer holds no usable value ({} null, {} outside of 0 to 100000 "
                            "gCO2eq/kWh)",
                            nulls_, absurd_));
  }
  Reading reading;
  reading.warnings = warnings_;
  std::vector<Point> points = points_;
  std::ranges::stable_sort(points, {}, &Point::from);
  const auto repeated = std::ranges::unique(points, {}, &Point::from);
  points.erase(repeated.begin(), repeated.end());
  if (points.size() > kMax) {
    reading.warnings.push_back(
        fmt::format("{} points came; only the newest {} are used", points.size(), kMax));
    points.erase(points.begin(), points.end() - static_cast<std::ptrdiff_t>(kMax));
  }
  if (absurd_ > 0) {
    reading.warnings.push_back(fmt::format(
        "{} values outside of 0 to 100000 gCO2eq/kWh were left out; is the unit right?", absurd_));
  }
  const Steps steps = steps_of(std::move(points), now);
  if (now - steps.end >= kMaxLag) {
    reading.warnings.push_back(
        fmt::format("the newest value is from {}", format_rfc3339(steps.points.back().from)));
  }
  reading.series = kind == carbon::KindTag::Average ? series_of<carbon::Average>(steps)
                                                    : series_of<carbon::Marginal>(steps);
  return reading;
}

}  // namespace karbonetes::providers
