#include "base/steady_wall_clock.hpp"

#include <utility>

namespace karbonetes {

namespace {

Millis steady_now() {
  return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch());
}

Millis distance(TimePoint a, TimePoint b) { return a < b ? b - a : a - b; }

}  // namespace

SteadyWallClock::SteadyWallClock() : SteadyWallClock(system_, steady_now) {}

SteadyWallClock::SteadyWallClock(const Clock& machine, std::function<Millis()> steady)
    : machine_(machine),
      steady_(std::move(steady)),
      offset_((machine.now().time_since_epoch() - steady_()).count()) {}

TimePoint SteadyWallClock::now() const {
  const Millis steady = steady_();
  const TimePoint expected(Millis(offset_.load()) + steady);
  const TimePoint machine = machine_.now();
  // It has jumped, and is not followed until it is back.
  if (distance(machine, expected) > kSlew) return expected;
  // Within reach it is followed, step by step. Whoever looks at the same time stores the same.
  offset_.store((machine.time_since_epoch() - steady).count());
  return machine;
}

bool SteadyWallClock::trusted_said(TimePoint second, Millis took) {
  constexpr Millis kWhole{1'000};
  const TimePoint ours = now();
  if (ours >= second - kTrusted && ours <= second + kWhole + took + kTrusted) return false;
  offset_.store((second.time_since_epoch() + kWhole / 2 - steady_()).count());
  return true;
}

Millis SteadyWallClock::machine_ahead() const {
  const TimePoint ours = now();
  return machine_.now() - ours;
}

}  // namespace karbonetes
