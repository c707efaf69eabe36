// CarbonAwarePolicy (carbon-aware.io/v1alpha1): the spec as C++ values, and the built-in defaults.
// What is optional here was left out by its author; defaults are applied by policy::resolve, so
// that each field can say where it came from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "carbon/windows.hpp"

namespace karbonetes::api {

enum class WhenUnknown {
  Wait,
  Run
};  // a signal that is Unknown: wait until the deadline, or run at once
enum class StrictAtDeadline { Fallback, KeepGreenPool };

struct PlacementSpec {
  std::optional<std::string> green_node_pool;
  std::optional<std::string> fallback_node_pool;  // "" means any pool but the green one
  std::optional<std::string> green_taint_key;     // tolerated on green placement
  std::optional<bool> strict;
  std::optional<StrictAtDeadline> strict_at_deadline;
  std::optional<bool> do_not_disrupt;
};

struct PolicySpec {
  std::optional<carbon::WindowSchedule> green;  // absent: the controller's signal decides
  std::optional<Millis> max_delay;
  std::optional<Millis> max_delay_limit;  // the most that a Job's annotation may ask for
  std::optional<Millis> expected_duration;
  std::optional<WhenUnknown> when_unknown;
  PlacementSpec placement;
};

struct Policy {
  std::string namespace_;
  std::string name;
  std::string resource_version;
  std::int64_t generation = 0;
  PolicySpec spec;
};

// Built-in defaults: hold when no policy and no annotation says otherwise.
inline constexpr Millis kDefaultMaxDelay = std::chrono::hours(8);
inline constexpr Millis kHardMaxDelay = std::chrono::hours(24 * 30);
inline constexpr const char* kDefaultGreenNodePool = "green-batch";
inline constexpr const char* kDefaultPolicyName = "default";

}  // namespace karbonetes::api
