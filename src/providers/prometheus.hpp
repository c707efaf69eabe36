// Any Prometheus (or compatible) server as a carbon source: an instant query for the present and
// optionally a range query over the time ahead, for forecasts that somebody records with future
// timestamps. Made for grid-intensity-exporter (grid_intensity_carbon_average{location="..."}), but
// any query that gives one series in gCO2eq/kWh will do. The configuration names the kind.
// https://prometheus.io/docs/prometheus/latest/querying/api/
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "providers/adapter.hpp"
#include "providers/points.hpp"

namespace karbonetes::providers {

struct PrometheusOptions {
  std::string query;           // one series (or a scalar): gCO2eq/kWh now
  std::string forecast_query;  // one series over [now, now + horizon]; empty: none
  carbon::KindTag kind = carbon::KindTag::Average;
  std::string token_file;  // sent as Bearer; empty: none
  Millis horizon = std::chrono::hours(24);
};

// Answers of query and query_range: {"status":"success","data":{"resultType":"vector"|"matrix"|
// "scalar","result":...}} with [seconds, "value"] pairs. NaN and infinities count as null. Errors:
// Parse; NotFound for no series; Invalid for more than one series or an error of the server's.
[[nodiscard]] Result<Points> parse_prometheus(std::string_view body, bool observed);

[[nodiscard]] std::unique_ptr<Adapter> make_prometheus(PrometheusOptions options);

}  // namespace karbonetes::providers
