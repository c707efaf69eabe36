// Which start saves most for each hour that the Job is away: the tables behind CarbonTime (GAIA,
// ASPLOS'24). Seen from the point (x, y) to the left, that start is the one towards which the line
// falls most steeply, so it lies on the lower convex hull of the points (start, cost): the table
// keeps the hull of every block of a binary tree, and a question touches O(log n) of them with a
// binary search in each. Built once per forecast and duration, O(n log n); kept with the Forecast.
// Immutable and thread-safe. Cannot fail.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "plan/cost_table.hpp"

namespace karbonetes::plan {

class SavingRates final : public carbon::Derived {
 public:
  [[nodiscard]] static std::shared_ptr<const SavingRates> of_runs(const carbon::Forecast& forecast,
                                                                  Millis duration);

  [[nodiscard]] const CostTable& costs() const { return *costs_; }

  // Where the Job would be done soonest, less its duration, and what a start at once costs.
  struct From {
    TimePoint at{};   // before every start that is asked about
    double cost = 0;  // gCO2eq/kWh
    // (cost - cost of the start) per millisecond between `at` and the start.
    [[nodiscard]] double rate(TimePoint start, double start_cost) const {
      return (cost - start_cost) / static_cast<double>((start - at).count());
    }
  };

  // Over the starts with indices [begin, end). Minus infinity when empty.
  [[nodiscard]] double best(const From& from, std::size_t begin, std::size_t end) const;
  // The first of them whose rate is at least that.
  [[nodiscard]] std::optional<std::size_t> first_at_least(double at_least, const From& from,
                                                          std::size_t begin, std::size_t end) const;

 private:
  // Blocks below this size are looked through one by one.
  static constexpr std::size_t kLeaf = 16;

  // Indices of costs_ on the hull of one block, in order.
  struct Hull {
    std::uint32_t offset = 0;  // in hull_points_
    std::uint32_t size = 0;
  };

  explicit SavingRates(std::shared_ptr<const CostTable> costs);
  void add_hull(std::size_t begin, std::size_t end);
  [[nodiscard]] double rate(const From& from, std::size_t i) const {
    return from.rate(costs_->start(i), costs_->cost(i));
  }
  [[nodiscard]] double best_of_block(const From& from, std::size_t node, std::size_t begin,
                                     std::size_t end) const;
  // The blocks of the tree that make up [begin, end), from left to right, until `visit` is true.
  template <class Visit>
  bool walk(std::size_t node, std::size_t node_begin, std::size_t node_size, std::size_t begin,
            std::size_t end, const Visit& visit) const;

  std::shared_ptr<const CostTable> costs_;
  std::vector<Hull> hulls_;  // of the nodes in heap order, root at 1, down to blocks of kLeaf
  std::vector<std::uint32_t> hull_points_;
  std::size_t root_size_ = kLeaf;  // a power of two
};

}  // namespace karbonetes::plan
