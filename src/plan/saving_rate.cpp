#include "plan/saving_rate.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

namespace karbonetes::plan {

namespace {

constexpr double kNone = -std::numeric_limits<double>::infinity();

std::string key_of(Millis duration) {
  std::array<char, sizeof(Millis::rep)> bytes{};
  const auto count = duration.count();
  std::memcpy(bytes.data(), &count, sizeof count);
  return "c" + std::string(bytes.data(), bytes.size());
}

}  // namespace

std::shared_ptr<const SavingRates> SavingRates::of_runs(const carbon::Forecast& forecast,
                                                        Millis duration) {
  return std::static_pointer_cast<const SavingRates>(
      forecast.derived(key_of(duration), [&]() -> std::shared_ptr<const SavingRates> {
        return std::shared_ptr<const SavingRates>(
            new SavingRates(CostTable::of_runs(forecast, duration)));
      }));
}

SavingRates::SavingRates(std::shared_ptr<const CostTable> costs) : costs_(std::move(costs)) {
  root_size_ = std::bit_ceil(std::max(costs_->size(), kLeaf));
  hulls_.resize(root_size_ / kLeaf);  // nodes of more than kLeaf starts; node 0 is not used
  std::size_t node = 1;
  for (std::size_t size = root_size_; size > kLeaf; size /= 2) {
    for (std::size_t begin = 0; begin < root_size_; begin += size, ++node) {
      hulls_[node].offset = static_cast<std::uint32_t>(hull_points_.size());
      add_hull(std::min(begin, costs_->size()), std::min(begin + size, costs_->size()));
      hulls_[node].size = static_cast<std::uint32_t>(hull_points_.size()) - hulls_[node].offset;
    }
  }
}

// Andrew's monotone chain, lower side; starts already ascend.
void SavingRates::add_hull(std::size_t begin, std::size_t end) {
  const std::size_t first = hull_points_.size();
  const auto above = [this](std::size_t a, std::size_t b, std::size_t c) {
    // b is on or above the line from a to c.
    const auto dx = [&](std::size_t p) {
      return static_cast<double>((costs_->start(p) - costs_->start(a)).count());
    };
    const auto dy = [&](std::size_t p) { return costs_->cost(p) - costs_->cost(a); };
    return dx(b) * dy(c) - dy(b) * dx(c) <= 0;
  };
  for (std::size_t i = begin; i < end; ++i) {
    while (hull_points_.size() >= first + 2 &&
           above(hull_points_[hull_points_.size() - 2], hull_points_.back(), i)) {
      hull_points_.pop_back();
    }
    hull_points_.push_back(static_cast<std::uint32_t>(i));
  }
}

double SavingRates::best_of_block(const From& from, std::size_t node, std::size_t begin,
                                  std::size_t end) const {
  if (node == 0) {  // a part of a leaf
    double out = kNone;
    for (std::size_t i = begin; i < end; ++i) out = std::max(out, rate(from, i));
    return out;
  }
  // Along the hull the rate rises, then falls.
  const Hull& hull = hulls_[node];
  if (hull.size == 0) return kNone;
  std::size_t low = hull.offset;
  std::size_t high = hull.offset + hull.size - 1;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (rate(from, hull_points_[middle]) < rate(from, hull_points_[middle + 1]))
      low = middle + 1;
    else
      high = middle;
  }
  return rate(from, hull_points_[low]);
}

template <class Visit>
bool SavingRates::walk(std::size_t node, std::size_t node_begin, std::size_t node_size,
                       std::size_t begin, std::size_t end, const Visit& visit) const {
  const std::size_t node_end = node_begin + node_size;
  if (end <= node_begin || node_end <= begin) return false;
  if (node_size <= kLeaf)
    return visit(0, std::max(begin, node_begin), std::min(end, node_end), node_size);
  if (begin <= node_begin && node_end <= end) return visit(node, node_begin, node_end, node_size);
  const std::size_t half = node_size / 2;
  return walk(2 * node, node_begin, half, begin, end, visit) ||
         walk(2 * node + 1, node_begin + half, half, begin, end, visit);
}

double SavingRates::best(const From& from, std::size_t begin, std::size_t end) const {
  end = std::min(end, costs_->size());
  double out = kNone;
  walk(1, 0, root_size_, begin, end,
       [&](std::size_t node, std::size_t l, std::size_t r, std::size_t) {
         out = std::max(out, best_of_block(from, node, l, r));
         return false;
       });
  return out;
}

std::optional<std::size_t> SavingRates::first_at_least(double at_least, const From& from,
                                                       std::size_t begin, std::size_t end) const {
  end = std::min(end, costs_->size());
  std::optional<std::size_t> out;
  const auto scan = [&](std::size_t l, std::size_t r) {
    for (std::size_t i = l; i < r && !out; ++i) {
      if (rate(from, i) >= at_least) out = i;
    }
    return out.has_value();
  };
  // Into the first block that holds one, and down its left side first.
  const auto descend = [&](const auto& self, std::size_t node, std::size_t l, std::size_t size) {
    if (size <= kLeaf) return scan(l, std::min(l + size, end));
    if (!(best_of_block(from, node, l, l + size) >= at_least)) return false;
    return self(self, 2 * node, l, size / 2) || self(self, 2 * node + 1, l + size / 2, size / 2);
  };
  walk(1, 0, root_size_, begin, end,
       [&](std::size_t node, std::size_t l, std::size_t r, std::size_t size) {
         return node == 0 ? scan(l, r) : descend(descend, node, l, size);
       });
  return out;
}

}  // namespace karbonetes::plan
