// What was observed, as text for a ConfigMap: compact JSON of at most 300 KiB, values to 0.001
// gCO2eq/kWh, times to the second. Pure. decode: Parse, naming the field.
//
//   {"version":1,"zones":{"DE":{"average":{"observedUntil":"2026-11-24T12:00:00Z",
//    "start":"2026-11-24T10:00:00Z","seconds":[3600,1800,3600],"gramsPerKwh":[400,null,350.125]},
//    "marginal":{...}}}}
//
// The lengths follow one another from `start`; null: not observed.
#pragma once

#include <string>
#include <string_view>

#include "ledger/observed.hpp"

namespace karbonetes::ledger {

inline constexpr std::size_t kMaxObservedBytes = 300U << 10;

// When all does not fit, the oldest goes, as far back in every zone.
[[nodiscard]] std::string encode_observed(const Observed& observed);
[[nodiscard]] Result<Observed> decode_observed(std::string_view text);

}  // namespace karbonetes::ledger
