#include "trace.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace karbonetes::pictures {

namespace {

// A hill around `hour` of the day, `width` hours wide.
double hill(double at, double hour, double width) {
  const double x = (at - hour) / width;
  return std::exp(-x * x);
}

}  // namespace

std::shared_ptr<const carbon::Forecast> two_days(double low, double high, double noise,
                                                 unsigned seed) {
  std::mt19937 random(seed);
  std::vector<double> raw;
  for (int i = 0; i < 96; ++i) {
    const double at = i / 2.0;
    const double wind = at > 24 ? -0.15 * (at - 24) / 24 : 0;  // it freshens on the second day
    raw.push_back(0.6 + wind + 0.45 * (hill(at, 19, 2.5) + hill(at, 43, 2.5)) -
                  0.2 * (hill(at, 2.5, 2.5) + hill(at, 26.5, 2.5)) +
                  0.1 * (hill(at, 8, 1.5) + hill(at, 32, 1.5)) - 0.42 * hill(at, 13, 2.2) -
                  0.5 * hill(at, 37, 2.8) +
                  noise * (static_cast<double>(random() % 1001) / 1000 - 0.5));
  }
  const auto [least, most] = std::ranges::minmax(raw);
  carbon::Series<carbon::Average> s;
  for (const double r : raw) {
    const double grams = std::round(low + (high - low) * (r - least) / (most - least));
    s.points.push_back({kMidnight + std::chrono::minutes(30) * static_cast<int>(s.points.size()),
                        carbon::Intensity<carbon::Average>(grams)});
  }
  s.end = kMidnight + std::chrono::hours(48);
  s.observed_until = kMidnight;
  return carbon::Forecast::prepare(std::move(s));
}

}  // namespace karbonetes::pictures
