// GET /v1/signal as JSON. Pure. Cannot fail: broken UTF-8 is replaced.
//
//   {"source": "karbonetes-signal", "zone", "kind": "average" | "marginal", "green", "forced",
//    "observedAt", "intensity": {"value", "unit": "gCO2eq/kWh"},
//    "greenWindows": [{"start", "end"}],
//    "observed": [{"from", "intensity"}], "forecast": [{"from", "intensity"}]}
#pragma once

#include <string>

#include "mock/faults.hpp"
#include "mock/state.hpp"

namespace karbonetes::mock {

// `fault`: what is done to the forecast's points.
[[nodiscard]] std::string render(const View& view, TimePoint now,
                                 const std::optional<Fault>& fault = std::nullopt);

}  // namespace karbonetes::mock
