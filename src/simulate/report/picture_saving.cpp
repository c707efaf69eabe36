#include <algorithm>
#include <map>

#include "cli/text.hpp"
#include "simulate/report/palette.hpp"
#include "simulate/report/picture.hpp"
#include "simulate/report/plot.hpp"
#include "simulate/report/units.hpp"

namespace karbonetes::simulate {

namespace {

constexpr std::size_t kMostZones = 6;
constexpr double kTop = 50;
constexpr double kHeight = 260;
constexpr double kPanel = kHeight + 128;  // with its title, ticks and two lines of names

// Saved percent by maxDelay.
using Curve = std::map<Millis, double>;
struct Panel {
  std::string zone;
  std::map<Rule, Curve> curves;
};

Panel& panel_of(std::vector<Panel>& panels, const std::string& zone) {
  const auto found = std::ranges::find(panels, zone, &Panel::zone);
  return found != panels.end() ? *found : panels.emplace_back(Panel{zone, {}});
}

std::vector<Panel> from_suggestions(const Study& study) {
  std::vector<Panel> out;
  for (const Suggestion& s : study.suggestions)
    for (const auto& step : s.curve)
      if (is_known(step.saved))
        panel_of(out, s.zone).curves[s.rule][step.max_delay] = step.saved * 100;
  return out;
}

// The mean of what differs in other things: seeds, thresholds.
std::vector<Panel> from_rows(const Study& study) {
  std::vector<Panel> sums;
  std::vector<Panel> counts;
  for (const Row& row : study.rows) {
    const Scenario& s = row.scenario;
    if (s.rule == Rule::Immediate || !is_known(row.saved())) continue;
    panel_of(sums, row.zone).curves[s.rule][s.max_delay] += row.saved() * 100;
    panel_of(counts, row.zone).curves[s.rule][s.max_delay] += 1;
  }
  for (Panel& panel : sums) {
    for (auto& [rule, curve] : panel.curves)
      for (auto& [delay, saved] : curve) saved /= panel_of(counts, panel.zone).curves[rule][delay];
    std::erase_if(panel.curves, [](const auto& each) { return each.second.size() < 2; });
  }
  std::erase_if(sums, [](const Panel& panel) { return panel.curves.empty(); });
  return sums;
}

double hours(Millis d) { return static_cast<double>(d.count()) / 3'600'000; }

}  // namespace

std::string picture_saving(const Study& study) {
  auto panels = from_suggestions(study);
  if (panels.empty()) panels = from_rows(study);
  if (panels.empty()) return "";
  const bool zones = panels.size() > 1;
  const std::size_t left_out = panels.size() - std::min(panels.size(), kMostZones);
  panels.resize(panels.size() - left_out);

  double low = 0;
  double high = 1;
  double longest = 0;
  for (const Panel& panel : panels) {
    for (const auto& [rule, curve] : panel.curves) {
      for (const auto& [delay, saved] : curve) {
        low = std::min(low, saved);
        high = std::max(high, saved);
        longest = std::max(longest, hours(delay));
      }
    }
  }
  const double height = static_cast<double>(panels.size()) * kPanel + (left_out > 0 ? 30 : 0);
  svg::Svg svg(static_cast<int>(kPictureWidth), static_cast<int>(height),
               "Emissions saved against maxDelay",
               "One line for each policy: what is saved when Jobs may wait so long");
  double top = kTop;
  for (const Panel& panel : panels) {
    svg.text(kPictureLeft, top - 30,
             "Saved, by how long Jobs may wait" +
                 (zones ? ", " + cli::printable(panel.zone, 80) : std::string()),
             "bold");
    // The same scale for all zones: they are there to be compared.
    const Plot plot(svg, {kPictureLeft, top, kPlotWidth, kHeight}, 0, longest,
                    Scale::around(low, high));
    plot.grid_y("% of the emissions at once");
    for (const Tick& tick : hour_ticks(longest)) plot.tick_x(tick.at, tick.label);
    Entries entries;
    for (const auto& [rule, curve] : panel.curves) {
      svg::Polyline line;
      for (const auto& [delay, saved] : curve) line.emplace_back(hours(delay), saved);
      plot.line(line, line_class(rule));
      for (const auto& [at, saved] : line) plot.mark(at, saved, line_class(rule));
      entries.emplace_back(name(rule), line_class(rule));
    }
    legend(svg, kPictureLeft, top + kHeight + 43, kPictureWidth - kPictureRight, entries);
    top += kPanel;
  }
  if (left_out > 0)
    svg.text(kPictureLeft, height - 12,
             std::to_string(left_out) + " more zones are in the table alone", "muted");
  return svg.str();
}

}  // namespace karbonetes::simulate
