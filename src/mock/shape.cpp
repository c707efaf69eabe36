#include "mock/shape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace karbonetes::mock {

namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::array kShapes{
    Shape{"electricity-maps", electricity_maps},
    Shape{"watttime", watttime},
    Shape{"gb", gb},
    Shape{"energy-charts", energy_charts},
    Shape{"carbon-aware-sdk", carbon_aware_sdk},
    Shape{"prometheus", prometheus},
};

}  // namespace

bool Asked::path_is(std::initializer_list<std::string_view> expected) const {
  return std::ranges::equal(path, expected);
}

const Shape* find_shape(std::span<const std::string_view> segments) {
  if (segments.empty()) return nullptr;
  const auto* it = std::ranges::find(kShapes, segments.front(), &Shape::base);
  return it == kShapes.end() ? nullptr : it;
}

Millis real_time(const Asked& asked, Millis trace_time) {
  return Millis(std::llround(static_cast<double>(trace_time.count()) / asked.state.speed()));
}

Millis slot_length(const Asked& asked, Millis length) {
  return std::max(std::chrono::round<Seconds>(real_time(asked, length)), Seconds(1));
}

std::vector<Slot> slots(const Asked& asked, TimePoint from, TimePoint to, Millis length) {
  const FaultKind kind = asked.fault ? asked.fault->kind : FaultKind::Status;
  if (kind == FaultKind::Year) return year_of_points(asked.now, asked.state.intensity(asked.now));
  from = std::max(from, asked.now - real_time(asked, kLookback));
  to = std::min(to, asked.now + real_time(asked, kFarthestAhead));
  const Millis slot = slot_length(asked, length);
  return spoiled(
      slots_of(asked.state.steps(asked.now, aligned(from, slot), to), asked.now, from, to, slot),
      kind);
}

Slot current_slot(const Asked& asked, Millis length) {
  Slot out{aligned(asked.now, slot_length(asked, length)), asked.state.intensity(asked.now), true};
  if (asked.fault && asked.fault->kind == FaultKind::Nulls) out.grams.reset();
  return out;
}

std::string stamp(const Asked& asked, TimePoint t, std::string_view suffix) {
  return stamp_text(t, suffix, asked.fault && asked.fault->kind == FaultKind::Dst);
}

json::Document number(std::optional<double> value, int decimals) {
  if (!value) return nullptr;
  const double scale = std::pow(10, decimals);
  const double rounded = std::round(*value * scale) / scale;
  if (rounded == std::floor(rounded)) return static_cast<std::int64_t>(rounded);
  return rounded;
}

double relative_index(const Asked& asked) {
  const double now = asked.state.intensity(asked.now);
  const Steps ahead =
      asked.state.steps(asked.now, asked.now, asked.now + real_time(asked, hours(24)));
  const auto slots =
      slots_of(ahead, asked.now, asked.now, ahead.end, slot_length(asked, minutes(5)));
  if (slots.empty()) return 0;
  const auto cleaner = std::ranges::count_if(slots, [&](const Slot& s) { return s.grams < now; });
  return 100.0 * static_cast<double>(cleaner) / static_cast<double>(slots.size());
}

Result<int> number_in(const Asked& asked, std::string_view name, int least, int most,
                      int otherwise) {
  const std::string* text = asked.target.find(name);
  if (text == nullptr || text->empty()) return otherwise;
  int value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size() || value < least || value > most) {
    return fail(Errc::InvalidArgument,
                fmt::format("{} must be a whole number from {} to {}", name, least, most));
  }
  return value;
}

}  // namespace karbonetes::mock
