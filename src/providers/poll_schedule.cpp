#include "providers/poll_schedule.hpp"

#include <algorithm>

namespace karbonetes::providers {

namespace {
constexpr Millis kMaxJitter = std::chrono::seconds(30);
constexpr Millis kMaxRetryAfter = std::chrono::hours(1);
}  // namespace

Millis PollSchedule::after_answer(double random) {
  backoff_.reset();
  const auto jitter = static_cast<double>(std::min(times_.refresh / 10, kMaxJitter).count());
  return times_.refresh + Millis(static_cast<Millis::rep>(jitter * random));
}

Millis PollSchedule::after_failure(const Error& error, double random) {
  Millis pause = backoff_.next(random);
  switch (error.code) {
    case Errc::Unavailable:
    case Errc::Timeout:
    // A file that is not there costs nobody's quota.
    case Errc::InvalidArgument:
      break;
    default:
      pause = std::max(pause, std::min(times_.refresh, times_.longest_retry));
  }
  return std::max(pause, std::min(error.retry_after.value_or(Millis(0)), kMaxRetryAfter));
}

}  // namespace karbonetes::providers
