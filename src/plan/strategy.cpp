#include "plan/strategy.hpp"

#include <algorithm>
#include <cmath>

#include "plan/cost_table.hpp"
#include "plan/saving_rate.hpp"
#include "plan/start_scan.hpp"

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

// What the strategies ask of the starts after now and up to the latest: either of these.
class TableOfCosts {
 public:
  TableOfCosts(const CostTable& table, const Range& range) : table_(table), range_(range) {}
  [[nodiscard]] double lowest() const { return table_.lowest(range_.begin, range_.end); }
  [[nodiscard]] std::optional<Start> first_at_most(double cost) const {
    return start(table_.first_at_most(cost, range_.begin, range_.end));
  }

 protected:
  [[nodiscard]] std::optional<Start> start(std::optional<std::size_t> i) const {
    if (!i) return std::nullopt;
    return Start{table_.start(*i), table_.cost(*i)};
  }
  const CostTable& table_;
  const Range range_;
};

class TableOfRates : public TableOfCosts {
 public:
  TableOfRates(const SavingRates& rates, const Range& range)
      : TableOfCosts(rates.costs(), range), rates_(rates) {}
  [[nodiscard]] double best(const SavingRates::From& from) const {
    return rates_.best(from, range_.begin, range_.end);
  }
  [[nodiscard]] std::optional<Start> first_at_least(double rate,
                                                    const SavingRates::From& from) const {
    return start(rates_.first_at_least(rate, from, range_.begin, range_.end));
  }

 private:
  const SavingRates& rates_;
};

// The earliest of the lowest costs. The tolerance does not depend on `now`: asked again at the
// start that it answered, it answers the same.
template <class Starts>
Start cheapest(const carbon::Forecast& forecast, const Starts& starts, const Start& now,
               const Start& latest) {
  const double lowest = std::min({now.cost, latest.cost, starts.lowest()});
  const double enough = lowest + tolerance(forecast, lowest);
  if (now.cost <= enough) return now;
  return starts.first_at_most(enough).value_or(latest);
}

Start lowest_slot(const carbon::Forecast& forecast, TimePoint now, TimePoint latest) {
  const auto table = CostTable::of_slots(forecast);
  // The latest moment lies in a step that began before: it is no candidate of its own.
  const Start at_now{now, forecast.at(now)};
  return cheapest(forecast, TableOfCosts(*table, range_of(*table, now, latest)), at_now, at_now);
}

// A start now and at the latest moment, which need not be bends.
struct Edges {
  Start now, latest;
};
Edges edges_of(const carbon::Forecast& forecast, Millis duration, TimePoint now, TimePoint latest) {
  return {{now, forecast.mean_over(now, duration)}, {latest, forecast.mean_over(latest, duration)}};
}

Start lowest_window(const carbon::Forecast& forecast, Millis duration, TimePoint now,
                    TimePoint latest) {
  const Edges edges = edges_of(forecast, duration, now, latest);
  if (StartScan::fits(forecast, now, latest))
    return cheapest(forecast, StartScan(forecast, duration, now, latest), edges.now, edges.latest);
  const auto table = CostTable::of_runs(forecast, duration);
  return cheapest(forecast, TableOfCosts(*table, range_of(*table, now, latest)), edges.now,
                  edges.latest);
}

template <class Starts>
Start best_rate(const carbon::Forecast& forecast, const Starts& starts,
                const SavingRates::From& from, const Edges& edges) {
  // Within one bend the rate is monotone, so one of these starts is the best of all.
  const double lowest = std::min({edges.now.cost, edges.latest.cost, starts.lowest()});
  if (from.cost - lowest > tolerance(forecast, lowest)) {
    const double rate_now = from.rate(edges.now.at, edges.now.cost);
    const double rate_latest = from.rate(edges.latest.at, edges.latest.cost);
    const double enough = std::max({rate_now, rate_latest, starts.best(from)}) * (1 - kEqual);
    if (rate_now >= enough) return edges.now;
    if (const auto start = starts.first_at_least(enough, from)) return *start;
    if (rate_latest >= enough) return edges.latest;
  }
  return cheapest(forecast, starts, edges.now, edges.latest);
}

Start carbon_time(const carbon::Forecast& forecast, Millis duration, TimePoint submitted,
                  TimePoint now, TimePoint latest) {
  const Edges edges = edges_of(forecast, duration, now, latest);
  const SavingRates::From from{submitted - duration, forecast.mean_over(submitted, duration)};
  if (StartScan::fits(forecast, now, latest))
    return best_rate(forecast, StartScan(forecast, duration, now, latest), from, edges);
  const auto table = SavingRates::of_runs(forecast, duration);
  return best_rate(forecast, TableOfRates(*table, range_of(table->costs(), now, latest)), from,
                   edges);
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
