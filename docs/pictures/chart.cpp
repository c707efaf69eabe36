#include "chart.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace karbonetes::pictures {

using std::chrono::hours;

Chart::Chart(svg::Svg& svg, const Frame& frame, double grams) : svg_(svg), frame_(frame) {
  for (double g = 0; g <= frame.high; g += grams) {
    svg.line(frame.left, y(g), frame.left + frame.width, y(g), g == 0 ? "axis" : "grid");
    svg.text(frame.left - 6, y(g) + 4, fmt::format("{:.0f}", g), "muted", "end");
  }
  for (TimePoint t = frame.from; t <= frame.to; t += hours(6))
    svg.line(x(t), frame.top, x(t), frame.top + frame.height, "grid");
}

double Chart::x(TimePoint t) const {
  return frame_.left + frame_.width * static_cast<double>((t - frame_.from).count()) /
                           static_cast<double>((frame_.to - frame_.from).count());
}

double Chart::y(double grams) const {
  return frame_.top + frame_.height * (1 - grams / frame_.high);
}

void Chart::shade(const std::vector<carbon::Interval>& intervals) {
  for (const auto& i : intervals) {
    const double from = x(std::max(i.start, frame_.from));
    const double to = x(std::min(i.end, frame_.to));
    if (to > from) svg_.rect(from, frame_.top, to - from, frame_.height, "shade");
  }
}

void Chart::series(const carbon::Forecast& forecast) {
  svg::Polyline points;
  const auto starts = forecast.starts();
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const TimePoint next = i + 1 < starts.size() ? starts[i + 1] : forecast.end();
    if (next <= frame_.from || starts[i] >= frame_.to) continue;
    points.emplace_back(x(std::max(starts[i], frame_.from)), y(forecast.values()[i]));
    points.emplace_back(x(std::min(next, frame_.to)), y(forecast.values()[i]));
  }
  svg_.path(points, "series");
}

void Chart::threshold(double grams, std::string_view words, std::string_view css) {
  svg_.line(frame_.left, y(grams), frame_.left + frame_.width, y(grams), css);
  svg_.text(frame_.left + frame_.width + 6, y(grams) + 4, words, "fg");
}

void Chart::label_hours() {
  for (TimePoint t = frame_.from; t <= frame_.to; t += std::chrono::hours(6)) {
    const auto hour = (t - std::chrono::floor<std::chrono::days>(t)) / std::chrono::hours(1);
    svg_.text(x(t), frame_.top + frame_.height + 16, fmt::format("{:02}:00", hour), "muted",
              "middle");
  }
}

}  // namespace karbonetes::pictures
