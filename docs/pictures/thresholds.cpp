// What is green under a threshold: one percentile in two zones, and hysteresis.
#include <fmt/format.h>

#include "carbon/green.hpp"
#include "chart.hpp"
#include "pictures.hpp"
#include "trace.hpp"

namespace karbonetes::pictures {

using std::chrono::hours;

Picture percentiles() {
  svg::Svg svg(
      860, 440, "One percentile, two zones",
      "Two zones over 48 hours, one between 20 and 90 and one between 380 and 760 gCO2eq/kWh. "
      "The lowest 30 percent of the time is shaded: in both zones the night and the midday. A "
      "threshold of 200 g/kWh would be green always in the first and never in the second.");
  svg.text(20, 22, "percentile: {percent: 30, horizon: 48h}, in two zones", "bold");
  svg.text(20, 38, "gCO2eq/kWh; time in UTC; green is shaded", "muted");
  double top = 54;
  for (const auto& [low, high, step] :
       {std::tuple{20.0, 90.0, 25.0}, std::tuple{380.0, 760.0, 200.0}}) {
    const auto forecast = two_days(low, high, 0.06, 7);
    const auto green =
        carbon::green_intervals(*forecast, carbon::PercentileThreshold{30, hours(48), 0.05});
    Chart chart(svg,
                {50, top, 680, 150, kMidnight, kMidnight + hours(48), low < 100 ? 100.0 : 800.0},
                step);
    chart.shade(green->intervals);
    chart.series(*forecast);
    chart.threshold(green->below, fmt::format("{:.0f} g/kWh", green->below), "dash");
    chart.label_hours();
    top += 195;
  }
  return {"percentile.svg", svg.str()};
}

Picture hysteresis() {
  constexpr double kBelow = 300;
  constexpr double kHysteresis = 0.2;
  const auto forecast = two_days(120, 480, 0.22, 11);
  const auto green_with = [&](double h) {
    return carbon::green_intervals(
        *forecast, carbon::AbsoluteThreshold{carbon::Intensity<carbon::Average>(kBelow), h});
  };
  const auto plain = green_with(0);
  const auto damped = green_with(kHysteresis);
  svg::Svg svg(
      860, 310, "Hysteresis",
      fmt::format("A noisy series around a threshold of {:.0f} gCO2eq/kWh. Without hysteresis "
                  "it is green in {} intervals; with a hysteresis of {} what is green stays so "
                  "up to {:.0f} g/kWh, and there are {}.",
                  kBelow, plain->intervals.size(), kHysteresis, damped->until_above,
                  damped->intervals.size()));
  svg.text(20, 22, "A threshold without hysteresis, and with one of 20 %", "bold");
  svg.text(20, 38, "gCO2eq/kWh; time in UTC; when it is green, below", "muted");
  Chart chart(svg, {50, 50, 660, 170, kMidnight, kMidnight + hours(48), 500}, 100);
  chart.series(*forecast);
  chart.threshold(damped->until_above, "green until above", "dots");
  chart.threshold(kBelow, "green at or below", "dash");
  chart.label_hours();
  double y = 254;
  for (const auto& [name, green] : {std::pair{"without", plain}, {"with", damped}}) {
    for (const auto& i : green->intervals)
      svg.rect(chart.x(i.start), y, chart.x(i.end) - chart.x(i.start), 14, "d");
    svg.text(716, y + 11, fmt::format("{}: {} intervals", name, green->intervals.size()));
    y += 24;
  }
  return {"hysteresis.svg", svg.str()};
}

}  // namespace karbonetes::pictures
