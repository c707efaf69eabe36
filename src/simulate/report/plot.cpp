#include "simulate/report/plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/text.hpp"

namespace karbonetes::simulate {

namespace {

constexpr double kCharacter = 6.6;  // px, of 12 px text on average

}  // namespace

Scale Scale::around(double low, double high, int wanted) {
  constexpr double kMost = 1e300;  // beyond, a difference overflows
  low = std::isfinite(low) ? std::clamp(low, -kMost, kMost) : 0;
  high = std::isfinite(high) ? std::clamp(high, -kMost, kMost) : low;
  // Also what is so close together that a step between would be lost in rounding.
  const double least = std::max(std::max(std::abs(low), std::abs(high)) * 1e-9, 1e-200);
  if (high <= low || high - low < least) high = low + std::max(1.0, least);
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

void Plot::grid_x(const std::vector<Tick>& ticks) const {
  for (const Tick& tick : ticks)
    svg_.line(x(tick.at), area_.top, x(tick.at), area_.top + area_.height, "grid");
}

void Plot::mark(double at, double value, std::string_view css) const {
  constexpr double kHalf = 3;
  // Rectangles have the colours of "a" to "f"; a dot has that of text.
  if (css.size() == 1) {
    svg_.rect(x(at) - kHalf, y(value) - kHalf, 2 * kHalf, 2 * kHalf, css);
  } else {
    svg_.dot(x(at), y(value), css);
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

void legend(svg::Svg& svg, double x, double y, double right, const Entries& entries) {
  constexpr double kSwatch = 18;
  const double left = x;
  for (const auto& [label, css] : entries) {
    const std::string words = cli::printable(label, 60);
    const double width = kSwatch + 22 + kCharacter * static_cast<double>(cli::width(words));
    if (x > left && x + width > right) {
      x = left;
      y += 18;
    }
    svg.path({{x, y - 4}, {x + kSwatch, y - 4}}, css);
    svg.text(x + kSwatch + 5, y, words);
    x += width;
  }
}

}  // namespace karbonetes::simulate
