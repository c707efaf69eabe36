// A carbon::Signal as JSON: what the controller publishes in a ConfigMap for the command line and
// for its own next start, and what the command line reads. Pure. Errors: Parse, naming the field;
// bounded like every input from outside. Members that are not known are ignored, so that an older
// program reads what a newer one wrote.
//
//   {"source": "watttime", "zone": "CAISO_NORTH", "observedAt": "2026-11-24T12:00:00Z",
//    "green": true | false | null,                  null: the source says nothing of green
//    "greenWindows": [{"start": "...Z", "end": "...Z"}],           sorted, disjoint
//    "staleAfter": "10m", "unknownAfter": "1h",     "0s": never
//    "series": null | {"kind": "average" | "marginal", "unit": "gCO2eq/kWh", "start": "...Z",
//                      "seconds": [0, 300, ...], "values": [412.5, ...],
//                      "end": "...Z", "observedUntil": "...Z"}}
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "carbon/signal.hpp"
#include "json/document.hpp"

namespace karbonetes::carbon {

inline constexpr std::size_t kMaxEncodedPoints = 100'000;
inline constexpr std::size_t kMaxEncodedWindows = 10'000;

// Compact: the series as start, and parallel arrays of seconds since it and values (3 decimals).
// Valid UTF-8 whatever the names were, so that dump() does not throw.
[[nodiscard]] json::Document encode_signal(const Signal& signal);

// Errors: Parse for a missing or mistyped member, a name with control characters, more than
// kMaxEncodedPoints or kMaxEncodedWindows entries, a value outside 0..100000 gCO2eq/kWh, instants
// that do not ascend.
[[nodiscard]] Result<Signal> decode_signal(const json::Document& document);

}  // namespace karbonetes::carbon
