// Axes of a picture: a rectangle with a scale on each side. Draws into an Svg that outlives it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "simulate/report/ticks.hpp"
#include "svg/svg.hpp"

namespace karbonetes::simulate {

struct Area {
  double left = 0, top = 0, width = 0, height = 0;
};

// A range that begins and ends at round numbers, with about `wanted` steps. Whatever comes in, the
// range is not empty and the step is above zero.
struct Scale {
  double low = 0, high = 1, step = 1;
  [[nodiscard]] static Scale around(double low, double high, int wanted = 5);
};

class Plot {
 public:
  Plot(svg::Svg& svg, const Area& area, double x_low, double x_high, const Scale& y)
      : svg_(svg),
        area_(area),
        x_low_(x_low),
        x_high_(x_high > x_low ? x_high : x_low + 1),
        y_(y) {}

  [[nodiscard]] double x(double value) const;
  [[nodiscard]] double y(double value) const;
  [[nodiscard]] const Area& area() const { return area_; }

  void grid_y(std::string_view unit) const;              // lines and labels; the unit on top
  void tick_x(double at, std::string_view label) const;  // one label below
  void grid_x(const std::vector<Tick>& ticks) const;     // lines alone
  void mark(double at, double value, std::string_view css) const;      // a point of a line
  void line(const svg::Polyline& points, std::string_view css) const;  // in values
  void bar(double x_from, double x_to, double value, std::string_view css) const;

 private:
  svg::Svg& svg_;
  Area area_;
  double x_low_, x_high_;
  Scale y_;
};

// Names with the classes of their lines.
using Entries = std::vector<std::pair<std::string, std::string_view>>;

// In a row from (x, y) on; breaks lines at `right`.
void legend(svg::Svg& svg, double x, double y, double right, const Entries& entries);

}  // namespace karbonetes::simulate
