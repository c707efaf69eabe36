#include "simulate/timeline.hpp"

#include <algorithm>

namespace karbonetes::simulate {

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

void add_starts(Timeline& timeline, std::string label, const std::vector<Ran>& runs) {
  Timeline::Starts starts{std::move(label),
                          std::vector<std::uint32_t>(timeline.intensity.size(), 0)};
  for (const Ran& run : runs) {
    if (run.started < timeline.from) continue;
    const auto bucket = static_cast<std::size_t>((run.started - timeline.from) / timeline.bucket);
    if (bucket < starts.jobs.size()) ++starts.jobs[bucket];
  }
  timeline.starts.push_back(std::move(starts));
}

}  // namespace karbonetes::simulate
