#include "carbon/green.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <utility>

namespace karbonetes::carbon {

namespace {

template <class... Part>
std::string key_of(char tag, const Part&... parts) {
  std::string key(1, tag);
  const auto add = [&key](const auto& part) {
    std::array<char, sizeof part> bytes{};
    std::memcpy(bytes.data(), &part, sizeof part);
    key.append(bytes.data(), bytes.size());
  };
  (add(parts), ...);
  return key;
}

std::shared_ptr<const GreenIntervals> not_applicable(std::string why) {
  auto out = std::make_shared<GreenIntervals>();
  out->not_applicable = std::move(why);
  return out;
}

std::shared_ptr<const GreenIntervals> other_kind(KindTag threshold) {
  static const auto sentence = [](KindTag theirs, KindTag ours) {
    return not_applicable("the threshold is for " + std::string(name(theirs)) +
                          " intensity, and the source publishes " + std::string(name(ours)) +
                          " intensity");
  };
  static const auto average = sentence(KindTag::Average, KindTag::Marginal);
  static const auto marginal = sentence(KindTag::Marginal, KindTag::Average);
  return threshold == KindTag::Average ? average : marginal;
}

// The Schmitt trigger: on at or below `below`, off above `below` and its hysteresis.
std::shared_ptr<const GreenIntervals> cut(const Forecast& forecast, double below,
                                          double hysteresis) {
  auto out = std::make_shared<GreenIntervals>();
  out->below = below;
  out->until_above = below + std::abs(below) * hysteresis;
  out->begin = forecast.begin();
  out->end = forecast.end();
  const auto starts = forecast.starts();
  const auto values = forecast.values();
  bool green = false;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const bool was = std::exchange(green, values[i] <= (green ? out->until_above : below));
    if (green && !was) out->intervals.push_back({starts[i], forecast.end()});
    if (!green && was) out->intervals.back().end = starts[i];
  }
  // A last point at the very end of the series holds for no time.
  if (!out->intervals.empty() && out->intervals.back().start >= out->end) out->intervals.pop_back();
  return out;
}

struct Weighted {
  double value;
  double millis;
};

// The series' values within [from, to) and for how long each holds.
std::vector<Weighted> values_in(const Forecast& forecast, TimePoint from, TimePoint to) {
  std::vector<Weighted> out;
  const auto starts = forecast.starts();
  for (std::size_t i = forecast.step_at(from); i < starts.size() && starts[i] < to; ++i) {
    const TimePoint next = i + 1 < starts.size() ? starts[i + 1] : forecast.end();
    const Millis length = std::min(next, to) - std::max(starts[i], from);
    if (length > Millis(0))
      out.push_back({forecast.values()[i], static_cast<double>(length.count())});
  }
  return out;
}

// The least value such that `percent` of the time is at or below it.
double percentile(std::vector<Weighted> values, double percent) {
  std::ranges::sort(values, {}, &Weighted::value);
  double total = 0;
  for (const Weighted& w : values) total += w.millis;
  double sum = 0;
  for (const Weighted& w : values) {
    sum += w.millis;
    if (sum >= total * percent / 100) return w.value;
  }
  return values.back().value;
}

std::shared_ptr<const GreenIntervals> by_percentile(const Forecast& forecast,
                                                    const PercentileThreshold& rule) {
  const TimePoint middle = std::clamp(forecast.observed_until(), forecast.begin(), forecast.end());
  const Millis least = std::min(kShortest, rule.horizon);
  TimePoint from = middle;
  TimePoint to = std::min(middle + rule.horizon, forecast.end());
  if (to - from < least) {
    to = middle;
    from = std::max(middle - rule.horizon, forecast.begin());
  }
  if (to - from < least || to <= from)
    return not_applicable("its series is shorter than the " + format_duration(least) +
                          " that a percentile takes");
  return cut(forecast, percentile(values_in(forecast, from, to), rule.percent), rule.hysteresis);
}

template <class Make>
std::shared_ptr<const GreenIntervals> kept(const Forecast& forecast, const std::string& key,
                                           Make make) {
  return std::static_pointer_cast<const GreenIntervals>(forecast.derived(key, make));
}

}  // namespace

GreenState GreenIntervals::state_at(TimePoint t) const {
  if (!not_applicable.empty() || t >= end) return GreenState::Unknown;
  t = std::max(t, begin);
  const auto after = std::ranges::upper_bound(intervals, t, {}, &Interval::start);
  const bool green = after != intervals.begin() && t < std::prev(after)->end;
  return green ? GreenState::Green : GreenState::NotGreen;
}

std::optional<TimePoint> GreenIntervals::next_green(TimePoint t) const {
  // Before the series begins its first step is taken to hold: an interval there does not begin.
  const auto after = std::ranges::upper_bound(intervals, std::max(t, begin), {}, &Interval::start);
  if (after == intervals.end()) return std::nullopt;
  return after->start;
}

double percentile_over(const Forecast& forecast, TimePoint from, TimePoint to, double percent) {
  auto values = values_in(forecast, from, to);
  return values.empty() ? forecast.at(from) : percentile(std::move(values), percent);
}

std::shared_ptr<const GreenIntervals> green_intervals(const Forecast& forecast,
                                                      const AbsoluteThreshold& rule) {
  const KindTag kind = rule.below.index() == 0 ? KindTag::Average : KindTag::Marginal;
  if (kind != forecast.kind()) return other_kind(kind);
  const double below = std::visit([](auto i) { return i.grams_per_kwh; }, rule.below);
  return kept(forecast, key_of('a', below, rule.hysteresis),
              [&] { return cut(forecast, below, rule.hysteresis); });
}

std::shared_ptr<const GreenIntervals> green_intervals(const Forecast& forecast,
                                                      const PercentileThreshold& rule) {
  return kept(forecast, key_of('p', rule.percent, rule.horizon.count(), rule.hysteresis),
              [&] { return by_percentile(forecast, rule); });
}

}  // namespace karbonetes::carbon
