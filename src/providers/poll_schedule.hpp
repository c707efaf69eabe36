// When a source is asked next. Pure: chance is an argument. Not thread-safe.
//
// After an answer: `refresh`, plus up to a tenth of it (30 s at most) so that many clients spread;
// never sooner, that is the quota. That lies well before the answer goes stale. After a failure on
// the way (no connection, a time-out, 5xx): 0.5 s, doubling to 5 min, half of it random. After a
// refusal (401, 403, 429, a malformed answer) asking again soon only costs quota: at least
// `refresh`, 5 min at most. Retry-After is honoured up to 1 h.
#pragma once

#include "base/result.hpp"
#include "providers/backoff.hpp"

namespace karbonetes::providers {

struct PollTimes {
  Millis refresh;
  Millis first_retry = Millis(500);
  Millis longest_retry = std::chrono::minutes(5);
};

class PollSchedule {
 public:
  explicit PollSchedule(const PollTimes& times)
      : times_(times), backoff_(times.first_retry, times.longest_retry) {}

  // `random` in [0, 1).
  [[nodiscard]] Millis after_answer(double random);
  [[nodiscard]] Millis after_failure(const Error& error, double random);

 private:
  PollTimes times_;
  Backoff backoff_;
};

}  // namespace karbonetes::providers
