#include "simulate/timeline.hpp"

#include <algorithm>

namespace karbonetes::simulate {

namespace {
constexpr Millis kMinute = std::chrono::minutes(1);
}

Timeline timeline_of(const Trace& trace, TimePoint from, TimePoint until, std::size_t most) {
  using std::chrono::hours;
  using std::chrono::minutes;
  Timeline out;
  out.zone = trace.zone;
  out.bucket = hours(24 * 7);
  for (const Millis bucket :
       {Millis(minutes(5)), Millis(minutes(15)), Millis(minutes(30)), Millis(hours(1)),
        Millis(hours(3)), Millis(hours(6)), Millis(hours(12)), Millis(hours(24))}) {
    if ((until - from) / bucket < static_cast<Millis::rep>(most)) {
      out.bucket = bucket;
      break;
    }
  }
  // Buckets begin where people look for them: at full hours, at midnight.
  out.from = TimePoint(from.time_since_epoch() / out.bucket * out.bucket);
  for (TimePoint t = out.from; t < until; t += out.bucket)
    out.intensity.push_back(trace.actual->mean_over(t, out.bucket));
  return out;
}

StartCounts starts_of(const std::vector<Ran>& runs) {
  StartCounts out;
  if (runs.empty()) return out;
  const auto [first, last] = std::ranges::minmax_element(runs, {}, &Ran::started);
  out.from = std::chrono::floor<std::chrono::minutes>(first->started);
  out.minutes.resize(static_cast<std::size_t>((last->started - out.from) / kMinute) + 1, 0);
  for (const Ran& run : runs)
    ++out.minutes[static_cast<std::size_t>((run.started - out.from) / kMinute)];
  return out;
}

void add_starts(Timeline& timeline, std::string label, const StartCounts& counts) {
  Timeline::Starts starts{std::move(label),
                          std::vector<std::uint32_t>(timeline.intensity.size(), 0)};
  for (std::size_t i = 0; i < counts.minutes.size(); ++i) {
    const TimePoint at = counts.from + kMinute * static_cast<Millis::rep>(i);
    if (at < timeline.from) continue;
    const auto bucket = static_cast<std::size_t>((at - timeline.from) / timeline.bucket);
    if (bucket < starts.jobs.size()) starts.jobs[bucket] += counts.minutes[i];
  }
  timeline.starts.push_back(std::move(starts));
}

}  // namespace karbonetes::simulate
