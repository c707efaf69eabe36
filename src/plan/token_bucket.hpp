// A token bucket: fills at a steady rate up to its capacity. Who asks for more than it can ever
// hold gets through when it is full, and empties it. Pure: time is an argument, and a clock that
// steps back adds nothing. Not thread-safe.
#pragma once

#include <algorithm>
#include <cmath>

#include "base/time.hpp"

namespace karbonetes::plan {

class TokenBucket {
 public:
  TokenBucket() = default;  // without a limit
  // rate: tokens per minute, above zero; a rate that is not, or no number, is no limit. capacity:
  // at least `least`, full at the beginning.
  TokenBucket(double per_minute, double capacity, double least, TimePoint now)
      : per_ms_(per_minute > 0 && std::isfinite(per_minute) ? per_minute / 60'000 : 0),
        capacity_(std::max(std::isfinite(capacity) ? capacity : 0, least)),
        tokens_(capacity_),
        at_(now) {}

  [[nodiscard]] bool limited() const { return per_ms_ > 0; }

  void refill(TimePoint now) {
    if (now <= at_) return;
    tokens_ = std::min(capacity_, tokens_ + per_ms_ * static_cast<double>((now - at_).count()));
    at_ = now;
  }
  [[nodiscard]] bool has(double tokens) const {
    return !limited() || tokens_ >= std::min(tokens, capacity_) - kRounding;
  }
  void take(double tokens) {
    if (limited()) tokens_ -= std::min(tokens, capacity_);
  }
  void give_back(double tokens) {
    if (limited()) tokens_ = std::min(capacity_, tokens_ + std::min(tokens, capacity_));
  }
  // The first millisecond at which has(tokens) will be true, if nobody takes any until then.
  [[nodiscard]] TimePoint when(double tokens) const {
    if (has(tokens)) return at_;
    const double missing = std::min(tokens, capacity_) - kRounding - tokens_;
    constexpr double kYear = 365.0 * 24 * 3'600'000;
    return at_ + Millis(static_cast<Millis::rep>(std::ceil(std::min(missing / per_ms_, kYear))));
  }
  // Another limit holds from now on; what was spent stays spent.
  void become(const TokenBucket& other, TimePoint now) {
    if (!limited() || !other.limited()) {
      *this = other;
      return;
    }
    refill(now);
    per_ms_ = other.per_ms_;
    capacity_ = other.capacity_;
    tokens_ = std::min(tokens_, capacity_);
  }

 private:
  static constexpr double kRounding = 1e-9;

  double per_ms_ = 0;
  double capacity_ = 0;
  double tokens_ = 0;
  TimePoint at_{};
};

}  // namespace karbonetes::plan
