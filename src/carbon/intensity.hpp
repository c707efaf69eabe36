// Carbon intensity as typed quantities. Average intensity (what all generation of the grid emits
// per kWh) and marginal intensity (MOER: what one more kWh would emit) are different quantities:
// each has a type of its own, and there is no conversion, so that a sum, a comparison or a series
// of both does not compile. Values; pure.
#pragma once

#include <compare>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/time.hpp"

namespace karbonetes::carbon {

struct Average {
  static constexpr std::string_view kName = "average";
};
struct Marginal {
  static constexpr std::string_view kName = "marginal";
};

template <class Kind>
concept IntensityKind = std::is_same_v<Kind, Average> || std::is_same_v<Kind, Marginal>;

// gCO2eq/kWh.
template <IntensityKind Kind>
struct Intensity {
  double grams_per_kwh = 0;

  constexpr Intensity() = default;
  constexpr explicit Intensity(double grams) : grams_per_kwh(grams) {}
  constexpr auto operator<=>(const Intensity&) const = default;
};

// gCO2eq emitted. May be negative (a difference).
template <IntensityKind Kind>
struct Grams {
  double value = 0;

  constexpr Grams() = default;
  constexpr explicit Grams(double grams) : value(grams) {}
  constexpr auto operator<=>(const Grams&) const = default;
  constexpr Grams operator+(Grams other) const { return Grams(value + other.value); }
  constexpr Grams operator-(Grams other) const { return Grams(value - other.value); }
  constexpr Grams& operator+=(Grams other) { return *this = *this + other; }
};

template <IntensityKind Kind>
struct Point {
  TimePoint from;  // holds until the next point's `from`
  Intensity<Kind> value;
};

// A step function over time: observed first, then forecast. `points` ascend strictly by `from`; the
// last one holds until `end`. What lies before `observed_until` was measured (or published as
// final), what lies after is forecast.
template <IntensityKind Kind>
struct Series {
  std::vector<Point<Kind>> points;
  TimePoint end{};             // exclusive; not before the last point
  TimePoint observed_until{};  // within or at the edges of the series
};

// The one place where the kind is known only at run time: what a source delivered. monostate:
// nothing.
using AnySeries = std::variant<std::monostate, Series<Average>, Series<Marginal>>;
using AnyIntensity = std::variant<Intensity<Average>, Intensity<Marginal>>;

enum class KindTag { Average, Marginal };
[[nodiscard]] constexpr std::string_view name(KindTag tag) {
  return tag == KindTag::Average ? Average::kName : Marginal::kName;
}
template <IntensityKind Kind>
inline constexpr KindTag kTagOf =
    std::is_same_v<Kind, Average> ? KindTag::Average : KindTag::Marginal;

}  // namespace karbonetes::carbon
