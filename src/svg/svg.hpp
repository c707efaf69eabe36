// An SVG picture that reads in light and dark surroundings and by a screen reader: colours are CSS
// classes with both schemes, and each picture has a title and a description. It may stand alone or
// inside a page. Not thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace karbonetes::svg {

using Polyline = std::vector<std::pair<double, double>>;

class Svg {
 public:
  Svg(int width, int height, std::string_view title, std::string_view description);

  // Classes are those of the style sheet in svg.cpp: "fg", "muted", "grid", "green", "a".."f", ...
  void rect(double x, double y, double width, double height, std::string_view css);
  void line(double x1, double y1, double x2, double y2, std::string_view css);
  void path(const Polyline& points, std::string_view css);
  void dot(double x, double y, std::string_view css);
  // anchor: "start", "middle" or "end".
  void text(double x, double y, std::string_view words, std::string_view css = "fg",
            std::string_view anchor = "start");

  [[nodiscard]] std::string str() const { return out_ + "</svg>\n"; }

 private:
  std::string out_;
};

// Text inside an element or an attribute.
[[nodiscard]] std::string escaped(std::string_view words);

}  // namespace karbonetes::svg
