// The answers of carbon sources, to every parser; and what comes out of them is a series within
// bounds.
#include "carbon/forecast.hpp"
#include "providers/carbon_aware_sdk.hpp"
#include "providers/electricity_maps.hpp"
#include "providers/energy_charts.hpp"
#include "providers/gb_carbon_intensity.hpp"
#include "providers/kepler.hpp"
#include "providers/prometheus.hpp"
#include "providers/replay.hpp"
#include "providers/signal_service.hpp"
#include "providers/watttime.hpp"
#include "target.hpp"

using namespace karbonetes;  // NOLINT(google-build-using-namespace): a target is one function

namespace {

const TimePoint kNow(std::chrono::seconds(1'764'000'000));

void sound(const carbon::AnySeries& series) {
  const auto forecast = carbon::Forecast::prepare(series);
  if (!forecast) return;
  for (std::size_t i = 0; i < forecast->starts().size(); ++i) {
    if (i > 0) fuzz::check(forecast->starts()[i - 1] < forecast->starts()[i], "a series ascends");
    fuzz::check(forecast->values()[i] >= 0 && forecast->values()[i] <= 100'000,
                "intensities are within bounds");
  }
}

void points(const Result<providers::Points>& parsed) {
  fuzz::check_result(parsed);
  if (!parsed) return;
  const auto reading = parsed->finish(carbon::KindTag::Average, kNow);
  fuzz::check_result(reading);
  if (reading) sound(reading->series);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const auto text = fuzz::text(data + 1, size - 1);
  switch (data[0] % 16) {
    case 0:
      points(providers::parse_electricity_maps_latest(text));
      break;
    case 1:
      points(providers::parse_electricity_maps_forecast(text));
      break;
    case 2:
      points(providers::parse_electricity_maps_history(text));
      break;
    case 3:
      points(providers::parse_energy_charts(text));
      break;
    case 4:
      points(providers::parse_gb_carbon_intensity(text));
      break;
    case 5:
      points(providers::parse_carbon_aware_emissions(text));
      break;
    case 6:
      points(providers::parse_carbon_aware_forecast(text));
      break;
    case 7:
      points(providers::parse_watttime(text, data[0] > 127));
      break;
    case 8:
      points(providers::parse_prometheus(text, data[0] > 127));
      break;
    case 9:
      fuzz::check_result(providers::parse_watttime_login(text));
      break;
    case 10:
      fuzz::check_result(providers::parse_joules(text));
      break;
    case 11:
      fuzz::check_result(providers::parse_recording_csv(text));
      break;
    case 12:
      fuzz::check_result(providers::parse_recording_json(text));
      break;
    default: {
      const auto signal = providers::parse_signal(text);
      fuzz::check_result(signal);
    }
  }
  return 0;
}
