#include <algorithm>

#include "cli/text.hpp"
#include "simulate/report/palette.hpp"
#include "simulate/report/picture.hpp"
#include "simulate/report/plot.hpp"
#include "simulate/report/units.hpp"

namespace karbonetes::simulate {

namespace {

double hours(Millis d) { return static_cast<double>(d.count()) / 3'600'000; }

bool alike(const Scenario& a, const Scenario& b) {
  return a.max_delay == b.max_delay && a.error == b.error && a.durations == b.durations &&
         a.min_saving == b.min_saving && a.capacity == b.capacity;
}

// For each rule, the row that differs least from the best one: a rule without forecasts has no row
// with an error of theirs.
std::vector<const Row*> shown_rows(const Study& study) {
  const std::size_t best = best_row(study);
  const Row& like = study.rows[best < study.rows.size() ? best : 0];
  std::vector<const Row*> out;
  for (const bool exactly : {true, false}) {
    for (const Row& row : study.rows) {
      const Scenario& s = row.scenario;
      if (row.zone != like.zone || s.rule == Rule::Immediate || row.jobs == 0 ||
          row.bin_width <= Millis(0) || s.max_delay != like.scenario.max_delay ||
          (exactly && !alike(s, like.scenario)) || std::ranges::any_of(out, [&](const Row* other) {
            return other->scenario.rule == s.rule;
          }))
        continue;
      out.push_back(&row);
    }
  }
  return out;
}

// The part of the Jobs, in percent, by the end of each bin.
svg::Polyline cumulated(const Row& row) {
  svg::Polyline out{{0, 0}};
  double sum = 0;
  for (std::size_t i = 0; i < Row::kBins; ++i) {
    sum += static_cast<double>(row.wait_bins[i]);
    out.emplace_back(hours(row.bin_width) * static_cast<double>(i + 1),
                     100 * sum / static_cast<double>(row.jobs));
  }
  return out;
}

}  // namespace

std::string picture_waits(const Study& study) {
  if (study.rows.empty()) return "";
  const auto rows = shown_rows(study);
  if (rows.empty()) return "";
  std::vector<svg::Polyline> lines;
  double longest = 0;
  for (const Row* row : rows) {
    lines.push_back(cumulated(*row));
    // Where all have started nothing more is to be seen.
    const auto done = std::ranges::find_if(
        lines.back(), [](const auto& point) { return point.second >= 99.9999; });
    longest =
        std::max(longest, done != lines.back().end() ? done->first : lines.back().back().first);
  }
  constexpr double kTop = 50;
  constexpr double kHeight = 260;
  svg::Svg svg(static_cast<int>(kPictureWidth), 380, "How long Jobs wait",
               "One line for each policy: the part of the Jobs that wait no longer than so many "
               "hours");
  std::string title = "Jobs that wait no longer than";
  if (study.timelines.size() > 1) title += ", " + cli::printable(rows.front()->zone, 80);
  svg.text(kPictureLeft, 20, title, "bold");
  const Plot plot(svg, {kPictureLeft, kTop, kPlotWidth, kHeight}, 0, longest,
                  Scale::around(0, 100));
  plot.grid_y("% of Jobs");
  for (const Tick& tick : hour_ticks(longest)) plot.tick_x(tick.at, tick.label);
  Entries entries;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Scenario& s = rows[i]->scenario;
    std::erase_if(lines[i], [&](const auto& point) { return point.first > longest * 1.000001; });
    plot.line(lines[i], line_class(s.rule));
    entries.emplace_back(name(s.rule) + (", " + format_duration(s.max_delay)), line_class(s.rule));
  }
  legend(svg, kPictureLeft, kTop + kHeight + 43, kPictureWidth - kPictureRight, entries);
  return svg.str();
}

}  // namespace karbonetes::simulate
