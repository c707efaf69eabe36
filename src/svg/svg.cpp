#include "svg/svg.hpp"

#include <fmt/format.h>

namespace karbonetes::svg {

namespace {

constexpr std::string_view kStyle = R"(<style>
svg { --bg: #ffffff; --fg: #1f2328; --muted: #59636e; --grid: #d8dee4; --line: #57606a;
  --shade: #2da44e; --a: #0969da; --b: #bc4c00; --c: #8250df; --d: #1a7f37; --e: #9a6700; --f: #bf3989;
  font: 12px system-ui, sans-serif; }
@media (prefers-color-scheme: dark) {
  svg { --bg: #0d1117; --fg: #e6edf3; --muted: #9198a1; --grid: #30363d; --line: #b1bac4;
    --shade: #3fb950; --a: #4493f8; --b: #f0883e; --c: #ab7df8; --d: #3fb950; --e: #d29922; --f: #db61a2; }
}
text.fg { fill: var(--fg); } text.muted { fill: var(--muted); } text.bold { fill: var(--fg); font-weight: 600; }
rect.bg { fill: var(--bg); }
rect.shade { fill: var(--shade); fill-opacity: 0.18; }
rect.a { fill: var(--a); } rect.b { fill: var(--b); } rect.c { fill: var(--c); } rect.d { fill: var(--d); } rect.e { fill: var(--e); } rect.f { fill: var(--f); }
rect.wait { fill: var(--muted); fill-opacity: 0.25; }
rect.muted { fill: var(--muted); }
line, path { fill: none; stroke-width: 1; }
.grid { stroke: var(--grid); } .axis { stroke: var(--muted); } .dash { stroke: var(--fg); stroke-dasharray: 5 4; }
.dots { stroke: var(--muted); stroke-dasharray: 1 3; }
path.series { stroke: var(--line); stroke-width: 1.8; }
path.a { stroke: var(--a); stroke-width: 2; } path.b { stroke: var(--b); stroke-width: 2; }
path.c { stroke: var(--c); stroke-width: 2; } path.d { stroke: var(--d); stroke-width: 2; }
path.e { stroke: var(--e); stroke-width: 2; } path.f { stroke: var(--f); stroke-width: 2; }
path.area { fill: var(--line); fill-opacity: 0.12; stroke: none; }
circle { fill: var(--fg); }
</style>
)";

}  // namespace

std::string escaped(std::string_view words) {
  std::string out;
  for (const char c : words) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

Svg::Svg(int width, int height, std::string_view title, std::string_view description)
    : out_(fmt::format(
          R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" )"
          R"(height="{1}" role="img" aria-label="{2}. {3}">)"
          "\n<title>{2}</title>\n<desc>{3}</desc>\n{4}",
          width, height, escaped(title), escaped(description), kStyle)) {
  rect(0, 0, width, height, "bg");
}

void Svg::rect(double x, double y, double width, double height, std::string_view css) {
  out_ += fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" class=\"{}\"/>\n", x, y,
      width, height, css);
}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view css) {
  out_ +=
      fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"{}\"/>\n",
                  x1, y1, x2, y2, css);
}

void Svg::path(const Polyline& points, std::string_view css) {
  std::string d;
  for (const auto& [x, y] : points)
    d += fmt::format("{}{:.1f} {:.1f}", d.empty() ? "M" : "L", x, y);
  out_ += fmt::format("<path d=\"{}\" class=\"{}\"/>\n", d, css);
}

void Svg::dot(double x, double y, std::string_view css) {
  out_ += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" class=\"{}\"/>\n", x, y, css);
}

void Svg::text(double x, double y, std::string_view words, std::string_view css,
               std::string_view anchor) {
  out_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\" text-anchor=\"{}\">{}</text>\n",
                      x, y, css, anchor, escaped(words));
}

}  // namespace karbonetes::svg
