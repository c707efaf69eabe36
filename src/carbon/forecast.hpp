// One source's series, prepared for many questions: the value at an instant and the integral
// between two, both O(log n). Made once when a source delivers, shared by all Jobs. A Forecast
// holds one series of one kind, so numbers of two of them must not be compared: the callers
// (src/plan) take one Forecast each. Beyond the end of the series its own mean over time is assumed
// (neither attractive nor repelling); before its start, its first value. Immutable and thread-safe
// (derived tables are built once under a lock). Cannot fail.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "carbon/intensity.hpp"

namespace karbonetes::carbon {

// A table that somebody derived from a Forecast and that shall live as long as it does.
struct Derived {
  virtual ~Derived() = default;
};

class Forecast {
 public:
  // Null for monostate or a series without points. Points that are not finite numbers, or that do
  // not ascend, are left out: codecs refuse them, and a decision must not depend on that.
  [[nodiscard]] static std::shared_ptr<const Forecast> prepare(AnySeries series);

  [[nodiscard]] KindTag kind() const { return kind_; }
  [[nodiscard]] const AnySeries& series() const { return series_; }
  // Steps as plain numbers: starts ascending, gCO2eq/kWh of each.
  [[nodiscard]] std::span<const TimePoint> starts() const { return starts_; }
  [[nodiscard]] std::span<const double> values() const { return values_; }
  // Until the begin of each step, as integral_until().
  [[nodiscard]] std::span<const double> integrals() const { return integral_; }
  // The length of all steps; 0: they differ, or there is one only.
  [[nodiscard]] Millis regular_step() const { return regular_step_; }
  [[nodiscard]] TimePoint begin() const { return starts_.front(); }
  [[nodiscard]] TimePoint end() const { return end_; }
  [[nodiscard]] TimePoint observed_until() const { return observed_until_; }
  // The series says something about what comes after `now`: without that a strategy has no
  // forecast. A latest value that merely holds on says nothing; the last step of what was published
  // as a forecast does.
  [[nodiscard]] bool reaches_beyond(TimePoint now) const {
    return end_ > now && (starts_.back() > now || starts_.back() > observed_until_);
  }
  [[nodiscard]] double mean() const { return mean_; }  // over [begin, end), weighted by time

  // gCO2eq/kWh at t.
  [[nodiscard]] double at(TimePoint t) const;
  // Integral over [begin(), t), negative before it, in gCO2eq/kWh * ms.
  [[nodiscard]] double integral_until(TimePoint t) const;
  // Mean intensity over [from, from + length), gCO2eq/kWh; length 0: at(from).
  [[nodiscard]] double mean_over(TimePoint from, Millis length) const;
  // Index of the step that holds t (0 before the first).
  [[nodiscard]] std::size_t step_at(TimePoint t) const;

  // A table kept under `key`, made by `make` the first time. At most kMaxDerived are kept: the one
  // that was used least lately goes. Thread-safe; `make` may run twice at once.
  template <class Make>
  [[nodiscard]] std::shared_ptr<const Derived> derived(const std::string& key, Make&& make) const {
    if (auto found = find(key)) return found;
    return keep(key, make());
  }
  static constexpr std::size_t kMaxDerived = 64;

 private:
  Forecast() = default;
  [[nodiscard]] std::shared_ptr<const Derived> find(const std::string& key) const;
  [[nodiscard]] std::shared_ptr<const Derived> keep(const std::string& key,
                                                    std::shared_ptr<const Derived> table) const;

  struct Kept {
    std::string key;
    std::shared_ptr<const Derived> table;
  };

  AnySeries series_;
  KindTag kind_ = KindTag::Average;
  std::vector<TimePoint> starts_;
  std::vector<double> values_;
  std::vector<double> integral_;  // until starts_[i]
  TimePoint end_{}, observed_until_{};
  double mean_ = 0;
  Millis regular_step_{0};
  mutable std::mutex mutex_;
  mutable std::vector<Kept> derived_;  // latest use last
};

}  // namespace karbonetes::carbon
