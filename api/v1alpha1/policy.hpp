// CarbonAwarePolicy (carbon-aware.io/v1alpha1): the spec as C++ values, and the built-in defaults.
// What is optional here was left out by its author; defaults are applied by policy::resolve, so
// that each field can say where it came from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "carbon/green_rule.hpp"

namespace karbonetes::api {

enum class WhenUnknown {
  Wait,
  Run
};  // a signal that is Unknown: wait until the deadline, or run at once
enum class StrictAtDeadline { Fallback, KeepGreenPool };
// Shadow: decides, records and counts, and changes nothing.
enum class Mode { Enforce, Shadow };
// When, between now and its deadline, a Job starts. See plan/strategy.hpp and docs/policies.md.
enum class Strategy { FirstGreen, LowestSlot, LowestWindow, CarbonTime };
[[nodiscard]] constexpr const char* name(Strategy strategy) {
  constexpr const char* kNames[] = {"FirstGreen", "LowestSlot", "LowestWindow", "CarbonTime"};
  return kNames[static_cast<int>(strategy)];
}

struct SignalSpec {
  std::optional<std::string> source;  // name of a configured carbon source
  std::optional<std::string> zone;    // else: the first source for this zone
};

// How fast Jobs of one policy are released. Jobs at their deadline, and run-now, are never paced.
struct ReleaseSpec {
  std::optional<double> per_minute;       // Jobs; absent: no limit
  std::optional<int> burst;               // Jobs that may go at once; default: one minute's worth
  std::optional<double> vcpu_per_minute;  // requested vCPU; absent: no limit
};

struct PlacementSpec {
  std::optional<std::string> green_node_pool;
  std::optional<std::string> fallback_node_pool;  // "" means any pool but the green one
  std::optional<std::string> green_taint_key;     // tolerated on green placement
  std::optional<bool> strict;
  std::optional<StrictAtDeadline> strict_at_deadline;
  std::optional<bool> do_not_disrupt;
};

struct PolicySpec {
  std::optional<Mode> mode;
  SignalSpec signal;
  std::optional<carbon::GreenRule> green;  // absent: the source's own opinion, see green_rule.hpp
  std::optional<Strategy> strategy;
  std::optional<double> min_saving;  // 0..1: do not wait for less than this part of the emissions
  std::optional<Millis> max_delay;
  std::optional<Millis> max_delay_limit;  // the most that a Job's annotation may ask for
  std::optional<Millis> expected_duration;
  std::optional<WhenUnknown> when_unknown;
  PlacementSpec placement;
  ReleaseSpec release;
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
