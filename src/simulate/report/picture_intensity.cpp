#include <fmt/format.h>

#include <algorithm>

#include "cli/text.hpp"
#include "simulate/report/palette.hpp"
#include "simulate/report/picture.hpp"
#include "simulate/report/plot.hpp"
#include "simulate/report/units.hpp"

namespace karbonetes::simulate {

namespace {

constexpr std::size_t kMostPanels = 6;
constexpr double kTop = 50;
constexpr double kChart = 190;
constexpr double kPanel = 60;
constexpr double kGap = 36;  // for a panel's title

// The end of each bucket is the begin of the next: a step function.
svg::Polyline steps(const Timeline& t, double from, double bucket) {
  svg::Polyline out;
  for (std::size_t i = 0; i < t.intensity.size(); ++i) {
    const double begin = from + bucket * static_cast<double>(i);
    out.emplace_back(begin, t.intensity[i]);
    out.emplace_back(begin + bucket, t.intensity[i]);
  }
  return out;
}

Scale scale_of(const std::vector<double>& values) {
  double low = 0;
  double high = 0;
  for (const double value : values) {
    if (!is_known(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  return Scale::around(low, high);
}

}  // namespace

std::string picture_intensity(const Timeline& t) {
  if (std::ranges::count_if(t.intensity, [](double v) { return is_known(v); }) < 2) return "";
  const std::string zone = cli::printable(t.zone, 80);
  const std::size_t panels = std::min(t.starts.size(), kMostPanels);
  const double height = kTop + kChart + 20 + static_cast<double>(panels) * (kPanel + kGap) + 20;
  svg::Svg svg(static_cast<int>(kPictureWidth), static_cast<int>(height),
               "Carbon intensity of " + zone + " and when Jobs start",
               "Above, the intensity over time; below, how many Jobs start in each bucket of time, "
               "for each policy");
  const auto from = static_cast<double>(t.from.time_since_epoch().count());
  const auto bucket = static_cast<double>(t.bucket.count());
  const double until = from + bucket * static_cast<double>(t.intensity.size());
  svg.text(kPictureLeft, 20, "Carbon intensity, " + zone, "bold");
  const Plot chart(svg, {kPictureLeft, kTop, kPlotWidth, kChart}, from, until,
                   scale_of(t.intensity));
  const auto ticks =
      time_ticks(t.from, t.from + t.bucket * static_cast<Millis::rep>(t.intensity.size()));
  chart.grid_x(ticks);
  chart.grid_y("gCO2eq/kWh");
  for (const Tick& tick : ticks) chart.tick_x(tick.at, tick.label);
  svg.text(kPictureLeft + kPlotWidth, kTop - 8, "time in UTC", "muted", "end");
  chart.line(steps(t, from, bucket), "series");

  std::uint32_t most = 1;
  for (std::size_t i = 0; i < panels; ++i)
    for (const std::uint32_t jobs : t.starts[i].jobs) most = std::max(most, jobs);
  double top = kTop + kChart + 20 + kGap;
  for (std::size_t i = 0; i < panels; ++i, top += kPanel + kGap) {
    const auto& starts = t.starts[i];
    const Plot panel(svg, {kPictureLeft, top, kPlotWidth, kPanel}, from, until,
                     Scale::around(0, most, 2));
    panel.grid_x(ticks);
    panel.grid_y("");
    svg.text(kPictureLeft, top - 8,
             fmt::format("Jobs that start, {} (per {})", cli::printable(starts.label, 100),
                         format_duration(t.bucket)));
    for (std::size_t k = 0; k < std::min(starts.jobs.size(), t.intensity.size()); ++k) {
      const double begin = from + bucket * static_cast<double>(k);
      panel.bar(begin, begin + bucket, starts.jobs[k], bar_class(starts.label));
    }
  }
  return svg.str();
}

}  // namespace karbonetes::simulate
