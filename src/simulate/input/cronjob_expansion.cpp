#include "simulate/input/cronjob_expansion.hpp"

#include <algorithm>

#include "api/v1alpha1/policy.hpp"

namespace karbonetes::simulate {

namespace {

Millis delay_cap(const plan::CronFacts& cron, Millis duration, TimePoint at) {
  const auto uncapped = plan::deadline_from(at, api::kHardMaxDelay);
  const auto deadline = plan::cap_for_cron(uncapped, cron, at, duration);
  return deadline.capped_by_cron ? std::max(deadline.at - at, Millis(0)) : Millis(-1);
}

}  // namespace

Result<std::vector<CronTick>> expand(const plan::CronFacts& cron, Millis duration, TimePoint from,
                                     TimePoint until, std::size_t most) {
  using plan::ConcurrencyPolicy;
  const auto schedule = plan::CronSchedule::parse(cron.schedule, cron.time_zone);
  if (!schedule) return fail(schedule.error());
  std::vector<CronTick> out;
  TimePoint busy_until = TimePoint::min();
  auto tick = schedule->next_after(from - Millis(1));
  while (tick && *tick < until) {
    const TimePoint at = *tick;
    tick = schedule->next_after(at);
    if (cron.concurrency == ConcurrencyPolicy::Forbid && busy_until > at) continue;
    if (out.size() >= most)
      return fail(Errc::InvalidArgument, "its schedule comes more than " + std::to_string(most) +
                                             " times in the period; simulate a shorter one");
    CronTick job{at, duration, delay_cap(cron, duration, at)};
    if (cron.concurrency == ConcurrencyPolicy::Replace && tick)
      job.duration = std::min(job.duration, *tick - at);
    busy_until = at + job.duration;
    out.push_back(job);
  }
  return out;
}

}  // namespace karbonetes::simulate
