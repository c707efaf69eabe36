// `kubectl karbonetes signal`: each carbon source with its value now, its forecast as a sparkline,
// which source spoke, its age and the next green window. From signals to text; pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "carbon/signals.hpp"

namespace karbonetes::cli {

struct SignalViewInput {
  std::optional<carbon::Signals> signals;  // absent: not known here
  std::string only;                        // one source alone; empty: all
  std::vector<std::string> notes;
};

struct SignalViewOptions {
  bool colours = false;
  bool utf8 = true;
  int columns = 48;  // of the sparkline
};

// True when `only` names a source that is there, or names none.
[[nodiscard]] bool has_source(const SignalViewInput& input);

[[nodiscard]] std::string render_signals_text(const SignalViewInput& input, TimePoint now,
                                              const SignalViewOptions& options);
// {"observedAt", "default", "sources": [{"name", "isDefault", "spokenBy", "zone", "kind", "state",
// "freshness", "intensity", "ageSeconds", "nextGreen", "forecastUntil", "series": [{"from",
// "gramsPerKWh", "observed"}]}], "notes"}
[[nodiscard]] std::string render_signals_json(const SignalViewInput& input, TimePoint now);

}  // namespace karbonetes::cli
