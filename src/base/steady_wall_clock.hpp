// Wall time for a program whose machine's clock may be set, by mistake or by a broken time service,
// while Jobs have deadlines. It follows the machine's clock as long as that runs like a clock; when
// it jumps, time goes on as if it had not, and a clock that others trust (that of the API server,
// which also stamps the Jobs) says what is right. Thread-safe. Cannot fail.
#pragma once

#include <atomic>
#include <functional>

#include "base/clock.hpp"

namespace karbonetes {

class SteadyWallClock final : public Clock {
 public:
  // Between two looks the machine's clock may gain or lose this much: time services slew.
  static constexpr Millis kSlew{2'000};
  // The other clock is told in whole seconds, over a network: below this we do not differ.
  static constexpr Millis kTrusted{5'000};

  SteadyWallClock();
  // For tests: a machine's clock, and time since whenever that never jumps.
  SteadyWallClock(const Clock& machine, std::function<Millis()> steady);

  [[nodiscard]] TimePoint now() const override;

  // The trusted clock showed `second` (a whole one) within the last `took`. True: ours was more
  // than kTrusted off, and is now set by it.
  bool trusted_said(TimePoint second, Millis took);
  // The machine's clock minus ours: 0 but for milliseconds while it is followed.
  [[nodiscard]] Millis machine_ahead() const;

 private:
  const SystemClock system_;
  const Clock& machine_;
  const std::function<Millis()> steady_;
  // Our time minus the steady one, ms: all state there is, so that nobody waits to know the time.
  mutable std::atomic<Millis::rep> offset_;
};

}  // namespace karbonetes
