// Every parser over thousands of damaged answers: whatever comes, a Result comes back, and a series
// that is published ascends and is within bounds. Deterministic. The sanitizers make it worth most.
#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "carbon/forecast.hpp"
#include "providers/carbon_aware_sdk.hpp"
#include "providers/electricity_maps.hpp"
#include "providers/energy_charts.hpp"
#include "providers/gb_carbon_intensity.hpp"
#include "providers/prometheus.hpp"
#include "providers/replay.hpp"
#include "providers/signal_config.hpp"
#include "providers/signal_service.hpp"
#include "providers/watttime.hpp"
#include "scripted_fetch.hpp"

namespace karbonetes::providers {
namespace {

const TimePoint kNow = at("2026-11-24T12:10:00Z");
constexpr int kRounds = 3000;

// Cuts, doubles, swaps and replaces pieces, with a taste for what means something in JSON.
std::string damaged(std::string text, std::minstd_rand& random) {
  static constexpr std::string_view kPieces[] = {
      "null", "{}", "[]", "\"", "-1", "1e308", "0",   "true",
      "[[",   "}}", ",",  ":",  "\\", "\xff",  "1e9", "99999999999999999999"};
  const auto below = [&](std::size_t n) { return n == 0 ? 0 : random() % n; };
  for (std::size_t n = 1 + below(4); n > 0; --n) {
    const std::size_t from = below(text.size());
    const std::size_t length = below(12);
    switch (below(4)) {
      case 0:
        text.erase(from, length);
        break;
      case 1:
        text.insert(from, text.substr(below(text.size()), length));
        break;
      case 2:
        text.replace(from, length, kPieces[below(std::size(kPieces))]);
        break;
      default:
        text.resize(from);
    }
  }
  return text;
}

void expect_sound(const carbon::AnySeries& any) {
  const auto forecast = carbon::Forecast::prepare(any);
  if (!forecast) return;
  for (std::size_t i = 0; i < forecast->starts().size(); ++i) {
    if (i > 0) {
      EXPECT_LT(forecast->starts()[i - 1], forecast->starts()[i]);
    }
    EXPECT_GE(forecast->values()[i], 0);
    EXPECT_LE(forecast->values()[i], Points::kMaxGrams);
  }
  EXPECT_GE(forecast->end(), forecast->starts().back());
  EXPECT_TRUE(std::isfinite(forecast->mean()));
}

// How many of the damaged bodies were still readable.
template <typename Parse>
int survivors(const std::string& body, Parse parse) {
  std::minstd_rand random(7);
  int read = 0;
  for (int i = 0; i < kRounds; ++i) {
    const Result<Points> points = parse(damaged(body, random));
    if (!points) {
      EXPECT_FALSE(points.error().message.empty());
      EXPECT_LT(points.error().message.size(), 400U);
      continue;
    }
    ++read;
    if (const auto reading = points->finish(carbon::KindTag::Average, kNow)) {
      expect_sound(reading->series);
    }
  }
  return read;
}

TEST(MutatedBodies, OfEveryProvider) {
  EXPECT_GT(
      survivors(R"({"data":[{"from":"2026-11-24T12:00Z","intensity":{"forecast":210,"actual":205}},
                          {"from":"2026-11-24T12:30Z","intensity":{"forecast":215,"actual":null}}]})",
                parse_gb_carbon_intensity),
      0);
  EXPECT_GT(
      survivors(
          R"({"unix_seconds":[1795522200,1795523100],"co2eq":[300,null],"co2eq_forecast":[290,280]})",
          parse_energy_charts),
      0);
  EXPECT_GT(
      survivors(R"({"zone":"DE","carbonIntensity":302,"datetime":"2026-11-24T12:00:00.000Z"})",
                [](const std::string& b) { return parse_electricity_maps_latest(b, "DE"); }),
      0);
  EXPECT_GT(
      survivors(
          R"({"zone":"DE","forecast":[{"carbonIntensity":299,"datetime":"2026-11-24T12:00:00.000Z"}]})",
          [](const std::string& b) { return parse_electricity_maps_forecast(b, "DE"); }),
      0);
  EXPECT_GT(
      survivors(
          R"({"data":[{"point_time":"2026-11-24T12:10:00+00:00","value":1000}],"meta":{"units":"lbs_co2_per_mwh"}})",
          [](const std::string& b) { return parse_watttime(b, false); }),
      0);
  EXPECT_GT(
      survivors(R"([{"location":"x","time":"2026-11-24T11:45:11.5092741+00:00","rating":70}])",
                parse_carbon_aware_emissions),
      0);
  EXPECT_GT(
      survivors(
          R"([{"forecastData":[{"timestamp":"2026-11-24T12:30:00+00:00","duration":5,"value":60.1}]}])",
          parse_carbon_aware_forecast),
      0);
  EXPECT_GT(
      survivors(
          R"({"status":"success","data":{"resultType":"matrix","result":[{"values":[[1795522200,"230"],[1795523100,"NaN"]]}]}})",
          [](const std::string& b) { return parse_prometheus(b, true); }),
      0);
}

TEST(MutatedBodies, OfTheSignalServiceRecordingsAndConfiguration) {
  std::minstd_rand random(11);
  const std::string signal =
      R"({"zone":"Z","green":true,"kind":"marginal","greenWindows":[{"start":"2026-11-24T12:00:00Z","end":"2026-11-24T13:00:00Z"}],
          "observed":[{"from":"2026-11-24T11:00:00Z","intensity":90}],"forecast":[{"from":"2026-11-24T12:00:00Z","intensity":100}]})";
  const std::string csv = "time,intensity\n2026-01-01T00:00Z,100\n2026-01-01T01:00Z,200\n";
  const std::string json =
      R"([{"time":"2026-01-01T00:00Z","intensity":100},{"time":1767229200,"intensity":50}])";
  const std::string yaml =
      "sources:\n  - {name: uk, type: gb-carbon-intensity, refresh: 5m}\n  - name: n\n    type: "
      "static-windows\n    windows: [{start: \"22:00\", end: \"06:00\"}]\n";
  int read = 0;
  for (int i = 0; i < kRounds; ++i) {
    if (const auto s = parse_signal(damaged(signal, random))) {
      ++read;
      if (s->forecast) expect_sound(s->forecast->series());
    }
    for (const auto& recording :
         {parse_recording_csv(damaged(csv, random)), parse_recording_json(damaged(json, random))}) {
      if (!recording) continue;
      ++read;
      for (const bool loop : {false, true}) {
        ReplayOptions options;
        options.shift = true;
        options.loop = loop;
        options.start = kNow;
        if (const auto reading = replay_at(*recording, options, kNow + Seconds(5)))
          expect_sound(reading->series);
      }
    }
    read += parse_signal_config(damaged(yaml, random)).has_value();
  }
  EXPECT_GT(read, 0);
}

}  // namespace
}  // namespace karbonetes::providers
