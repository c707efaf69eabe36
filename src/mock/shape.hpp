// What all provider shapes share. A shape answers requests below its base path as the real service
// would, from the one SignalState; the shapes differ in path, slot length, unit, names and the way
// in which instants are written. Called under the service's lock. Never throws but for memory.
#pragma once

#include <span>

#include "mock/credentials.hpp"
#include "mock/faults.hpp"
#include "mock/request.hpp"
#include "mock/stamp.hpp"
#include "mock/state.hpp"

namespace karbonetes::mock {

struct Asked {
  const http::Request& request;
  const Target& target;
  std::span<const std::string_view> path;  // segments below the shape's base path
  const SignalState& state;
  TimePoint now;
  const std::optional<Fault>& fault;
  Credentials& credentials;

  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const {
    return http::find_header(request.headers, name);
  }
  [[nodiscard]] bool path_is(std::initializer_list<std::string_view> expected) const;
};

[[nodiscard]] http::Response electricity_maps(const Asked& asked);
[[nodiscard]] http::Response watttime(const Asked& asked);
[[nodiscard]] http::Response gb(const Asked& asked);
[[nodiscard]] http::Response energy_charts(const Asked& asked);
[[nodiscard]] http::Response carbon_aware_sdk(const Asked& asked);
[[nodiscard]] http::Response prometheus(const Asked& asked);

// The shape whose base path `segments` begin with; nullptr: none.
struct Shape {
  std::string_view base;  // "watttime"
  http::Response (*answer)(const Asked&);
};
[[nodiscard]] const Shape* find_shape(std::span<const std::string_view> segments);

// Slots of `length` over [from, to) within a day behind and `kFarthestAhead` ahead, with what the
// fault does to points. Lengths and bounds are of the trace's time: at --trace-speed 360 an hour's
// slot is 10 seconds long (whole seconds, one at least).
inline constexpr Millis kFarthestAhead = std::chrono::hours(72);
[[nodiscard]] std::vector<Slot> slots(const Asked& asked, TimePoint from, TimePoint to,
                                      Millis length);
// The slot that holds now; its value may be absent.
[[nodiscard]] Slot current_slot(const Asked& asked, Millis length);
[[nodiscard]] Millis slot_length(const Asked& asked, Millis length);
[[nodiscard]] Millis real_time(const Asked& asked, Millis trace_time);

// "2026-11-24T12:00:00" + suffix; with the fault `dst` in Berlin's wall time with its offset.
[[nodiscard]] std::string stamp(const Asked& asked, TimePoint t, std::string_view suffix);
// Rounded to so many decimals; null when absent. Whole numbers without a point.
[[nodiscard]] json::Document number(std::optional<double> value, int decimals = 0);
// 0..100: the share of the next 24 hours' slots that are cleaner than now.
[[nodiscard]] double relative_index(const Asked& asked);
// A query parameter as a whole number. Errors: InvalidArgument, naming it.
[[nodiscard]] Result<int> number_in(const Asked& asked, std::string_view name, int least, int most,
                                    int otherwise);

}  // namespace karbonetes::mock
