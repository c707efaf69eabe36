#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/text.hpp"
#include "simulate/report/labels.hpp"
#include "simulate/report/picture.hpp"
#include "simulate/report/plot.hpp"
#include "simulate/report/units.hpp"

namespace karbonetes::simulate {

namespace {

constexpr std::size_t kMost = 24;
constexpr double kTop = 50;
constexpr double kRow = 44;
constexpr double kNumbers = 190;  // room at the right

std::string numbers(const Comparison& c) {
  if (!has_interval(c)) return points(c.difference);
  return fmt::format("{} ({:+.1f} to {:+.1f})", points(c.difference), c.low * 100, c.high * 100);
}

// "lowest-window against first-green, 8h": what both have in common is said once.
std::string who(const Labels& labels, const Scenario& a, const Scenario& b) {
  const std::string of_a = labels.label(a);
  const std::string of_b = labels.label(b);
  const std::string rule = name(a.rule);
  const std::string with_a = of_a.substr(rule.size());
  if (of_b != name(b.rule) + with_a) return of_b + " against " + of_a;
  return name(b.rule) + (" against " + rule) + with_a;
}

}  // namespace

std::string picture_comparisons(const Study& study) {
  std::vector<const Comparison*> shown;
  for (const Comparison& c : study.comparisons)
    if (is_known(c.difference) && std::max(c.a, c.b) < study.rows.size()) shown.push_back(&c);
  if (shown.empty()) return "";
  const std::size_t left_out = shown.size() - std::min(shown.size(), kMost);
  shown.resize(shown.size() - left_out);

  double low = 0;
  double high = 0;
  for (const Comparison* c : shown) {
    low = std::min({low, c->difference * 100, has_interval(*c) ? c->low * 100 : 0});
    high = std::max({high, c->difference * 100, has_interval(*c) ? c->high * 100 : 0});
  }
  const Scale scale = Scale::around(low, high, 6);
  const double rows = kRow * static_cast<double>(shown.size());
  svg::Svg svg(
      static_cast<int>(kPictureWidth), static_cast<int>(kTop + rows + 60), "Policies compared",
      "For each comparison a bar that spans the confidence interval of the difference, and "
      "a mark at the difference itself");
  svg.text(kPictureLeft, 20, "How much more the first of two saves", "bold");
  svg.text(kPictureLeft, kTop - 8, "points of percent", "muted");
  const Plot plot(svg, {kPictureLeft, kTop, kPlotWidth - kNumbers, rows}, scale.low, scale.high,
                  {0, rows, rows});
  const int ticks = static_cast<int>(std::lround((scale.high - scale.low) / scale.step));
  std::vector<Tick> marks;
  for (int i = 0; i <= ticks; ++i) {
    const double at = scale.low + i * scale.step;
    const bool zero = std::abs(at) < scale.step / 1000;
    marks.push_back({at, fmt::format("{:g}", zero ? 0 : at)});
  }
  plot.grid_x(marks);
  for (const Tick& mark : marks) plot.tick_x(mark.at, mark.label);
  svg.line(plot.x(0), kTop, plot.x(0), kTop + rows, "axis");

  const Labels labels(study);
  double top = kTop;
  for (const Comparison* c : shown) {
    const std::string title = cli::printable(study.rows[c->a].zone, 30) + ": " +
                              who(labels, study.rows[c->a].scenario, study.rows[c->b].scenario);
    svg.text(kPictureLeft + 4, top + 16, cli::printable(title, 95));
    if (has_interval(*c)) {
      const double from = plot.x(c->low * 100);
      svg.rect(from, top + 24, std::max(plot.x(c->high * 100) - from, 1.0), 10,
               is_certain(*c) ? "c" : "muted");
    }
    svg.dot(plot.x(c->difference * 100), top + 29, "fg");
    svg.text(kPictureWidth - kPictureRight, top + 33, numbers(*c), "fg", "end");
    top += kRow;
  }
  std::string note = "grey: the difference may be chance; no bar: too few days to say";
  if (left_out > 0) note += fmt::format("; {} more are in the text alone", left_out);
  svg.text(kPictureLeft, top + 45, note, "muted");
  return svg.str();
}

}  // namespace karbonetes::simulate
