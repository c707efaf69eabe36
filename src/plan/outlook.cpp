#include "plan/outlook.hpp"

#include <algorithm>

#include "carbon/green.hpp"

namespace karbonetes::plan {

namespace {

using carbon::Freshness;
using carbon::GreenState;

Outlook from_windows(const carbon::WindowSchedule& windows, TimePoint now) {
  Outlook out;
  out.source = "policy windows";
  out.knows_ahead = true;
  const auto interval = windows.current_or_next(now);
  const bool green = interval && interval->start <= now;
  out.state = green ? GreenState::Green : GreenState::NotGreen;
  if (interval && !green) out.next_green = interval->start;
  return out;
}

// When the signal turns too old by itself; nullopt: never.
std::optional<TimePoint> ages_at(const carbon::Signal& signal) {
  if (signal.unknown_after <= Millis(0)) return std::nullopt;
  return signal.observed_at + signal.unknown_after;
}

Outlook from_opinion(const carbon::Signal& signal, TimePoint now) {
  Outlook out;
  out.source = signal.source;
  out.state = carbon::state_at(signal, now);
  out.next_green = carbon::next_green(signal, now);
  out.knows_ahead = !signal.green_windows.empty();
  if (out.state != GreenState::Unknown) out.unknown_from = ages_at(signal);
  return out;
}

template <class Threshold>
Outlook from_threshold(const carbon::Signal& signal, const Threshold& rule, TimePoint now) {
  Outlook out;
  out.source = signal.source;
  if (carbon::freshness(signal, now) == Freshness::Unknown) return out;
  if (signal.forecast == nullptr) {
    out.why_unknown = "the source publishes no intensities, which a threshold takes";
    return out;
  }
  const auto green = carbon::green_intervals(*signal.forecast, rule);
  out.state = green->state_at(now);
  if (out.state == GreenState::Unknown) {
    out.why_unknown = green->not_applicable.empty()
                          ? "its series ended at " + format_rfc3339(signal.forecast->end())
                          : green->not_applicable;
    return out;
  }
  out.next_green = green->next_green(now);
  out.knows_ahead = signal.forecast->reaches_beyond(now);
  out.unknown_from = signal.forecast->end();
  if (const auto aged = ages_at(signal)) out.unknown_from = std::min(*out.unknown_from, *aged);
  return out;
}

}  // namespace

Outlook outlook_at(const carbon::GreenRule* rule, const carbon::Signal& signal, TimePoint now) {
  if (rule != nullptr) {
    if (const auto* windows = std::get_if<carbon::WindowSchedule>(rule))
      return from_windows(*windows, now);
    if (const auto* absolute = std::get_if<carbon::AbsoluteThreshold>(rule))
      return from_threshold(signal, *absolute, now);
    return from_threshold(signal, std::get<carbon::PercentileThreshold>(*rule), now);
  }
  if (signal.says_green) return from_opinion(signal, now);
  return from_threshold(signal, carbon::kDefaultPercentile, now);
}

}  // namespace karbonetes::plan
