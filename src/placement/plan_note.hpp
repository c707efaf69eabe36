// What a decision rested on, as written on the Job (annotation carbon-aware.io/plan): the policy
// and its generation, the carbon source, the expected duration and the planned start. Whoever
// accounts for the Job later, or plans anew, knows from it what held. Values; pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace karbonetes::placement {

struct PlanNote {
  std::string policy;  // "team-a/default" | "built-in"
  std::int64_t generation = 0;
  std::string strategy;
  std::string source, zone;        // of the carbon signal; may be empty
  std::optional<TimePoint> start;  // planned; absent: the first green moment
  std::optional<Millis> duration;  // expected
  std::string signal;              // the configured source asked for; empty: the default

  bool operator==(const PlanNote&) const = default;
};

// {"policy":"team-a/default","generation":3,...}; empty fields are left out.
[[nodiscard]] std::string encode_note(const PlanNote& note);
// nullopt when it cannot be read: it was edited by hand, and is then as good as absent.
[[nodiscard]] std::optional<PlanNote> decode_note(std::string_view text);

}  // namespace karbonetes::placement
