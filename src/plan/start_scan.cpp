#include "plan/start_scan.hpp"

#include <algorithm>
#include <limits>

namespace karbonetes::plan {

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

// How many starts first, first + every, ... lie up to and including `latest`.
std::size_t count(TimePoint first, Millis every, TimePoint latest) {
  return latest < first ? 0 : static_cast<std::size_t>((latest - first) / every) + 1;
}

// The first instant of the grid origin + n x every that is after t.
TimePoint next_on(TimePoint origin, Millis every, TimePoint t) {
  const Millis past = t - origin;
  const auto whole = past / every - (past % every < Millis(0) ? 1 : 0);  // rounded down
  return origin + every * (whole + 1);
}

double lowest_of(const double* costs, std::size_t size) {
  double out = kNever;
  for (std::size_t i = 0; i < size; ++i) out = costs[i] < out ? costs[i] : out;
  return out;
}

}  // namespace

bool StartScan::fits(const carbon::Forecast& forecast, TimePoint now, TimePoint latest) {
  const Millis step = forecast.regular_step();
  return step > Millis(0) && (latest - now) / step < static_cast<Millis::rep>(kMaxSteps);
}

StartScan::StartScan(const carbon::Forecast& forecast, Millis duration, TimePoint now,
                     TimePoint latest) {
  const Millis step = forecast.regular_step();
  const TimePoint origin = forecast.begin();
  const auto n = forecast.values().size();
  const double* value = forecast.values().data();
  const double* integral = forecast.integrals().data();
  const double inverse = 1 / static_cast<double>(duration.count());
  // A run that begins at a step ends `into` the step that is `whole` further on.
  const auto whole = static_cast<std::size_t>(duration / step);
  const auto into = static_cast<double>((duration % step).count());

  // Runs within the series go through the arrays, the others are asked for one by one.
  begins_.every = ends_.every = step;
  begins_.first = std::max(next_on(origin, step, now), origin);
  begins_.size = std::min(count(begins_.first, step, latest), begins_.costs.size());
  const auto from = static_cast<std::size_t>((begins_.first - origin) / step);
  const std::size_t inside = from + whole >= n ? 0 : std::min(begins_.size, n - from - whole);
  for (std::size_t i = 0; i < inside; ++i) {
    const std::size_t end = from + i + whole;
    begins_.costs[i] = (integral[end] + value[end] * into - integral[from + i]) * inverse;
  }
  for (std::size_t i = inside; i < begins_.size; ++i)
    begins_.costs[i] = forecast.mean_over(begins_.at(i), duration);

  if (into == 0) return;  // a run that ends at a step begins at one
  // The step in which such a run begins, and how far into it.
  const double before = static_cast<double>(step.count()) - into;
  ends_.first = next_on(origin - duration, step, now);
  ends_.size = std::min(count(ends_.first, step, std::min(latest, forecast.end() - duration)),
                        ends_.costs.size());
  // Runs that begin before the series are asked for one by one, and the one that ends with it.
  std::size_t i = 0;
  for (; i < ends_.size && ends_.at(i) < origin; ++i)
    ends_.costs[i] = forecast.mean_over(ends_.at(i), duration);
  if (i == ends_.size) return;
  const auto start = static_cast<std::size_t>((ends_.at(i) - origin) / step);
  const std::size_t end = start + whole + 1;
  const std::size_t fast = end >= n ? 0 : std::min(ends_.size - i, n - end);
  for (std::size_t k = 0; k < fast; ++k) {
    ends_.costs[i + k] =
        (integral[end + k] - integral[start + k] - value[start + k] * before) * inverse;
  }
  for (i += fast; i < ends_.size; ++i) ends_.costs[i] = forecast.mean_over(ends_.at(i), duration);
}

double StartScan::lowest() const {
  return std::min(lowest_of(begins_.costs.data(), begins_.size),
                  lowest_of(ends_.costs.data(), ends_.size));
}

template <class Good>
std::optional<Start> StartScan::earliest(const Good& good) const {
  std::optional<Start> out;
  for (const Starts* starts : {&begins_, &ends_}) {
    for (std::size_t i = 0; i < starts->size; ++i) {
      if (out && starts->at(i) >= out->at) break;
      if (!good(starts->at(i), starts->costs[i])) continue;
      out = Start{starts->at(i), starts->costs[i]};
      break;
    }
  }
  return out;
}

std::optional<Start> StartScan::first_at_most(double cost) const {
  return earliest([&](TimePoint, double c) { return c <= cost; });
}

double StartScan::best(const SavingRates::From& from) const {
  double out = -kNever;
  for (const Starts* starts : {&begins_, &ends_}) {
    for (std::size_t i = 0; i < starts->size; ++i)
      out = std::max(out, from.rate(starts->at(i), starts->costs[i]));
  }
  return out;
}

std::optional<Start> StartScan::first_at_least(double rate, const SavingRates::From& from) const {
  return earliest([&](TimePoint at, double cost) { return from.rate(at, cost) >= rate; });
}

}  // namespace karbonetes::plan
