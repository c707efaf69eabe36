// Green windows: recurring wall-clock intervals in a time zone, the signal that needs no network. A
// window that ends at or before its start runs into the next day; `days` names the day on which it
// starts. Daylight saving: local times that do not exist move forward to the next instant that
// does; of a local time that exists twice, a start takes the first and an end takes the second. A
// window that falls into hours that do not exist is left out that day. Pure: time is an argument.
// Immutable, so safe to share between threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace date {
class time_zone;
}

namespace karbonetes::carbon {

struct TimeOfDay {
  int hour = 0;    // 0..24 (24:00 only as an end)
  int minute = 0;  // 0..59
};

struct GreenWindow {
  std::vector<int> days;  // ISO: 1 = Monday .. 7 = Sunday; empty means every day
  TimeOfDay start;
  TimeOfDay end;
};

struct Interval {
  TimePoint start;  // inclusive
  TimePoint end;    // exclusive
};

class WindowSchedule {
 public:
  WindowSchedule() = default;  // no window: never green

  // `time_zone` is an IANA name ("Europe/Berlin", "UTC"). Errors: InvalidArgument for an unknown
  // zone, a day outside 1..7, or a time outside the day; the message names the window (counted from
  // 1) and what to write.
  [[nodiscard]] static Result<WindowSchedule> make(std::vector<GreenWindow> windows,
                                                   std::string time_zone);

  [[nodiscard]] bool green_at(TimePoint t) const;
  // The green interval that contains t or else the next one after it, overlapping and adjoining
  // windows merged. A schedule that is green at all times answers [t, t + 8 days). nullopt when no
  // window starts within 8 days. Costs well under a microsecond: nothing is parsed or allocated.
  [[nodiscard]] std::optional<Interval> current_or_next(TimePoint t) const;
  // All merged intervals that overlap [from, to), clipped to it, in order.
  [[nodiscard]] std::vector<Interval> between(TimePoint from, TimePoint to) const;

  [[nodiscard]] bool empty() const { return windows_.empty(); }
  [[nodiscard]] const std::vector<GreenWindow>& windows() const { return windows_; }  // as given
  [[nodiscard]] const std::string& time_zone() const { return time_zone_; }

 private:
  class Walk;

  // Minutes of wall time since Monday 00:00: start in [0, one week), end up to one week after it.
  struct Span {
    std::int32_t start;
    std::int32_t end;
  };

  std::vector<GreenWindow> windows_;
  std::string time_zone_ = "UTC";
  const date::time_zone* zone_ = nullptr;  // owned by the process; null only without windows
  std::vector<Span>
      week_;             // the windows merged into one cyclic week: sorted, disjoint, not adjoining
  bool always_ = false;  // week_ would cover every minute
};

// "22:00" -> {22, 0}. Errors: InvalidArgument ("write HH:MM, e.g. \"22:00\"").
[[nodiscard]] Result<TimeOfDay> parse_time_of_day(std::string_view text);
// "Mon" | "Monday" (any case) -> 1..7. Errors: InvalidArgument.
[[nodiscard]] Result<int> parse_day(std::string_view text);

}  // namespace karbonetes::carbon
