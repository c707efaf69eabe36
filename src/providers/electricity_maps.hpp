// Electricity Maps API v3: average (consumption, life-cycle) intensity by the hour, a token in the
// header `auth-token`. The zone is always sent: without it the service answers for the caller's
// address. `latest` is there with every plan; the forecast is not: after a 403 it is left out, with
// a warning, and asked for again every 6 h. The past 24 h (`history`) are read once at the start; a
// plan without them is no error. https://app.electricitymaps.com/docs
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "providers/adapter.hpp"
#include "providers/points.hpp"

namespace karbonetes::providers {

inline constexpr const char* kElectricityMapsUrl = "https://api.electricitymaps.com/v3";

struct ElectricityMapsOptions {
  std::string zone;        // "DE", "US-CAL-CISO"
  std::string token_file;  // empty: no header is sent
  Millis horizon = std::chrono::hours(24);
};

// {"zone","carbonIntensity","datetime","isEstimated"}: one observed point. An answer for another
// zone than `zone` is refused (empty: any). Errors: Parse, Invalid.
[[nodiscard]] Result<Points> parse_electricity_maps_latest(std::string_view body,
                                                           std::string_view zone = {});
// {"zone","forecast":[{"carbonIntensity","datetime"}]}
[[nodiscard]] Result<Points> parse_electricity_maps_forecast(std::string_view body,
                                                             std::string_view zone = {});
// {"zone","history":[{"carbonIntensity","datetime"}]}: observed.
[[nodiscard]] Result<Points> parse_electricity_maps_history(std::string_view body,
                                                            std::string_view zone = {});

[[nodiscard]] std::unique_ptr<Adapter> make_electricity_maps(ElectricityMapsOptions options);

}  // namespace karbonetes::providers
