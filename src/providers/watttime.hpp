// WattTime API v3: marginal operating emissions rate (co2_moer), 5 minutes, up to 72 h ahead. Logs
// in with a user name and password (Basic) for a token of 30 minutes, sends that as Bearer, renews
// it before it ends and once after a 401; never logs in twice within 30 s (the service allows 100
// logins in 5 minutes). The past 24 h are read once at the start where the plan allows.
// https://docs.watttime.org
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "providers/adapter.hpp"
#include "providers/points.hpp"

namespace karbonetes::providers {

inline constexpr const char* kWattTimeUrl = "https://api.watttime.org";

// lbs/MWh -> g/kWh: 1 lb = 453.59237 g (international pound, exact), 1 MWh = 1000 kWh.
inline constexpr double kGramsPerKwhOfPoundPerMwh = 0.45359237;

struct WattTimeOptions {
  std::string region;  // "CAISO_NORTH"
  std::string username_file, password_file;
  Millis horizon = std::chrono::hours(24);
};

// {"data":[{"point_time","value"}],"meta":{"units":"lbs_co2_per_mwh","signal_type":"co2_moer"}}, of
// forecast and historical alike, converted to g/kWh. Errors: Parse; Invalid for another unit or
// signal type.
[[nodiscard]] Result<Points> parse_watttime(std::string_view body, bool observed);
// {"token":"..."}. Errors: Parse, which never quotes it.
[[nodiscard]] Result<std::string> parse_watttime_login(std::string_view body);

[[nodiscard]] std::unique_ptr<Adapter> make_watttime(WattTimeOptions options);

}  // namespace karbonetes::providers
