#include "carbon/forecast.hpp"

#include <algorithm>
#include <cmath>

namespace karbonetes::carbon {

namespace {

double millis(TimePoint from, TimePoint to) { return static_cast<double>((to - from).count()); }

Millis regular_step_of(const std::vector<TimePoint>& starts, TimePoint end) {
  if (starts.size() < 2) return Millis(0);
  const Millis step = starts[1] - starts[0];
  for (std::size_t i = 2; i < starts.size(); ++i)
    if (starts[i] - starts[i - 1] != step) return Millis(0);
  return end - starts.back() == step ? step : Millis(0);
}

}  // namespace

std::shared_ptr<const Forecast> Forecast::prepare(AnySeries series) {
  std::shared_ptr<Forecast> out(new Forecast);
  std::visit(
      [&]<class S>(const S& s) {
        if constexpr (!std::is_same_v<S, std::monostate>) {
          for (const auto& point : s.points) {
            const bool usable = std::isfinite(point.value.grams_per_kwh) &&
                                (out->starts_.empty() || point.from > out->starts_.back());
            if (!usable) continue;
            out->starts_.push_back(point.from);
            out->values_.push_back(point.value.grams_per_kwh);
          }
          out->end_ = s.end;
          out->observed_until_ = s.observed_until;
          if constexpr (std::is_same_v<S, Series<Marginal>>) out->kind_ = KindTag::Marginal;
        }
      },
      series);
  if (out->starts_.empty()) return nullptr;
  out->end_ = std::max(out->end_, out->starts_.back());
  out->series_ = std::move(series);
  out->regular_step_ = regular_step_of(out->starts_, out->end_);
  double sum = 0;
  for (std::size_t i = 0; i < out->starts_.size(); ++i) {
    out->integral_.push_back(sum);
    const TimePoint next = i + 1 < out->starts_.size() ? out->starts_[i + 1] : out->end_;
    sum += out->values_[i] * millis(out->starts_[i], next);
  }
  const double length = millis(out->starts_.front(), out->end_);
  out->mean_ = length > 0 ? sum / length : out->values_.front();
  return out;
}

std::size_t Forecast::step_at(TimePoint t) const {
  if (regular_step_ > Millis(0)) {
    if (t <= starts_.front()) return 0;
    const auto step = static_cast<std::size_t>((t - starts_.front()) / regular_step_);
    return std::min(step, starts_.size() - 1);
  }
  const auto after = std::ranges::upper_bound(starts_, t);
  return after == starts_.begin() ? 0 : static_cast<std::size_t>(after - starts_.begin()) - 1;
}

double Forecast::at(TimePoint t) const { return t >= end_ ? mean_ : values_[step_at(t)]; }

double Forecast::integral_until(TimePoint t) const {
  const std::size_t step = step_at(t);
  const double known = integral_[step] + values_[step] * millis(starts_[step], std::min(t, end_));
  return t > end_ ? known + mean_ * millis(end_, t) : known;
}

double Forecast::mean_over(TimePoint from, Millis length) const {
  if (length <= Millis(0)) return at(from);
  return (integral_until(from + length) - integral_until(from)) /
         static_cast<double>(length.count());
}

std::shared_ptr<const Derived> Forecast::find(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto it = std::ranges::find(derived_, key, &Kept::key);
  if (it == derived_.end()) return nullptr;
  std::rotate(it, it + 1, derived_.end());
  return derived_.back().table;
}

std::shared_ptr<const Derived> Forecast::keep(const std::string& key,
                                              std::shared_ptr<const Derived> table) const {
  const std::lock_guard lock(mutex_);
  const auto it = std::ranges::find(derived_, key, &Kept::key);
  if (it != derived_.end()) return it->table;
  if (derived_.size() >= kMaxDerived) derived_.erase(derived_.begin());
  derived_.push_back({key, table});
  return table;
}

}  // namespace karbonetes::carbon
