// Random step functions and starts for property tests, and an oracle that looks at every
// millisecond that could matter: slow, and obviously right.
#pragma once

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

#include "api/v1alpha1/policy.hpp"
#include "carbon/forecast.hpp"

namespace karbonetes::plan {

struct Case {
  std::shared_ptr<const carbon::Forecast> forecast;
  Millis duration{0};
  TimePoint now{}, deadline{};
};

class Traces {
 public:
  explicit Traces(unsigned seed) : random_(seed) {}

  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n));
  }
  bool coin() { return below(2) == 0; }

  // Steps of equal or of odd lengths; values that repeat often, so that there are ties.
  carbon::Series<carbon::Average> series() {
    carbon::Series<carbon::Average> s;
    TimePoint t = kOrigin;
    const bool even = coin();
    const bool coarse = coin();
    for (auto n = 2 + below(60); n > 0; --n) {
      const auto value = coarse ? 50 * (1 + below(6)) : 1 + below(900);
      s.points.push_back({t, carbon::Intensity<carbon::Average>(static_cast<double>(value))});
      t += even ? Millis(300'000) : Millis(1 + below(600'000));
    }
    s.end = t;
    s.observed_until = kOrigin;
    return s;
  }

  Case next() {
    Case c;
    c.forecast = carbon::Forecast::prepare(series());
    const auto length = (c.forecast->end() - kOrigin).count();
    c.duration = Millis(1 + below(coin() ? 3 * length : length / 4 + 1));
    c.now = kOrigin + Millis(below(length));
    c.deadline = c.now + Millis(1 + below(length));
    return c;
  }

  static constexpr TimePoint kOrigin = TimePoint(std::chrono::seconds(1'795'000'000));

 private:
  std::mt19937_64 random_;
};

// Mean over [s, s + d) by walking the steps: no prefix sums.
inline double mean_by_hand(const carbon::Forecast& f, TimePoint s, Millis d) {
  double sum = 0;
  for (TimePoint t = s; t < s + d;) {
    const auto after = std::ranges::upper_bound(f.starts(), t);
    TimePoint next = after == f.starts().end() ? f.end() : *after;
    if (next <= t) next = s + d;  // beyond the end
    next = std::min(next, s + d);
    sum += f.at(t) * static_cast<double>((next - t).count());
    t = next;
  }
  return sum / static_cast<double>(d.count());
}

// All starts in [now, latest] at which the best may be: edges, edges less the duration, and both
// ends.
inline std::vector<TimePoint> starts_of(const Case& c) {
  const TimePoint latest = std::max(c.now, std::min(c.deadline, c.forecast->end() - Millis(1)));
  std::vector<TimePoint> out{c.now, latest};
  std::vector<TimePoint> edges(c.forecast->starts().begin(), c.forecast->starts().end());
  edges.push_back(c.forecast->end());
  for (const TimePoint t : edges) {
    for (const TimePoint s : {t, t - c.duration}) {
      if (s > c.now && s < latest) out.push_back(s);
    }
  }
  std::ranges::sort(out);
  return out;
}

}  // namespace karbonetes::plan
