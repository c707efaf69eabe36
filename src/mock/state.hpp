// What the mock signal service says at an instant: green windows from its configuration, or what
// somebody forced. Pure: time is an argument. Not thread-safe; owned by mock::Service. Cannot fail.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "carbon/signal.hpp"
#include "providers/windows_file.hpp"

namespace karbonetes::mock {

inline constexpr Millis kHorizon = std::chrono::hours(48);

struct Force {
  bool green = false;
  std::optional<TimePoint> until;  // absent: until it is taken back
};

// The answer, before it becomes JSON.
struct View {
  std::string zone;
  bool green = false;
  bool forced = false;
  double intensity = 0;                          // gCO2eq/kWh now
  std::vector<carbon::Interval> green_windows;   // empty while forced
  std::vector<carbon::Point<carbon::Average>> forecast;  // 48 h
  std::string etag;                              // quoted, as a header carries it
};

class SignalState {
 public:
  // A file without zone serves "local"; without intensities 80 and 420 gCO2eq/kWh.
  explicit SignalState(providers::WindowsFile config);

  void force(Force force) { force_ = force; }
  void automatic() { force_.reset(); }

  // The ETag changes exactly when green, forced or green_windows do (and between configurations);
  // not with the passing of time alone. So that a window's text does not change by the minute,
  // windows are clipped on whole hours ahead and whole days behind.
  [[nodiscard]] View at(TimePoint now) const;
  // The first instant after `now` at which the ETag may change by time alone: an hour at most.
  [[nodiscard]] TimePoint next_change(TimePoint now) const;

  [[nodiscard]] const std::string& zone() const { return zone_; }

 private:
  [[nodiscard]] bool forced_at(TimePoint now) const;

  carbon::WindowSchedule schedule_;
  std::string zone_;
  providers::Intensities intensities_;
  std::optional<Force> force_;
};

// The body of GET /v1/signal.
[[nodiscard]] std::string render(const View& view, TimePoint now);

}  // namespace karbonetes::mock
