// CronJob schedules as the CronJob controller reads them: the five fields of robfig/cron v3 (names,
// lists, ranges, steps) and @hourly..@yearly, @every; "TZ=" inside the schedule is refused, as the
// API server does. Daylight saving as that library has it: it walks wall time forward, so a tick in
// an hour that does not exist is skipped, and one in an hour that exists twice comes in both. Pure;
// immutable, so safe to share between threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace date {
class time_zone;
}

namespace karbonetes::plan {

class CronSchedule {
 public:
  // `time_zone`: IANA name; empty means UTC (the controller manager's usual zone). A schedule that
  // is well-formed yet never comes ("0 0 31 2 *") is accepted, as there. Errors: InvalidArgument
  // with the field and what is wrong with it.
  [[nodiscard]] static Result<CronSchedule> parse(std::string_view spec,
                                                  std::string_view time_zone);

  // The first tick strictly after t; nullopt when none within five years.
  [[nodiscard]] std::optional<TimePoint> next_after(TimePoint t) const;

 private:
  // One field as the values it admits; bit i: value i.
  struct Field {
    std::uint64_t bits = 0;
    bool star =
        false;  // POSIX rule: with a star in either day field both must match, else one is enough
    [[nodiscard]] bool has(unsigned value) const { return (bits >> value & 1U) != 0; }
  };
  struct Bounds;
  class Walk;

  CronSchedule() = default;
  static Result<Field> parse_field(std::string_view text, const Bounds& bounds);
  static Result<Field> parse_range(std::string_view text, const Bounds& bounds);
  static Result<CronSchedule> parse_descriptor(std::string_view spec);
  static Result<CronSchedule> parse_fields(std::string_view spec);

  Field minute_;
  Field hour_;
  Field day_of_month_;
  Field month_;
  Field day_of_week_;                      // 0 = Sunday
  Seconds every_{0};                       // @every: > 0 and the fields unused
  const date::time_zone* zone_ = nullptr;  // owned by the process
};

}  // namespace karbonetes::plan
