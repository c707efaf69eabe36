#include "plan/deadline.hpp"

#include <algorithm>

namespace karbonetes::plan {

namespace {

// Kept for starting, whatever a Job says of its duration: a pod may need a new node first.
constexpr Millis kLeastRoom = std::chrono::seconds(10);

const char* name(ConcurrencyPolicy concurrency) {
  switch (concurrency) {
    case ConcurrencyPolicy::Allow:
      return "Allow";
    case ConcurrencyPolicy::Forbid:
      return "Forbid";
    case ConcurrencyPolicy::Replace:
      return "Replace";
  }
  return "Allow";
}

}  // namespace

Deadline deadline_from(TimePoint started_from, Millis max_delay) {
  return {started_from + max_delay, false,
          "maxDelay " + format_duration(max_delay) + " after " + format_rfc3339(started_from)};
}

Deadline cap_for_cron(Deadline deadline, const CronFacts& cron, TimePoint scheduled_at,
                      std::optional<Millis> expected_duration) {
  if (cron.concurrency == ConcurrencyPolicy::Allow) return deadline;
  const auto cap = [&](TimePoint at, std::string why) {
    return at < deadline.at ? Deadline{at, true, std::move(why)} : deadline;
  };
  const auto schedule = CronSchedule::parse(cron.schedule, cron.time_zone);
  if (!schedule) {
    return cap(scheduled_at, "no waiting: the CronJob's schedule cannot be read (" +
                                 schedule.error().message + ")");
  }
  const auto tick = schedule->next_after(scheduled_at);
  if (!tick) return deadline;  // no later tick to starve
  const std::string next = "next tick of CronJob at " + format_rfc3339(*tick) + " (" +
                           name(cron.concurrency) + "), less ";
  const Millis half = (*tick - scheduled_at) / 2;
  if (!expected_duration) {
    return cap(*tick - half,
               next + format_duration(half) + ": half of the interval, as the duration is unknown");
  }
  // Even the shortest Job needs time to start before its successor comes; a long one does not start
  // before its own tick.
  const Millis room = std::max(*expected_duration, std::min(half, kLeastRoom));
  return cap(std::max(*tick - room, scheduled_at), next + format_duration(room) + " expected");
}

}  // namespace karbonetes::plan
