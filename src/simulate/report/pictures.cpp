// What a study shows as pictures.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

#include "simulate/report/plot.hpp"
#include "simulate/report/report.hpp"
#include "simulate/report/units.hpp"

namespace karbonetes::simulate {

namespace {

using Entries = std::vector<std::pair<std::string, std::string_view>>;

constexpr double kWidth = 900;
constexpr double kLeft = 60;
constexpr double kRight = 20;
constexpr double kPlotWidth = kWidth - kLeft - kRight;
constexpr std::size_t kMostLines = 12;
constexpr std::size_t kMostPanels = 6;

double hours(Millis d) { return static_cast<double>(d.count()) / 3'600'000; }
double millis(TimePoint t) { return static_cast<double>(t.time_since_epoch().count()); }

// The end of each bucket is the begin of the next: a step function.
svg::Polyline steps(const Timeline& t) {
  svg::Polyline out;
  const auto bucket = static_cast<double>(t.bucket.count());
  for (std::size_t i = 0; i < t.intensity.size(); ++i) {
    const double from = millis(t.from) + bucket * static_cast<double>(i);
    out.emplace_back(from, t.intensity[i]);
    out.emplace_back(from + bucket, t.intensity[i]);
  }
  return out;
}

std::string intensity(const Timeline& t) {
  constexpr double kChart = 190;
  constexpr double kPanel = 60;
  const std::size_t panels = std::min(t.starts.size(), kMostPanels);
  const double height = 60 + kChart + static_cast<double>(panels) * (kPanel + 26) + 40;
  svg::Svg svg(static_cast<int>(kWidth), static_cast<int>(height),
               "Carbon intensity of " + t.zone + " and when Jobs start",
               "Above, the intensity over time; below, how many Jobs start in each bucket of time, "
               "for each policy");
  const double from = millis(t.from);
  const double until =
      from + static_cast<double>(t.bucket.count()) * static_cast<double>(t.intensity.size());
  const auto [low, high] = std::ranges::minmax(t.intensity);
  svg.text(kLeft, 20, "Carbon intensity, " + t.zone, "bold");
  const Plot chart(svg, {kLeft, 50, kPlotWidth, kChart}, from, until,
                   Scale::around(std::min(low, 0.0), high));
  chart.grid_y("gCO2eq/kWh");
  chart.time_axis();
  chart.line(steps(t), "series");

  std::uint32_t most = 1;
  for (const auto& starts : t.starts)
    for (const std::uint32_t jobs : starts.jobs) most = std::max(most, jobs);
  double top = 50 + kChart + 48;
  for (std::size_t i = 0; i < panels; ++i, top += kPanel + 26) {
    const auto& starts = t.starts[i];
    const Plot panel(svg, {kLeft, top, kPlotWidth, kPanel}, from, until, Scale::around(0, most, 2));
    panel.grid_y("");
    svg.text(kLeft, top - 6,
             fmt::format("Jobs that start, {} (per {})", starts.label, format_duration(t.bucket)));
    const auto bucket = static_cast<double>(t.bucket.count());
    for (std::size_t k = 0; k < starts.jobs.size(); ++k) {
      const double begin = from + bucket * static_cast<double>(k);
      panel.bar(begin, begin + bucket, starts.jobs[k],
                i == 0 ? std::string_view("muted") : colour_class(i - 1));
    }
  }
  return svg.str();
}

// Saved percent by maxDelay, by "zone, rule".
using Curves = std::map<std::string, std::map<Millis, double>>;

Curves curves_of(const Study& study) {
  Curves out;
  const bool zones = study.timelines.size() > 1;
  const auto label = [&](const std::string& zone, Rule rule) {
    return (zones ? zone + ", " : "") + name(rule);
  };
  for (const Suggestion& s : study.suggestions) {
    for (const auto& step : s.curve) out[label(s.zone, s.rule)][step.max_delay] = step.saved * 100;
  }
  if (!out.empty()) return out;
  // The mean of what differs in other things: seeds, thresholds.
  std::map<std::string, std::map<Millis, std::pair<double, int>>> sums;
  for (const Row& row : study.rows) {
    if (row.scenario.rule == Rule::Immediate) continue;
    auto& [sum, count] = sums[label(row.zone, row.scenario.rule)][row.scenario.max_delay];
    sum += row.saved() * 100;
    ++count;
  }
  for (const auto& [name, points] : sums) {
    if (points.size() < 2) continue;
    for (const auto& [delay, sum] : points) out[name][delay] = sum.first / sum.second;
  }
  return out;
}

std::string saving_by_delay(const Curves& curves) {
  double low = 0;
  double high = 1;
  double longest = 1;
  for (const auto& [name, points] : curves) {
    for (const auto& [delay, saved] : points) {
      low = std::min(low, saved);
      high = std::max(high, saved);
      longest = std::max(longest, hours(delay));
    }
  }
  constexpr double kHeight = 260;
  svg::Svg svg(static_cast<int>(kWidth), 380, "Emissions saved against maxDelay",
               "One line for each policy: the longer Jobs may wait, the more is saved");
  svg.text(kLeft, 20, "Saved, by how long Jobs may wait", "bold");
  const Plot plot(svg, {kLeft, 50, kPlotWidth, kHeight}, 0, longest, Scale::around(low, high));
  plot.grid_y("% of the emissions at once");
  const Scale ticks = Scale::around(0, longest, 8);
  for (double at = 0; at <= longest + ticks.step / 2; at += ticks.step)
    plot.tick_x(at, fmt::format("{:g} h", at));
  Entries entries;
  for (const auto& [name, points] : curves) {
    if (entries.size() >= kMostLines) break;
    const auto css = colour_class(entries.size());
    svg::Polyline line;
    for (const auto& [delay, saved] : points) {
      line.emplace_back(hours(delay), saved);
      svg.dot(plot.x(hours(delay)), plot.y(saved), css);
    }
    plot.line(line, css);
    entries.emplace_back(name, css);
  }
  legend(svg, kLeft, 50 + kHeight + 45, kWidth - kRight, entries);
  return svg.str();
}

// The first row of each rule of the first zone.
std::vector<const Row*> shown_rows(const Study& study) {
  std::vector<const Row*> out;
  for (const Row& row : study.rows) {
    if (row.zone != study.rows.front().zone || row.scenario.rule == Rule::Immediate) continue;
    const bool known = std::ranges::any_of(
        out, [&](const Row* other) { return other->scenario.rule == row.scenario.rule; });
    if (!known && out.size() < kMostPanels) out.push_back(&row);
  }
  return out;
}

std::string waits(const std::vector<const Row*>& rows) {
  double longest = 1;
  for (const Row* row : rows)
    longest = std::max(longest, hours(row->bin_width) * static_cast<double>(Row::kBins));
  constexpr double kHeight = 260;
  svg::Svg svg(static_cast<int>(kWidth), 380, "How long Jobs wait",
               "One line for each policy: the part of the Jobs that wait no longer than so many "
               "hours");
  svg.text(kLeft, 20, "Jobs that wait no longer than", "bold");
  const Plot plot(svg, {kLeft, 50, kPlotWidth, kHeight}, 0, longest, Scale::around(0, 100));
  plot.grid_y("% of Jobs");
  const Scale ticks = Scale::around(0, longest, 8);
  for (double at = 0; at <= longest + ticks.step / 2; at += ticks.step)
    plot.tick_x(at, fmt::format("{:g} h", at));
  Entries entries;
  for (const Row* row : rows) {
    const auto css = colour_class(entries.size());
    svg::Polyline line{{0, 0}};
    double sum = 0;
    for (std::size_t i = 0; i < Row::kBins; ++i) {
      sum += static_cast<double>(row->wait_bins[i]);
      line.emplace_back(hours(row->bin_width) * static_cast<double>(i + 1),
                        row->jobs > 0 ? 100 * sum / static_cast<double>(row->jobs) : 0);
    }
    plot.line(line, css);
    entries.emplace_back(describe(row->scenario), css);
  }
  legend(svg, kLeft, 50 + kHeight + 45, kWidth - kRight, entries);
  return svg.str();
}

// A zone's name as part of a file name.
std::string file_part(const std::string& zone) {
  std::string out;
  for (const char c : zone)
    out += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' ? c : '-';
  return out.substr(0, 40);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> pictures(const Study& study) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const Timeline& timeline : study.timelines) {
    if (timeline.intensity.size() > 1)
      out.emplace_back("intensity-" + file_part(timeline.zone) + ".svg", intensity(timeline));
  }
  if (const Curves curves = curves_of(study); !curves.empty())
    out.emplace_back("saving-by-delay.svg", saving_by_delay(curves));
  if (!study.rows.empty()) {
    if (const auto rows = shown_rows(study); !rows.empty())
      out.emplace_back("waits.svg", waits(rows));
  }
  return out;
}

}  // namespace karbonetes::simulate
