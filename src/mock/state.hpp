// What the mock signal service says at an instant: green windows from its configuration, or a
// trace, or what somebody forced. The one source of truth behind /v1/signal and all provider
// shapes. Pure: time is an argument. Not thread-safe; owned by mock::Service. Cannot fail.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "carbon/signal.hpp"
#include "mock/timeline.hpp"
#include "providers/windows_file.hpp"

namespace karbonetes::mock {

inline constexpr Millis kHorizon = std::chrono::hours(48);  // of the trace's time, as all horizons
inline constexpr Millis kLookback = std::chrono::hours(24);

struct Force {
  bool green = false;
  std::optional<TimePoint> until;  // absent: until it is taken back
};

// The answer, before it becomes JSON.
struct View {
  std::string zone;
  carbon::KindTag kind = carbon::KindTag::Average;
  bool green = false;
  bool forced = false;
  double intensity = 0;                         // gCO2eq/kWh now
  std::vector<carbon::Interval> green_windows;  // empty while forced
  std::vector<Step> observed;                   // 24 h, before now
  std::vector<Step> forecast;                   // 48 h, the first one at now
  std::string etag;                             // quoted, as a header carries it
};

class SignalState {
 public:
  // A file without zone serves "local"; without intensities 80 and 420 gCO2eq/kWh. With a timeline
  // its intensities hold instead, green is at or below their 30th percentile, and forcing changes
  // green alone.
  explicit SignalState(providers::WindowsFile config,
                       std::optional<Timeline> timeline = std::nullopt);

  // What was forced stays in what was observed.
  void force(Force force, TimePoint now);
  void automatic(TimePoint now);

  // The ETag changes exactly when green, forced or green_windows do (and between configurations),
  // and with every step of a trace; not with the passing of time alone. So that a window's text
  // does not change by the minute, windows are clipped on whole hours ahead and whole days behind.
  [[nodiscard]] View at(TimePoint now) const;
  // The first instant after `now` at which the ETag may change by time alone: an hour at most.
  [[nodiscard]] TimePoint next_change(TimePoint now) const;

  // Intensity over [from, to), at most nine days to either side of now: observed until now,
  // expected after it, with an edge at now when something is forced.
  [[nodiscard]] Steps steps(TimePoint now, TimePoint from, TimePoint to) const;
  // gCO2eq/kWh
  [[nodiscard]] double intensity(TimePoint now) const;

  [[nodiscard]] const std::string& zone() const { return zone_; }
  [[nodiscard]] carbon::KindTag kind() const;
  // How much faster than real time the trace runs; 1 without one.
  [[nodiscard]] double speed() const { return timeline_ ? timeline_->speed() : 1; }

 private:
  struct Past {
    carbon::Interval interval;
    bool green;
  };
  [[nodiscard]] bool forced_at(TimePoint now) const;
  void remember(TimePoint now);
  [[nodiscard]] std::vector<carbon::Interval> green_over(TimePoint now, TimePoint from,
                                                         TimePoint to) const;
  [[nodiscard]] View window_view(TimePoint now) const;
  [[nodiscard]] View trace_view(TimePoint now) const;

  carbon::WindowSchedule schedule_;
  std::string zone_;
  providers::Intensities intensities_;
  std::optional<Timeline> timeline_;
  std::optional<Force> force_;
  TimePoint forced_since_{};
  std::vector<Past> past_;  // what was forced and is over, oldest first
};

}  // namespace karbonetes::mock
