#include "providers/history.hpp"

#include <algorithm>
#include <type_traits>

#include "providers/points.hpp"

namespace karbonetes::providers {

namespace {

constexpr Millis kKeep = std::chrono::hours(48);
constexpr Millis kMaxGap = std::chrono::minutes(15);

template <carbon::IntensityKind Kind>
Millis step_of(const carbon::Series<Kind>& series) {
  std::vector<TimePoint> starts;
  starts.reserve(series.points.size());
  for (const auto& p : series.points) starts.push_back(p.from);
  return usual_step(starts, std::chrono::hours(1));
}

template <carbon::IntensityKind Kind>
void prepend(const carbon::Series<Kind>& before, carbon::Series<Kind>& next, TimePoint now) {
  if (before.points.empty() || next.points.empty()) return;
  const TimePoint begin = next.points.front().from;
  if (begin - before.observed_until > std::max(kMaxGap, 2 * step_of(next))) return;
  std::vector<carbon::Point<Kind>> kept;
  for (const auto& p : before.points) {
    if (p.from < begin && p.from < before.observed_until && p.from >= now - kKeep)
      kept.push_back(p);
  }
  const std::size_t room = Points::kMax - std::min(next.points.size(), Points::kMax);
  if (kept.size() > room) {
    kept.erase(kept.begin(), kept.end() - static_cast<std::ptrdiff_t>(room));
  }
  if (kept.empty()) return;
  // Nothing observed in the new answer: what was observed ends where the old one says.
  if (next.observed_until <= begin) next.observed_until = std::min(before.observed_until, begin);
  next.points.insert(next.points.begin(), kept.begin(), kept.end());
}

}  // namespace

carbon::AnySeries with_history(const carbon::AnySeries& before, carbon::AnySeries next,
                               TimePoint now) {
  std::visit(
      [&]<class S>(S& series) {
        if constexpr (!std::is_same_v<S, std::monostate>) {
          if (const auto* old = std::get_if<S>(&before)) prepend(*old, series, now);
        }
      },
      next);
  return next;
}

bool same_points(const carbon::AnySeries& a, const carbon::AnySeries& b) {
  if (a.index() != b.index()) return false;
  return std::visit(
      [&]<class S>(const S& left) {
        if constexpr (std::is_same_v<S, std::monostate>) {
          return true;
        } else {
          return std::ranges::equal(
              left.points, std::get<S>(b).points,
              [](const auto& x, const auto& y) { return x.from == y.from && x.value == y.value; });
        }
      },
      a);
}

bool same_series(const carbon::AnySeries& a, const carbon::AnySeries& b) {
  return same_points(a, b) && std::visit(
                                  [&]<class S>(const S& left) {
                                    if constexpr (std::is_same_v<S, std::monostate>) {
                                      return true;
                                    } else {
                                      const S& right = std::get<S>(b);
                                      return left.end == right.end &&
                                             left.observed_until == right.observed_until;
                                    }
                                  },
                                  a);
}

}  // namespace karbonetes::providers
