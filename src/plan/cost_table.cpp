#include "plan/cost_table.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <string>

namespace karbonetes::plan {

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

std::string key_of(Millis duration) {
  std::array<char, sizeof(Millis::rep)> bytes{};
  const auto count = duration.count();
  std::memcpy(bytes.data(), &count, sizeof count);
  return "w" + std::string(bytes.data(), bytes.size());
}

}  // namespace

void CostTable::index() {
  leaves_ = std::bit_ceil(std::max<std::size_t>(costs_.size(), 1));
  lowest_.assign(2 * leaves_, kNever);
  std::ranges::copy(costs_, lowest_.begin() + static_cast<std::ptrdiff_t>(leaves_));
  for (std::size_t i = leaves_ - 1; i > 0; --i)
    lowest_[i] = std::min(lowest_[2 * i], lowest_[2 * i + 1]);
}

std::shared_ptr<const CostTable> CostTable::of_slots(const carbon::Forecast& forecast) {
  return std::static_pointer_cast<const CostTable>(forecast.derived("s", [&] {
    std::shared_ptr<CostTable> out(new CostTable);
    const auto starts = forecast.starts();
    const auto values = forecast.values();
    out->starts_.assign(starts.begin(), starts.end());
    out->costs_.assign(values.begin(), values.end());
    out->index();
    return out;
  }));
}

std::shared_ptr<const CostTable> CostTable::of_runs(const carbon::Forecast& forecast,
                                                    Millis duration) {
  return std::static_pointer_cast<const CostTable>(forecast.derived(key_of(duration), [&] {
    std::shared_ptr<CostTable> out(new CostTable);
    const auto starts = forecast.starts();
    auto& bends = out->starts_;
    bends.reserve(2 * starts.size() + 2);
    // Both halves ascend: begins at a step, and ends at one. Beyond the end the mean holds, which
    // makes the end a step like others.
    bends.assign(starts.begin(), starts.end());
    if (forecast.end() > bends.back()) bends.push_back(forecast.end());
    const auto half = static_cast<std::ptrdiff_t>(bends.size());
    for (std::ptrdiff_t i = 0; i < half; ++i)
      bends.push_back(bends[static_cast<std::size_t>(i)] - duration);
    std::ranges::inplace_merge(bends, bends.begin() + half);
    const auto repeated = std::ranges::unique(bends);
    bends.erase(repeated.begin(), repeated.end());
    out->costs_.reserve(bends.size());
    for (const TimePoint t : bends) out->costs_.push_back(forecast.mean_over(t, duration));
    out->index();
    return out;
  }));
}

std::size_t CostTable::first_after(TimePoint t) const {
  return static_cast<std::size_t>(std::ranges::upper_bound(starts_, t) - starts_.begin());
}

double CostTable::lowest(std::size_t from, std::size_t to) const {
  double out = kNever;
  std::size_t l = from + leaves_;
  std::size_t r = std::min(to, size()) + leaves_;
  for (; l < r; l /= 2, r /= 2) {
    if (l % 2 == 1) out = std::min(out, lowest_[l++]);
    if (r % 2 == 1) out = std::min(out, lowest_[--r]);
  }
  return out;
}

std::optional<std::size_t> CostTable::first_at_most(double cost, std::size_t from,
                                                    std::size_t to) const {
  to = std::min(to, size());
  if (from >= to) return std::nullopt;
  // Up and to the right until a subtree holds one, then down to the leftmost of it.
  std::size_t node = from + leaves_;
  while (!(lowest_[node] <= cost)) {
    while (node % 2 == 1) node /= 2;  // a right child: its parent's part to the right is next
    if (node == 0) return std::nullopt;
    ++node;
  }
  while (node < leaves_) {
    node *= 2;
    if (!(lowest_[node] <= cost)) ++node;
  }
  const std::size_t found = node - leaves_;
  if (found >= to) return std::nullopt;
  return found;
}

}  // namespace karbonetes::plan
