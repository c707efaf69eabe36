// A resolved policy as rows for people: each field, its value, and who decided it. Pure.
#pragma once

#include <vector>

#include "cli/explain.hpp"
#include "policy/resolve.hpp"

namespace karbonetes::cli {

// Names as in the CarbonAwarePolicy's spec; `from` is "built-in default", "policy team-a/default"
// or "annotation carbon-aware.io/max-delay".
[[nodiscard]] std::vector<FieldOrigin> fields_of(const policy::ResolvedPolicy& policy);

}  // namespace karbonetes::cli
