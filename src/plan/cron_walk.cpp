// The ticks of a CronSchedule. The walk goes through wall time as robfig/cron v3 does (the CronJob
// controller's library), including what it does around daylight saving changes: there the only
// right answer is the one the controller will give.
#include <date/tz.h>

#include "plan/cron.hpp"

namespace karbonetes::plan {

namespace {

namespace chr = std::chrono;

// Enough for five years of wrapping by the day and the hour; schedules that never come end here or
// at the year limit.
constexpr int kMostSteps = 200'000;

// An instant with its wall time. Dates that do not exist, or exist twice, are resolved as Go's
// time.Date does.
class WallTime {
 public:
  WallTime(const date::time_zone* zone, Seconds utc) : zone_(zone) { set(utc); }

  [[nodiscard]] Seconds utc() const { return utc_; }
  [[nodiscard]] int year() const { return int(date_.year()); }
  [[nodiscard]] unsigned month() const { return unsigned(date_.month()); }
  [[nodiscard]] unsigned day() const { return unsigned(date_.day()); }
  [[nodiscard]] unsigned weekday() const { return chr::weekday(day_).c_encoding(); }
  [[nodiscard]] unsigned hour() const { return static_cast<unsigned>(time_ / chr::hours(1)); }
  [[nodiscard]] unsigned minute() const {
    return static_cast<unsigned>(time_ / chr::minutes(1) % 60);
  }

  [[nodiscard]] bool at_full_minute() const { return time_ % chr::minutes(1) == Seconds(0); }

  void add(Seconds by) { set(utc_ + by); }
  void to_month_start() { set_local(chr::sys_days(date_.year() / date_.month() / 1), Seconds(0)); }
  void to_day_start() { set_local(day_, Seconds(0)); }
  void to_hour_start() { set_local(day_, chr::floor<chr::hours>(time_)); }
  void to_minute_start() { set(chr::floor<chr::minutes>(utc_)); }
  void to_next_minute() { set(chr::ceil<chr::minutes>(utc_)); }
  // The same time of day on another date; only called on the first of a month, so every month has
  // that day.
  void next_month() {
    set_local(chr::sys_days(date_.year() / date_.month() / 1 + chr::months(1)) +
                  (date_.day() - chr::day(1)),
              time_);
  }
  void next_day() { set_local(day_ + chr::days(1), time_); }

 private:
  void set(Seconds utc) {
    utc_ = utc;
    const auto local = chr::sys_seconds(utc + offset_at(utc));
    day_ = chr::floor<chr::days>(local);
    time_ = local - day_;
    date_ = chr::year_month_day(day_);
  }
  void set_local(chr::sys_days day, Seconds time) {
    const Seconds local = day.time_since_epoch() + time;
    // Go looks the offset up as if the wall time were UTC, and once more at the instant that this
    // gives.
    Seconds offset = offset_at(local);
    if (offset != Seconds(0)) offset = offset_at(local - offset);
    set(local - offset);
  }
  Seconds offset_at(Seconds utc) {
    const date::sys_seconds at(utc);
    if (at < begin_ || at >= end_) {
      const auto info = zone_->get_info(at);
      begin_ = info.begin;
      end_ = info.end;
      offset_ = info.offset;
    }
    return offset_;
  }

  const date::time_zone* zone_;
  date::sys_seconds begin_;  // offset_ holds in [begin_, end_); empty at first
  date::sys_seconds end_;
  Seconds offset_{0};
  Seconds utc_{0};
  chr::sys_days day_;
  Seconds time_{0};  // since local midnight by the clock on the wall
  chr::year_month_day date_{};
};

}  // namespace

class CronSchedule::Walk {
 public:
  Walk(const CronSchedule& schedule, Seconds from) : s_(schedule), at_(schedule.zone_, from) {}

  std::optional<Seconds> first() {
    const int last_year = at_.year() + 5;
    while (at_.year() <= last_year && steps_ < kMostSteps) {
      if (find_month() && find_day() && find_hour() && find_minute() && find_second()) {
        return at_.utc();
      }
    }
    return std::nullopt;
  }

 private:
  // Each finds the field's next value, and says false when that wrapped into the next larger unit:
  // begin again there.
  bool find_month() {
    while (!s_.month_.has(at_.month())) {
      if (reset()) at_.to_month_start();
      at_.next_month();
      if (at_.month() == 1 || spent()) return false;
    }
    return true;
  }
  bool find_day() {
    while (!day_matches()) {
      if (reset()) at_.to_day_start();
      at_.next_day();
      // Midnight does not exist on that day: back to the nearest hour to it.
      const auto hour = at_.hour();
      if (hour > 12) {
        at_.add(chr::hours(24 - hour));
      } else if (hour != 0) {
        at_.add(-chr::hours(hour));
      }
      if (at_.day() == 1 || spent()) return false;
    }
    return true;
  }
  bool find_hour() {
    while (!s_.hour_.has(at_.hour())) {
      if (reset()) at_.to_hour_start();
      at_.add(chr::hours(1));
      if (at_.hour() == 0 || spent()) return false;
    }
    return true;
  }
  bool find_minute() {
    while (!s_.minute_.has(at_.minute())) {
      if (reset()) at_.to_minute_start();
      at_.add(chr::minutes(1));
      if (at_.minute() == 0 || spent()) return false;
    }
    return true;
  }

  // Ticks come at second zero.
  bool find_second() {
    if (at_.at_full_minute()) return true;
    (void)reset();
    at_.to_next_minute();
    return false;
  }

  [[nodiscard]] bool day_matches() const {
    const bool month_day = s_.day_of_month_.has(at_.day());
    const bool week_day = s_.day_of_week_.has(at_.weekday());
    if (s_.day_of_month_.star || s_.day_of_week_.star) return month_day && week_day;
    return month_day || week_day;
  }
  // True once: smaller fields start over when a larger one moves for the first time.
  bool reset() {
    const bool first = !moved_;
    moved_ = true;
    return first;
  }
  bool spent() { return ++steps_ >= kMostSteps; }

  const CronSchedule& s_;
  WallTime at_;
  bool moved_ = false;
  int steps_ = 0;
};

std::optional<TimePoint> CronSchedule::next_after(TimePoint t) const {
  const Seconds now = chr::floor<Seconds>(t).time_since_epoch();
  if (every_ > Seconds(0)) return TimePoint(now + every_);
  const auto tick = Walk(*this, now + Seconds(1)).first();
  if (!tick) return std::nullopt;
  return TimePoint(*tick);
}

}  // namespace karbonetes::plan
