// The words of a decision: parts of the one sentence that goes into an annotation, an event and the
// CLI. Absolute UTC times, ASCII, one line. Pure. For src/plan alone.
#pragma once

#include <string>

#include "plan/decide.hpp"
#include "plan/outlook.hpp"

namespace karbonetes::plan::sentences {

[[nodiscard]] std::string source(const std::string& name);  // "source none" when empty
// "green now (source x)"
[[nodiscard]] std::string state(const Outlook& outlook);
[[nodiscard]] std::string pool(const Decision& decision);  // "to the green pool only"
[[nodiscard]] std::string percent(double part);            // 0.318 -> "about 32 %"; "less than 1 %"
// "; LowestWindow is not followed: no expected duration is known"; empty when it is.
[[nodiscard]] std::string degraded(api::Strategy strategy, const Decision& decision);
// "released at 2026-11-25T06:00:00Z at the latest"
[[nodiscard]] std::string at_the_latest(TimePoint deadline);

}  // namespace karbonetes::plan::sentences
