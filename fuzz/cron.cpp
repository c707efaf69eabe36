// The schedule of a CronJob: five fields, or @hourly and its like.
#include "plan/cron.hpp"

#include "target.hpp"

using namespace karbonetes;  // NOLINT(google-build-using-namespace): a target is one function

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto schedule = plan::CronSchedule::parse(fuzz::text(data, size), "Europe/Berlin");
  fuzz::check_result(schedule);
  if (!schedule) return 0;
  const TimePoint now(std::chrono::seconds(1'764'000'000));
  const auto next = schedule->next_after(now);
  if (!next) return 0;
  fuzz::check(*next > now, "the next tick is ahead");
  const auto after = schedule->next_after(*next);
  fuzz::check(!after || *after > *next, "ticks ascend");
  return 0;
}
