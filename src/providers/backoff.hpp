// How long to wait after the n-th failure in a row: doubling from `first` to `most`, of which the
// upper half is random, so that many clients of a service that came back do not arrive together.
// Pure; not thread-safe.
#pragma once

#include <algorithm>

#include "base/time.hpp"

namespace karbonetes::providers {

class Backoff {
 public:
  Backoff(Millis first, Millis most) : first_(first), most_(most), step_(first) {}

  // `random` in [0, 1). At least half of the step, at most the step.
  [[nodiscard]] Millis next(double random) {
    const Millis step = step_;
    step_ = std::min(step_ * 2, most_);
    const auto half = static_cast<double>(step.count()) / 2;
    return Millis(static_cast<Millis::rep>(half + half * random));
  }
  void reset() { step_ = first_; }

 private:
  Millis first_, most_, step_;
};

}  // namespace karbonetes::providers
