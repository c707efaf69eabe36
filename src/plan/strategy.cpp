#include "plan/strategy.hpp"

#include <algorithm>
#include <cmath>

#include "plan/cost_table.hpp"
#include "plan/saving_rate.hpp"

namespace karbonetes::plan {

namespace {

constexpr double kEqual = 1e-9;  // relative: what is closer than this is the same

// The range of starts to choose from: now, the table's starts [begin, end) between, and the latest.
struct Range {
  TimePoint now, latest;
  std::size_t begin, end;
};

Range range_of(const CostTable& table, TimePoint now, TimePoint latest) {
  return {now, latest, table.first_after(now), table.first_after(latest)};
}

// Differences below this are rounding.
double tolerance(const carbon::Forecast& forecast, double lowest) {
  return kEqual * std::max(std::abs(lowest), std::abs(forecast.mean()));
}

struct Start {
  TimePoint at;
  double cost;
};

// The earliest of the lowest costs in the range. The tolerance does not depend on `now`: asked
// again at the start that it answered, it answers the same.
Start cheapest(const carbon::Forecast& forecast, const CostTable& table, const Range& range,
               const Start& now, const Start& latest) {
  const double lowest = std::min({now.cost, latest.cost, table.lowest(range.begin, range.end)});
  const double enough = lowest + tolerance(forecast, lowest);
  if (now.cost <= enough) return now;
  if (const auto i = table.first_at_most(enough, range.begin, range.end))
    return {table.start(*i), table.cost(*i)};
  return latest;
}

Start lowest_slot(const carbon::Forecast& forecast, TimePoint now, TimePoint latest) {
  const auto table = CostTable::of_slots(forecast);
  // The latest moment lies in a step that began before: it is no candidate of its own.
  const Start at_now{now, forecast.at(now)};
  return cheapest(forecast, *table, range_of(*table, now, latest), at_now, at_now);
}

Start lowest_window(const carbon::Forecast& forecast, Millis duration, TimePoint now,
                    TimePoint latest) {
  const auto table = CostTable::of_runs(forecast, duration);
  return cheapest(forecast, *table, range_of(*table, now, latest),
                  {now, forecast.mean_over(now, duration)},
                  {latest, forecast.mean_over(latest, duration)});
}

Start carbon_time(const carbon::Forecast& forecast, Millis duration, TimePoint submitted,
                  TimePoint now, TimePoint latest) {
  const auto table = SavingRates::of_runs(forecast, duration);
  const CostTable& costs = table->costs();
  const Range range = range_of(costs, now, latest);
  const Start at_now{now, forecast.mean_over(now, duration)};
  const Start at_latest{latest, forecast.mean_over(latest, duration)};
  // Within one bend the rate is monotone, so one of these starts is the best of all.
  const SavingRates::From from{submitted - duration, forecast.mean_over(submitted, duration)};
  const double lowest =
      std::min({at_now.cost, at_latest.cost, costs.lowest(range.begin, range.end)});
  if (from.cost - lowest > tolerance(forecast, lowest)) {
    const double rate_now = from.rate(at_now.at, at_now.cost);
    const double rate_latest = from.rate(at_latest.at, at_latest.cost);
    const double enough =
        std::max({rate_now, rate_latest, table->best(from, range.begin, range.end)}) * (1 - kEqual);
    if (rate_now >= enough) return at_now;
    if (const auto i = table->first_at_least(enough, from, range.begin, range.end))
      return {costs.start(*i), costs.cost(*i)};
    if (rate_latest >= enough) return at_latest;
  }
  return cheapest(forecast, costs, range, at_now, at_latest);
}

}  // namespace

std::optional<double> saving_of(double cost_now, double cost_later) {
  if (!(cost_now > 0)) return std::nullopt;
  return std::clamp(1 - cost_later / cost_now, 0.0, 1.0);
}

std::optional<double> StartPlan::saving() const { return saving_of(cost_now, cost_at_start); }

double start_cost(const carbon::Forecast& forecast, std::optional<Millis> expected_duration,
                  TimePoint t) {
  return forecast.mean_over(t, expected_duration.value_or(Millis(0)));
}

std::optional<StartPlan> plan_start(api::Strategy strategy, const carbon::Forecast& forecast,
                                    std::optional<Millis> expected_duration, TimePoint now,
                                    TimePoint deadline, std::optional<TimePoint> submitted) {
  if (strategy == api::Strategy::FirstGreen || !forecast.reaches_beyond(now)) return std::nullopt;
  const Millis duration = expected_duration.value_or(Millis(0));
  if (duration <= Millis(0)) strategy = api::Strategy::LowestSlot;
  const TimePoint latest = std::max(now, std::min(deadline, forecast.end() - Millis(1)));
  if (strategy == api::Strategy::LowestSlot) {
    const Start start = lowest_slot(forecast, now, latest);
    return StartPlan{start.at, forecast.at(now), start.cost, strategy};
  }
  const Start start =
      strategy == api::Strategy::LowestWindow
          ? lowest_window(forecast, duration, now, latest)
          : carbon_time(forecast, duration, std::min(submitted.value_or(now), now), now, latest);
  return StartPlan{start.at, forecast.mean_over(now, duration), start.cost, strategy};
}

}  // namespace karbonetes::plan
