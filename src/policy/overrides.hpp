// The per-Job overrides that users write as annotations, read leniently: an unreadable value never
// blocks a Job. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "carbon/green_rule.hpp"

namespace karbonetes::policy {

struct Overrides {
  std::optional<std::string> policy;        // carbon-aware.io/policy
  std::optional<Millis> max_delay;          // carbon-aware.io/max-delay
  std::optional<bool> strict;               // carbon-aware.io/strict
  std::optional<Millis> expected_duration;  // carbon-aware.io/expected-duration
  std::optional<carbon::GreenRule> green;   // carbon-aware.io/green-threshold
  bool run_now = false;                     // carbon-aware.io/run-now: "true"
};

// Takes one annotation in. Unknown keys under carbon-aware.io/ are reported too (a typo would
// otherwise be silent), save those that Karbonetes itself writes. Returns a sentence for admission
// warnings and events when the value was ignored: which annotation, which value (cut to 64
// characters), what to write instead, and what holds now.
[[nodiscard]] std::optional<std::string> apply_annotation(Overrides& overrides,
                                                          std::string_view key,
                                                          std::string_view value);

// "true" (annotation or label value) opts in; anything else does not.
[[nodiscard]] bool opts_in(std::string_view value);

}  // namespace karbonetes::policy
