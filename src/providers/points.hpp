// The points of a source on their way to a series: collected in any order, with all the faults that
// sources have, and put in order at the end. Values in gCO2eq/kWh of one kind, which the adapter
// names in finish(). Not thread-safe.
//
// Rules: sorted by time; of several points for one instant the first that was added holds; a null
// or a value that is not in [0, 100000] is left out and counted in a warning (a grid that takes
// carbon out of the air does not exist, a value beyond that is a unit mistaken); where points are
// missing the one before holds on; the last step is as long as steps usually are (their median;
// alone: 1 h).
#pragma once

#include <vector>

#include "base/time.hpp"
#include "providers/reading.hpp"

namespace karbonetes::providers {

class Points {
 public:
  static constexpr std::size_t kMax = 10'000;
  static constexpr double kMaxGrams = 100'000;

  struct Point {
    TimePoint from;
    double grams_per_kwh = 0;
    bool observed = false;  // measured or published as final; else forecast
  };

  void add(TimePoint from, double grams_per_kwh, bool observed);
  void add_null() { ++nulls_; }
  void warn(std::string sentence) { warnings_.push_back(std::move(sentence)); }
  // What is here already wins where both know an instant.
  void append(const Points& other);

  [[nodiscard]] bool empty() const { return points_.empty(); }
  [[nodiscard]] std::size_t size() const { return points_.size(); }
  [[nodiscard]] const std::vector<Point>& points() const { return points_; }

  // A source that knows the present alone says nothing of what follows: its newest value is taken
  // to hold until the end of the next full hour, unless it is older than 6 h. `observed_until` is
  // the end of the last observed step. Errors: Parse when no value is left, saying why.
  [[nodiscard]] Result<Reading> finish(carbon::KindTag kind, TimePoint now) const;

 private:
  std::vector<Point> points_;
  std::vector<std::string> warnings_;
  std::size_t nulls_ = 0;
  std::size_t absurd_ = 0;
};

// The median distance of neighbours, ascending; `alone` when there are fewer than two.
[[nodiscard]] Millis usual_step(const std::vector<TimePoint>& starts, Millis alone);

}  // namespace karbonetes::providers
