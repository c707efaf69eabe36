#include "plan/replan.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace karbonetes::plan {

namespace {

std::string text_of(const std::optional<Millis>& duration) {
  return duration ? format_duration(*duration) : std::string("unknown");
}

// The written side was read back from an annotation: nobody promises that it is clean.
std::string why(const PlanBasis& written, const PlanBasis& current) {
  if (written.policy != current.policy)
    return "policy " + current.policy + " holds instead of " + in_quotes(written.policy);
  if (written.generation != current.generation) return "policy " + current.policy + " changed";
  if (written.strategy != current.strategy)
    return "the strategy is " +
           (current.strategy.empty() ? std::string("FirstGreen") : current.strategy) + " now";
  if (written.source != current.source)
    return "the carbon source is " + in_quotes(current.source) + " instead of " +
           in_quotes(written.source);
  if (written.duration != current.duration)
    return "the expected duration is " + text_of(current.duration) + " instead of " +
           text_of(written.duration);
  return "the forecast changed";
}

}  // namespace

std::optional<std::string> moved(const PlanBasis& written, const PlanBasis& current,
                                 TimePoint waiting_since, TimePoint deadline) {
  if (!written.start && !current.start) return std::nullopt;
  if (written.start && current.start) {
    const Millis least = std::max<Millis>(std::chrono::seconds(1), (deadline - waiting_since) / 20);
    if (std::chrono::abs(*current.start - *written.start) < least) return std::nullopt;
    return "the start planned at " + format_rfc3339(*written.start) + " has moved to " +
           format_rfc3339(*current.start) + ": " + why(written, current);
  }
  if (current.start)
    return "a start is planned at " + format_rfc3339(*current.start) +
           " now: " + why(written, current);
  return "the start planned at " + format_rfc3339(*written.start) +
         " is given up: " + why(written, current);
}

}  // namespace karbonetes::plan
