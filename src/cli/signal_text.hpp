// The carbon signal in words and as JSON, for both commands. Pure.
#pragma once

#include <optional>
#include <string>

#include "carbon/signal.hpp"
#include "json/document.hpp"
#include "placement/evaluate.hpp"

namespace karbonetes::cli {

// The signal that governs a Job, as far as this command can know: its policy's own windows, else
// the source that it follows. nullopt: only the controller knows.
[[nodiscard]] std::optional<carbon::Signal> governing(const policy::ResolvedPolicy& policy,
                                                      const std::optional<carbon::Signals>& signals,
                                                      TimePoint now);

// "Signal: green (karbonetes-signal, zone local), 80 gCO2eq/kWh; ..." Printable, one line, no
// newline.
[[nodiscard]] std::string headline(const std::optional<carbon::Signal>& service, TimePoint now);

// null when unknown.
[[nodiscard]] json::Document signal_json(const std::optional<carbon::Signal>& signal,
                                         TimePoint now);

}  // namespace karbonetes::cli
