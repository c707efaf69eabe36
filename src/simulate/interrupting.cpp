#include "simulate/interrupting.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>
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

void add_to(std::vector<carbon::Interval>& intervals, TimePoint from, TimePoint to) {
  if (!intervals.empty() && intervals.back().end == from) {
    intervals.back().end = to;
  } else {
    intervals.push_back({from, to});
  }
}

class Schedule {
 public:
  Schedule(const carbon::Forecast& actual, std::vector<carbon::Interval>* intervals)
      : actual_(actual), intervals_(intervals) {}
  void add(TimePoint from, TimePoint to) {
    if (to <= from) return;
    if (intervals_ != nullptr) add_to(*intervals_, from, to);
    if (empty_) out_.started = from;
    empty_ = false;
    out_.finished = std::max(out_.finished, to);
    out_.integral += actual_.integral_until(to) - actual_.integral_until(from);
  }
  [[nodiscard]] const Pieces& pieces() const { return out_; }

 private:
  const carbon::Forecast& actual_;
  std::vector<carbon::Interval>* intervals_;
  Pieces out_;
  bool empty_ = true;
};

// One step of the forecast, as far as it lies in the span.
struct Step {
  double cost;  // as seen
  std::uint32_t number;
  Millis length;

  bool operator<(const Step& other) const {
    return cost < other.cost || (cost == other.cost && number < other.number);
  }
};

// Sorts the steps that are cheap enough to run in full before all others, and after them the one
// that is needed in part (or just in full). Returns how many come before that one, and how much of
// it is needed. `steps` are longer than what is needed.
std::pair<std::size_t, Millis> cheapest_first(std::vector<Step>& steps, Millis needed) {
  // A quickselect by length in place of number; where all are equally long the first guess is it.
  auto begin = steps.begin();
  auto end = steps.end();
  for (;;) {
    const Millis usual = std::max((begin + (end - begin) / 2)->length, Millis(1));
    const auto guess = (needed + usual - Millis(1)) / usual - 1;
    const auto middle = begin + std::clamp<std::ptrdiff_t>(guess, 0, end - begin - 1);
    std::nth_element(begin, middle, end);
    Millis cheaper{0};
    for (auto it = begin; it != middle; ++it) cheaper += it->length;
    if (cheaper < needed && (needed <= cheaper + middle->length || end - middle == 1))
      return {static_cast<std::size_t>(middle - steps.begin()), needed - cheaper};
    if (cheaper >= needed) {
      end = middle;
    } else {
      needed -= cheaper + middle->length;
      begin = middle + 1;
    }
  }
}

}  // namespace

Pieces wait_awhile(const carbon::Forecast& seen, const carbon::Forecast& actual, TimePoint from,
                   Millis duration, Millis delay, std::vector<carbon::Interval>* intervals) {
  static thread_local std::vector<Step> steps;  // of one call; kept for its memory
  steps.clear();
  const TimePoint latest = from + duration + delay;
  const auto starts = seen.starts();
  const auto values = seen.values();
  const std::size_t first = seen.step_at(from);
  // Beyond the series there is no step: what is left of the span is one, at the mean.
  for (std::size_t i = first; i <= starts.size(); ++i) {
    const TimePoint begin = i < starts.size() ? starts[i] : seen.end();
    const TimePoint end = i + 1 < starts.size() ? starts[i + 1]
                          : i < starts.size()   ? seen.end()
                                                : TimePoint::max();
    if (begin >= latest) break;
    const Millis length = std::min(end, latest) - (i == first ? from : std::max(begin, from));
    if (length <= Millis(0)) continue;
    steps.push_back(
        {i < starts.size() ? values[i] : seen.mean(), static_cast<std::uint32_t>(i), length});
  }
  const auto [full, missing] = cheapest_first(steps, duration);
  steps[full].length = missing;
  steps.resize(full + 1);

  const std::size_t offset = actual.step_at(starts.front());
  const auto start_of = [&](std::uint32_t number) {
    const TimePoint begin = number < starts.size() ? starts[number] : seen.end();
    return number == first ? from : std::max(begin, from);
  };
  Pieces out;
  std::uint32_t earliest = steps.front().number;
  const Step* last = &steps.front();
  for (const Step& step : steps) {
    const std::size_t at = step.number + offset;
    out.integral += (at < actual.values().size() ? actual.values()[at] : actual.mean()) *
                    static_cast<double>(step.length.count());
    earliest = std::min(earliest, step.number);
    if (step.number > last->number) last = &step;
  }
  out.started = start_of(earliest);
  out.finished = start_of(last->number) + last->length;
  if (intervals != nullptr) {
    std::ranges::sort(steps, {}, &Step::number);
    for (const Step& step : steps) {
      const TimePoint begin = start_of(step.number);
      add_to(*intervals, begin, begin + step.length);
    }
  }
  return out;
}

Pieces ecovisor(const carbon::Forecast& seen, const carbon::Forecast& actual, TimePoint from,
                Millis duration, Millis delay, double threshold,
                std::vector<carbon::Interval>* intervals) {
  Schedule out(actual, intervals);
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
