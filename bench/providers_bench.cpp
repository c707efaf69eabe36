// The parsers of src/providers over answers of the size that their sources give for a day or three.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <functional>

#include "providers/carbon_aware_sdk.hpp"
#include "providers/electricity_maps.hpp"
#include "providers/energy_charts.hpp"
#include "providers/gb_carbon_intensity.hpp"
#include "providers/kepler.hpp"
#include "providers/prometheus.hpp"
#include "providers/signal_service.hpp"
#include "providers/watttime.hpp"
#include "traces.hpp"

namespace karbonetes::providers {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// `one`: text of one point, from its instant and value; separated by commas.
std::string list(hours length, Millis step,
                 const std::function<std::string(TimePoint, double)>& one) {
  std::string out;
  TimePoint t = bench::kBegin;
  for (const double v : bench::values(static_cast<std::size_t>(length / step), step)) {
    out += (out.empty() ? "" : ",") + one(t, v);
    t += step;
  }
  return out;
}

std::int64_t seconds_of(TimePoint t) { return t.time_since_epoch().count() / 1000; }

template <class Parse>
void run(benchmark::State& state, const std::string& body, const Parse& parse) {
  if (const auto once = parse(body); !once) {
    state.SkipWithError(once.error().message.c_str());
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(parse(body));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}

void parse_electricity_maps_forecast_24h(benchmark::State& state) {
  run(state,
      R"({"zone":"DE","forecast":[)" +
          list(hours(24), hours(1),
               [](TimePoint t, double v) {
                 return fmt::format(R"({{"carbonIntensity":{:.0f},"datetime":"{}"}})", v,
                                    format_rfc3339(t));
               }) +
          "]}",
      [](const std::string& b) { return parse_electricity_maps_forecast(b, "DE"); });
}
BENCHMARK(parse_electricity_maps_forecast_24h);

void parse_electricity_maps_history_24h(benchmark::State& state) {
  run(state,
      R"({"zone":"DE","history":[)" +
          list(hours(24), hours(1),
               [](TimePoint t, double v) {
                 return fmt::format(R"({{"zone":"DE","carbonIntensity":{:.0f},"datetime":"{}"}})",
                                    v, format_rfc3339(t));
               }) +
          "]}",
      [](const std::string& b) { return parse_electricity_maps_history(b, "DE"); });
}
BENCHMARK(parse_electricity_maps_history_24h);

void parse_electricity_maps_latest_point(benchmark::State& state) {
  run(state,
      R"({"zone":"DE","carbonIntensity":302,"datetime":"2026-11-24T20:00:00.000Z",)"
      R"("updatedAt":"2026-11-24T19:47:00.000Z","isEstimated":true})",
      [](const std::string& b) { return parse_electricity_maps_latest(b, "DE"); });
}
BENCHMARK(parse_electricity_maps_latest_point);

void parse_watttime_72h(benchmark::State& state) {
  run(state,
      R"({"data":[)" +
          list(hours(72), minutes(5),
               [](TimePoint t, double v) {
                 return fmt::format(R"({{"point_time":"{}","value":{:.1f}}})", format_rfc3339(t),
                                    v);
               }) +
          R"(],"meta":{"units":"lbs_co2_per_mwh","signal_type":"co2_moer"}})",
      [](const std::string& b) { return parse_watttime(b, false); });
}
BENCHMARK(parse_watttime_72h);

void parse_gb_48h(benchmark::State& state) {
  run(state,
      R"({"data":[)" +
          list(
              hours(48), minutes(30),
              [](TimePoint t, double v) {
                return fmt::format(
                    R"({{"from":"{}","to":"{}","intensity":{{"forecast":{:.0f},"actual":null,"index":"low"}}}})",
                    format_rfc3339(t), format_rfc3339(t + minutes(30)), v);
              }) +
          "]}",
      [](const std::string& b) { return parse_gb_carbon_intensity(b); });
}
BENCHMARK(parse_gb_48h);

void parse_energy_charts_48h(benchmark::State& state) {
  const auto seconds = list(hours(48), minutes(15),
                            [](TimePoint t, double) { return fmt::format("{}", seconds_of(t)); });
  const auto grams =
      list(hours(48), minutes(15), [](TimePoint, double v) { return fmt::format("{:.2f}", v); });
  run(state,
      R"({"unix_seconds":[)" + seconds + R"(],"co2eq":[)" + grams + R"(],"co2eq_forecast":[)" +
          grams + R"(],"deprecated":false})",
      [](const std::string& b) { return parse_energy_charts(b); });
}
BENCHMARK(parse_energy_charts_48h);

void parse_carbon_aware_sdk_forecast_24h(benchmark::State& state) {
  run(state,
      R"([{"generatedAt":"2026-11-24T20:00:00+00:00","location":"westeurope","forecastData":[)" +
          list(hours(24), minutes(5),
               [](TimePoint t, double v) {
                 return fmt::format(
                     R"({{"location":"NL","timestamp":"{}","duration":5,"value":{:.4f}}})",
                     format_rfc3339(t), v);
               }) +
          "]}]",
      [](const std::string& b) { return parse_carbon_aware_forecast(b); });
}
BENCHMARK(parse_carbon_aware_sdk_forecast_24h);

void parse_carbon_aware_sdk_emissions_24h(benchmark::State& state) {
  run(state,
      "[" +
          list(hours(24), minutes(5),
               [](TimePoint t, double v) {
                 return fmt::format(
                     R"({{"location":"NL","time":"{}","rating":{:.4f},"duration":"00:05:00"}})",
                     format_rfc3339(t), v);
               }) +
          "]",
      [](const std::string& b) { return parse_carbon_aware_emissions(b); });
}
BENCHMARK(parse_carbon_aware_sdk_emissions_24h);

void parse_prometheus_range_24h(benchmark::State& state) {
  run(state,
      R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{"location":"DE"},)"
      R"("values":[)" +
          list(hours(24), minutes(5),
               [](TimePoint t, double v) {
                 return fmt::format(R"([{},"{:.3f}"])", seconds_of(t), v);
               }) +
          "]}]}}",
      [](const std::string& b) { return parse_prometheus(b, true); });
}
BENCHMARK(parse_prometheus_range_24h);

void parse_kepler_joules(benchmark::State& state) {
  run(state,
      R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},)"
      R"("value":[1795000000.123,"93813.25"]}]}})",
      [](const std::string& b) { return parse_joules(b); });
}
BENCHMARK(parse_kepler_joules);

void points_finish_72h(benchmark::State& state) {
  Points points;
  TimePoint t = bench::kBegin;
  for (const double v : bench::values(864, minutes(5))) {
    points.add(t, v, t < bench::kBegin + hours(24));
    t += minutes(5);
  }
  for (auto _ : state)
    benchmark::DoNotOptimize(points.finish(carbon::KindTag::Average, bench::kBegin + hours(24)));
}
BENCHMARK(points_finish_72h);

}  // namespace
}  // namespace karbonetes::providers
