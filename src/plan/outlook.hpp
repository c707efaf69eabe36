// What is known about green electricity at one instant, wherever it comes from: the policy's rule,
// else the source's own opinion, else the default percentile over its series. Values; pure. Also
// what status and command line show.
#pragma once

#include <optional>
#include <string>

#include "carbon/green_rule.hpp"
#include "carbon/signal.hpp"

namespace karbonetes::plan {

struct Outlook {
  carbon::GreenState state = carbon::GreenState::Unknown;
  std::optional<TimePoint> next_green;
  // What comes after now is known: no next_green then means that none is in sight.
  bool knows_ahead = false;
  std::optional<TimePoint>
      unknown_from;         // when the signal, unless renewed, cannot be used any more
  std::string source;       // "policy windows", or the signal's source
  std::string why_unknown;  // why nobody can say; empty: the signal is too old, or there is none
};

// `rule` null: the policy has none.
[[nodiscard]] Outlook outlook_at(const carbon::GreenRule* rule, const carbon::Signal& signal,
                                 TimePoint now);

}  // namespace karbonetes::plan
