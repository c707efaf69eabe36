#include "simulate/interrupting.hpp"

#include <algorithm>
#include <vector>

namespace karbonetes::simulate {

namespace {

// The instant at which the step that holds t ends; beyond the series: never.
TimePoint end_of_step(const carbon::Forecast& forecast, TimePoint t) {
  const auto starts = forecast.starts();
  if (t < starts.front()) return starts.front();
  const std::size_t step = forecast.step_at(t);
  if (step + 1 < starts.size()) return starts[step + 1];
  return t < forecast.end() ? forecast.end() : TimePoint::max();
}

class Schedule {
 public:
  explicit Schedule(const carbon::Forecast& actual) : actual_(actual) {}
  void add(TimePoint from, TimePoint to) {
    if (to <= from) return;
    if (empty_) out_.started = from;
    empty_ = false;
    out_.finished = std::max(out_.finished, to);
    out_.integral += actual_.integral_until(to) - actual_.integral_until(from);
  }
  [[nodiscard]] const Pieces& pieces() const { return out_; }

 private:
  const carbon::Forecast& actual_;
  Pieces out_;
  bool empty_ = true;
};

struct Step {
  TimePoint from, to;
  double cost;
};

}  // namespace

Pieces wait_awhile(const carbon::Forecast& seen, const carbon::Forecast& actual, TimePoint from,
                   Millis duration, Millis delay) {
  static thread_local std::vector<Step> steps;  // of one call; kept for its memory
  steps.clear();
  const TimePoint latest = from + duration + delay;
  for (TimePoint t = from; t < latest;) {
    const TimePoint next = std::min(end_of_step(seen, t), latest);
    steps.push_back({t, next, seen.at(t)});
    t = next;
  }
  // The dearest step that is needed: all that are cheaper run in full.
  const auto before = [](const Step& a, const Step& b) {
    return a.cost < b.cost || (a.cost == b.cost && a.from < b.from);
  };
  Millis missing = duration;
  auto begin = steps.begin();
  auto end = steps.end();
  while (end - begin > 1) {  // a quickselect by length in place of number
    const auto middle = begin + (end - begin) / 2;
    std::nth_element(begin, middle, end, before);
    Millis cheaper{0};
    for (auto it = begin; it != middle; ++it) cheaper += it->to - it->from;
    if (cheaper >= missing) {
      end = middle;
    } else {
      missing -= cheaper;
      begin = middle;
    }
  }
  Schedule out(actual);
  for (auto it = steps.begin(); it != begin; ++it) out.add(it->from, it->to);
  if (begin != end) out.add(begin->from, begin->from + missing);
  Pieces pieces = out.pieces();
  for (auto it = steps.begin(); it != end; ++it)
    pieces.started = std::min(pieces.started, it->from);
  return pieces;
}

Pieces ecovisor(const carbon::Forecast& seen, const carbon::Forecast& actual, TimePoint from,
                Millis duration, Millis delay, double threshold) {
  Schedule out(actual);
  Millis left = duration;
  for (TimePoint t = from; left > Millis(0);) {
    const TimePoint next = end_of_step(seen, t);
    if (seen.at(t) < threshold || delay <= Millis(0)) {
      const TimePoint to = delay <= Millis(0) ? t + left : std::min(next, t + left);
      out.add(t, to);
      left -= to - t;
      t = to;
    } else {
      const TimePoint to = std::min(next, t + delay);
      delay -= to - t;
      t = to;
    }
  }
  return out.pieces();
}

}  // namespace karbonetes::simulate
