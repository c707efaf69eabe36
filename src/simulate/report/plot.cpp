#include "simulate/report/plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "cli/text.hpp"

namespace karbonetes::simulate {

namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr double kDay = 86'400'000;
constexpr double kCharacter = 6.6;  // px, of 12 px text on average

TimePoint instant(double millis) { return TimePoint(Millis(static_cast<std::int64_t>(millis))); }
double millis(sys_days day) {
  return static_cast<double>(TimePoint(day).time_since_epoch().count());
}

std::string day_label(sys_days day) {
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const year_month_day date(day);
  return fmt::format("{} {}", kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<unsigned>(date.day()));
}

}  // namespace

Scale Scale::around(double low, double high, int wanted) {
  if (!std::isfinite(low)) low = 0;
  if (!std::isfinite(high) || high <= low) high = low + 1;
  const double raw = (high - low) / wanted;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  double step = power;
  for (const double factor : {1.0, 2.0, 5.0, 10.0}) {
    step = power * factor;
    if (step >= raw) break;
  }
  return {std::floor(low / step) * step, std::ceil(high / step) * step, step};
}

double Plot::x(double value) const {
  const double part = std::clamp((value - x_low_) / (x_high_ - x_low_), 0.0, 1.0);
  return area_.left + area_.width * part;
}

double Plot::y(double value) const {
  const double part = std::clamp((value - y_.low) / (y_.high - y_.low), 0.0, 1.0);
  return area_.top + area_.height * (1 - part);
}

void Plot::grid_y(std::string_view unit) const {
  const int steps = static_cast<int>(std::lround((y_.high - y_.low) / y_.step));
  for (int i = 0; i <= steps; ++i) {
    const double value = y_.low + i * y_.step;
    const bool axis = std::abs(value) < y_.step / 1000;
    svg_.line(area_.left, y(value), area_.left + area_.width, y(value), axis ? "axis" : "grid");
    svg_.text(area_.left - 6, y(value) + 4, fmt::format("{:g}", axis ? 0.0 : value), "muted",
              "end");
  }
  svg_.text(area_.left, area_.top - 8, unit, "muted");
}

void Plot::tick_x(double at, std::string_view label) const {
  const double bottom = area_.top + area_.height;
  svg_.line(x(at), bottom, x(at), bottom + 4, "axis");
  svg_.text(x(at), bottom + 17, label, "muted", "middle");
}

void Plot::time_axis() const {
  const double length = (x_high_ - x_low_) / kDay;
  const auto first = std::chrono::ceil<days>(instant(x_low_));
  const auto last = std::chrono::floor<days>(instant(x_high_));
  if (length > 120) {  // by month
    const year_month_day begin(first);
    auto month = begin.year() / begin.month();
    for (; sys_days(month / 1) <= last; month += std::chrono::months(length > 800 ? 3 : 1)) {
      const sys_days day(month / 1);
      if (day >= first) tick_x(millis(day), day_label(day));
    }
    return;
  }
  const int every = std::max(1, static_cast<int>(std::ceil(length / 10)));
  for (sys_days day = first; day <= last; day += days(every)) {
    tick_x(millis(day), day_label(day));
    svg_.line(x(millis(day)), area_.top, x(millis(day)), area_.top + area_.height, "grid");
  }
}

void Plot::line(const svg::Polyline& points, std::string_view css) const {
  svg::Polyline out;
  for (const auto& [px, py] : points) {
    if (std::isfinite(px) && std::isfinite(py)) out.emplace_back(x(px), y(py));
  }
  if (out.size() > 1) svg_.path(out, css);
}

void Plot::bar(double x_from, double x_to, double value, std::string_view css) const {
  const double top = y(value);
  const double bottom = y(std::max(y_.low, 0.0));
  if (bottom - top < 0.05) return;
  svg_.rect(x(x_from), top, std::max(x(x_to) - x(x_from) - 0.3, 0.4), bottom - top, css);
}

std::string_view colour_class(std::size_t number) {
  constexpr std::array<std::string_view, 6> kClasses{"a", "b", "c", "d", "e", "f"};
  return kClasses[number % kClasses.size()];
}

double legend(svg::Svg& svg, double x, double y, double right,
              const std::vector<std::pair<std::string, std::string_view>>& entries) {
  const double left = x;
  const double top = y;
  for (const auto& [label, css] : entries) {
    const std::string words = cli::printable(label, 60);
    const double width = 28 + kCharacter * static_cast<double>(cli::width(words));
    if (x > left && x + width > right) {
      x = left;
      y += 18;
    }
    svg.rect(x, y - 9, 12, 10, css);
    svg.text(x + 17, y, words);
    x += width;
  }
  return y - top + 18;
}

}  // namespace karbonetes::simulate
