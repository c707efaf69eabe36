#include "carbon/signal.hpp"

#include <algorithm>

namespace karbonetes::carbon {

namespace {

constexpr auto kOutlook = std::chrono::days(8);

// The first window that starts after t.
auto first_after(const std::vector<Interval>& windows, TimePoint t) {
  return std::ranges::upper_bound(windows, t, {}, &Interval::start);
}

}  // namespace

Freshness freshness(const Signal& signal, TimePoint now) {
  if (signal.source.empty()) return Freshness::Unknown;
  const Millis age = now - signal.observed_at;
  if (signal.unknown_after > Millis(0) && age >= signal.unknown_after) return Freshness::Unknown;
  if (signal.stale_after > Millis(0) && age >= signal.stale_after) return Freshness::Stale;
  return Freshness::Fresh;
}

GreenState state_at(const Signal& signal, TimePoint now) {
  if (!signal.says_green || freshness(signal, now) == Freshness::Unknown)
    return GreenState::Unknown;
  bool green = signal.green;
  if (!signal.green_windows.empty()) {
    const auto after = first_after(signal.green_windows, now);
    green = after != signal.green_windows.begin() && now < std::prev(after)->end;
  }
  return green ? GreenState::Green : GreenState::NotGreen;
}

std::optional<double> intensity_at(const Signal& signal, TimePoint now) {
  if (signal.forecast == nullptr || freshness(signal, now) == Freshness::Unknown ||
      now >= signal.forecast->end()) {
    return std::nullopt;
  }
  return signal.forecast->at(now);
}

std::optional<TimePoint> next_green(const Signal& signal, TimePoint now) {
  if (freshness(signal, now) == Freshness::Unknown) return std::nullopt;
  const auto after = first_after(signal.green_windows, now);
  if (after == signal.green_windows.end()) return std::nullopt;
  return after->start;
}

Signal signal_from(const WindowSchedule& schedule, TimePoint now) {
  Signal out;
  out.source = "static";
  out.observed_at = now;
  out.green = schedule.green_at(now);
  out.green_windows = schedule.between(now, now + kOutlook);
  // Beyond its outlook the windows would answer "not green" for ever: then nobody has renewed it,
  // and it is unknown.
  out.unknown_after = kOutlook;
  return out;
}

const char* name(GreenState state) {
  switch (state) {
    case GreenState::NotGreen:
      return "not-green";
    case GreenState::Green:
      return "green";
    case GreenState::Unknown:
      return "unknown";
  }
  return "unknown";
}

const char* name(Freshness freshness) {
  switch (freshness) {
    case Freshness::Fresh:
      return "fresh";
    case Freshness::Stale:
      return "stale";
    case Freshness::Unknown:
      return "unknown";
  }
  return "unknown";
}

}  // namespace karbonetes::carbon
