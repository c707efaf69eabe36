// CronJob schedules: the five-field syntax, names, steps, ranges and @hourly..@yearly/@every of robfig/cron v3 as the
// CronJob controller parses it (including an embedded "TZ=" being refused), and the ticks it yields. Daylight saving as
// robfig/cron: a tick in a local time that does not exist is skipped; in one that exists twice it fires once per match in
// wall time as the library does. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace karbonetes::plan {

class CronSchedule {
 public:
  // `time_zone`: IANA name; empty means UTC (the controller manager's usual zone). Errors: InvalidArgument.
  [[nodiscard]] static Result<CronSchedule> parse(std::string_view spec, std::string_view time_zone);

  // The first tick strictly after t; nullopt when none within five years.
  [[nodiscard]] std::optional<TimePoint> next_after(TimePoint t) const;

 private:
  CronSchedule() = default;
  std::uint64_t minutes_ = 0;   // bit i: minute i
  std::uint32_t hours_ = 0;
  std::uint32_t days_of_month_ = 0;
  std::uint32_t months_ = 0;
  std::uint32_t days_of_week_ = 0;  // bit 0 = Sunday
  bool dom_star_ = false;           // POSIX rule: when both day fields are restricted, either matches
  bool dow_star_ = false;
  Millis every_{0};                 // @every: > 0 and the fields unused
  std::string time_zone_;
};

}  // namespace karbonetes::plan
