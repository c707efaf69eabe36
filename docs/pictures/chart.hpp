// A chart of intensity over time inside a picture: axes, the step function, shaded intervals,
// thresholds.
#pragma once

#include <string_view>
#include <vector>

#include "carbon/forecast.hpp"
#include "carbon/windows.hpp"
#include "svg/svg.hpp"

namespace karbonetes::pictures {

struct Frame {
  double left, top, width, height;
  TimePoint from, to;
  double high;  // gCO2eq/kWh at the top; 0 at the bottom
};

class Chart {
 public:
  // Draws grid and axes: a line for each `grams` and every six hours.
  Chart(svg::Svg& svg, const Frame& frame, double grams);

  [[nodiscard]] double x(TimePoint t) const;
  [[nodiscard]] double y(double grams) const;

  void shade(const std::vector<carbon::Interval>& intervals);
  void series(const carbon::Forecast& forecast);
  void threshold(double grams, std::string_view words, std::string_view css);
  void label_hours();  // labels of the time axis

 private:
  svg::Svg& svg_;
  Frame frame_;
};

}  // namespace karbonetes::pictures
