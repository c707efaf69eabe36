#include "simulate/report/ticks.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace karbonetes::simulate {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

double millis(TimePoint t) { return static_cast<double>(t.time_since_epoch().count()); }

const char* month_name(year_month_day date) {
  return kMonths[static_cast<unsigned>(date.month()) - 1];
}

std::string day_label(sys_days day) {
  const year_month_day date(day);
  return fmt::format("{} {}", month_name(date), static_cast<unsigned>(date.day()));
}

// The day is told at midnight, and at the first tick, which may have no midnight before it.
std::string label_of(TimePoint t, bool first) {
  const auto day = std::chrono::floor<days>(t);
  if (t == day) return day_label(day);
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(t - day).count();
  const std::string time = fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
  return first ? day_label(day) + ", " + time : time;
}

std::vector<Tick> every(Millis step, TimePoint from, TimePoint until) {
  std::vector<Tick> out;
  // Hours are counted from midnight; steps of several days from the first one.
  TimePoint at = step < days(1) ? TimePoint(from.time_since_epoch() / step * step)
                                : TimePoint(std::chrono::ceil<days>(from));
  if (at < from) at += step;
  for (; at <= until; at += step) out.push_back({millis(at), label_of(at, out.empty())});
  return out;
}

std::vector<Tick> by_month(TimePoint from, TimePoint until, int most) {
  const auto month_of = [](TimePoint t) {
    const year_month_day date(std::chrono::floor<days>(t));
    return static_cast<int>(date.year()) * 12 + static_cast<int>(unsigned(date.month())) - 1;
  };
  const int first = month_of(from);
  const int last = month_of(until);
  int step = 1;
  for (const int longer : {1, 3, 6, 12, 24, 60, 120, 600, 12'000, 120'000}) {
    step = longer;
    if ((last - first) / step <= most) break;
  }
  std::vector<Tick> out;
  for (int month = (first + step - 1) / step * step; month <= last; month += step) {
    const year_month_day date(std::chrono::year(month / 12),
                              std::chrono::month(static_cast<unsigned>(month % 12) + 1),
                              std::chrono::day(1));
    const TimePoint at{sys_days(date)};
    if (at < from || at > until) continue;
    out.push_back(
        {millis(at), fmt::format("{} {}", month_name(date), static_cast<int>(date.year()))});
  }
  return out;
}

}  // namespace

std::vector<Tick> time_ticks(TimePoint from, TimePoint until, int most) {
  if (until < from || most < 1) return {};
  for (const int step : {1, 3, 6, 12, 24, 48, 24 * 7, 24 * 14}) {
    if ((until - from) / hours(step) <= most) return every(hours(step), from, until);
  }
  return by_month(from, until, most);
}

std::vector<Tick> hour_ticks(double longest, int most) {
  if (!std::isfinite(longest) || longest <= 0 || most < 1) return {};
  double step = 0.25;
  for (const double longer : {0.25, 0.5, 1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 48.0, 168.0}) {
    step = longer;
    if (longest / step <= most) break;
  }
  while (longest / step > most) step *= 2;
  std::vector<Tick> out;
  for (int i = 0; i * step <= longest * (1 + 1e-9); ++i)
    out.push_back({i * step, fmt::format("{:g} h", i * step)});
  return out;
}

}  // namespace karbonetes::simulate
