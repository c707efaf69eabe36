// What a start costs at each instant that can be the best one, prepared for questions about ranges:
// the lowest cost, and the earliest start that costs no more than so much. Built once per forecast
// and duration, O(n), and kept with the Forecast; a question is O(log n). Immutable and
// thread-safe. Cannot fail.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "carbon/forecast.hpp"

namespace karbonetes::plan {

class CostTable final : public carbon::Derived {
 public:
  // The value of the step in which the Job starts.
  [[nodiscard]] static std::shared_ptr<const CostTable> of_slots(const carbon::Forecast& forecast);
  // The mean over the run [s, s + duration), duration > 0. As a function of s it is piecewise
  // linear and bends only where s or s + duration meets a step: those instants are the table's
  // starts.
  [[nodiscard]] static std::shared_ptr<const CostTable> of_runs(const carbon::Forecast& forecast,
                                                                Millis duration);

  [[nodiscard]] std::size_t size() const { return starts_.size(); }
  [[nodiscard]] TimePoint start(std::size_t i) const { return starts_[i]; }  // ascending
  [[nodiscard]] double cost(std::size_t i) const { return costs_[i]; }       // gCO2eq/kWh
  // Index of the first start after t; size() when there is none.
  [[nodiscard]] std::size_t first_after(TimePoint t) const;

  // Over the indices [from, to). Infinity when empty.
  [[nodiscard]] double lowest(std::size_t from, std::size_t to) const;
  [[nodiscard]] std::optional<std::size_t> first_at_most(double cost, std::size_t from,
                                                         std::size_t to) const;

 private:
  CostTable() = default;
  void index();  // builds lowest_ from costs_

  std::vector<TimePoint> starts_;
  std::vector<double> costs_;
  // A binary tree of minima in heap order: node i covers nodes 2i and 2i + 1, leaves begin at
  // leaves_ (a power of two, at least size()).
  std::vector<double> lowest_;
  std::size_t leaves_ = 1;
};

}  // namespace karbonetes::plan
