// The instant until which a Job may be held: fixed at admission from its creation (for a CronJob's
// child: its scheduled time) and maxDelay, and capped for children so that waiting never starves or
// breaks a CronJob. Pure.
#pragma once

#include <optional>
#include <string>

#include "base/time.hpp"
#include "plan/cron.hpp"

namespace karbonetes::plan {

enum class ConcurrencyPolicy { Allow, Forbid, Replace };

// What a Job's CronJob says, as far as waiting is concerned.
struct CronFacts {
  ConcurrencyPolicy concurrency = ConcurrencyPolicy::Allow;
  std::string schedule;
  std::string time_zone;  // empty: UTC
};

struct Deadline {
  TimePoint at;
  bool capped_by_cron = false;
  std::string why;  // "maxDelay 8h after creation" | "next tick of CronJob at ... (Forbid), less
                    // 10m expected"
};

// started_from: creationTimestamp, or the child's scheduled time.
[[nodiscard]] Deadline deadline_from(TimePoint started_from, Millis max_delay);

// Forbid and Replace: not later than the next tick after `scheduled_at` less the expected duration,
// for which at least 10 s (or half of a shorter interval) are kept; with an unknown duration half
// of the interval is kept for running. A duration beyond the interval, or a schedule that cannot be
// read, caps at `scheduled_at`: no waiting. Allow, and Jobs without a CronJob: unchanged.
[[nodiscard]] Deadline cap_for_cron(Deadline deadline, const CronFacts& cron,
                                    TimePoint scheduled_at,
                                    std::optional<Millis> expected_duration);

}  // namespace karbonetes::plan
