// One Job, followed from decision to decision as the controller would, under each strategy.
#include <fmt/format.h>

#include <array>

#include "chart.hpp"
#include "pictures.hpp"
#include "plan/decide.hpp"
#include "trace.hpp"

namespace karbonetes::pictures {

namespace {

using std::chrono::hours;

constexpr TimePoint kSubmitted = kMidnight + hours(16);
constexpr TimePoint kDeadline = kSubmitted + hours(24);
constexpr Millis kDuration = hours(4);

carbon::Signal signal(std::shared_ptr<const carbon::Forecast> forecast) {
  carbon::Signal out;
  out.source = "trace";
  out.observed_at = kSubmitted;
  out.says_green = false;
  out.forecast = std::move(forecast);
  return out;
}

policy::ResolvedPolicy policy(api::Strategy strategy) {
  auto p = std::make_shared<api::Policy>();
  p->spec.strategy = strategy;
  p->spec.expected_duration = kDuration;
  p->spec.green = carbon::PercentileThreshold{30, hours(48), 0.05};
  policy::PolicySet set;
  set.by_key["docs/default"] = std::move(p);
  return policy::resolve(set, "docs", {}, "karbonetes-system");
}

TimePoint started(const policy::ResolvedPolicy& resolved, const carbon::Signal& grid) {
  TimePoint now = kSubmitted;
  for (;;) {
    const auto d = plan::decide(resolved, grid, kDeadline, now, kSubmitted);
    if (d.action == plan::Action::Release) return now;
    now = d.next_check;
  }
}

std::string clock(TimePoint t) {
  return format_rfc3339(t).substr(11, 5) + (t >= kMidnight + hours(24) ? " next day" : "");
}

}  // namespace

Picture strategies() {
  const auto forecast = two_days(110, 480, 0.06, 7);
  const auto grid = signal(forecast);
  const double at_once = forecast->mean_over(kSubmitted, kDuration);

  struct Row {
    std::string name, css;
    TimePoint start;
  };
  std::vector<Row> rows{{"at once", "muted", kSubmitted}};
  constexpr std::array kColours{"d", "b", "a", "c"};
  for (const auto s : {api::Strategy::FirstGreen, api::Strategy::LowestSlot,
                       api::Strategy::LowestWindow, api::Strategy::CarbonTime}) {
    rows.push_back(
        {api::name(s), kColours.at(static_cast<std::size_t>(s)), started(policy(s), grid)});
  }

  std::string words =
      "Carbon intensity over 36 hours, and when a job of four hours, submitted at 16:00 with a "
      "maxDelay of 24 hours, starts.";
  for (const Row& row : rows)
    words += fmt::format(" {}: {}, {:.0f} g/kWh.", row.name, clock(row.start),
                         forecast->mean_over(row.start, kDuration));
  svg::Svg svg(880, 400, "Where each strategy starts a Job", words);
  svg.text(20, 22, "One Job of 4 h, submitted at 16:00, maxDelay 24 h", "bold");
  svg.text(20, 38, "gCO2eq/kWh; time in UTC", "muted");
  Chart chart(svg, {50, 50, 560, 180, kMidnight + hours(12), kMidnight + hours(48), 500}, 100);
  chart.series(*forecast);
  chart.label_hours();
  for (const auto& [t, label] : {std::pair{kSubmitted, "submitted"}, {kDeadline, "deadline"}}) {
    svg.line(chart.x(t), 50, chart.x(t), 390, "dash");
    svg.text(chart.x(t) + 4, 224, label, "muted");
  }
  double y = 266;
  for (const Row& row : rows) {
    svg.rect(chart.x(kSubmitted), y + 5, chart.x(row.start) - chart.x(kSubmitted), 6, "wait");
    svg.rect(chart.x(row.start), y, chart.x(row.start + kDuration) - chart.x(row.start), 16,
             row.css);
    const double grams = forecast->mean_over(row.start, kDuration);
    svg.text(622, y + 12, row.name, "bold");
    svg.text(728, y + 12,
             fmt::format("{:.0f} g/kWh, {:.0f} % saved", grams, 100 * (1 - grams / at_once)), "fg");
    y += 25;
  }
  return {"strategies.svg", svg.str()};
}

}  // namespace karbonetes::pictures
