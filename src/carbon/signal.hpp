// A carbon signal as the decisions see it: an immutable snapshot that a provider published, and how
// far it may be trusted at an instant. Intensity is in gCO2eq/kWh. Pure.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "carbon/forecast.hpp"
#include "carbon/windows.hpp"

namespace karbonetes::carbon {

enum class GreenState { NotGreen, Green, Unknown };
enum class Freshness { Fresh, Stale, Unknown };

struct Signal {
  std::string source;       // "static", "karbonetes-signal"; empty: no source has answered yet
  std::string zone;         // may be empty
  TimePoint observed_at{};  // when the source was last heard
  bool says_green = true;   // false: the source knows intensities alone, `green` means nothing
  bool green = false;       // as the source says, at observed_at
  std::vector<Interval> green_windows;  // forecast green intervals, sorted, disjoint; empty when
                                        // the source has no forecast
  std::shared_ptr<const Forecast> forecast;  // observed and forecast intensity; null: none
  Millis stale_after{0};                     // age from which it is Stale (still used); 0: never
  Millis unknown_after{0};                   // age from which it is Unknown (not used); 0: never
};

[[nodiscard]] Freshness freshness(const Signal& signal, TimePoint now);

// Unknown when the signal is too old or has no source. With green_windows, the windows answer;
// otherwise the state that was observed holds.
[[nodiscard]] GreenState state_at(const Signal& signal, TimePoint now);

// gCO2eq/kWh at `now`, of the forecast's kind; nullopt without a series or when Unknown.
[[nodiscard]] std::optional<double> intensity_at(const Signal& signal, TimePoint now);

// The next instant after `now` at which the signal is expected to turn green; nullopt when unknown.
[[nodiscard]] std::optional<TimePoint> next_green(const Signal& signal, TimePoint now);

// A Signal of source "static" for [now, now + 8 days) from a schedule; never ages within it,
// Unknown beyond it.
[[nodiscard]] Signal signal_from(const WindowSchedule& schedule, TimePoint now);

[[nodiscard]] const char* name(GreenState state);     // "green" | "not-green" | "unknown"
[[nodiscard]] const char* name(Freshness freshness);  // "fresh" | "stale" | "unknown"

}  // namespace karbonetes::carbon
