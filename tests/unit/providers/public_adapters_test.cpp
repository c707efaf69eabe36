// The adapters of services without a key, by their documented shapes: Great Britain and
// Energy-Charts.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/time_text.hpp"
#include "providers/energy_charts.hpp"
#include "providers/gb_carbon_intensity.hpp"
#include "scripted_fetch.hpp"

namespace karbonetes::providers {
namespace {

using testing::HasSubstr;

const TimePoint kNow = at("2026-11-24T12:10:00Z");

constexpr const char* kNational = R"({"data":[
  {"from":"2026-11-24T11:30Z","to":"2026-11-24T12:00Z","intensity":{"forecast":210,"actual":205,"index":"moderate"}},
  {"from":"2026-11-24T12:00Z","to":"2026-11-24T12:30Z","intensity":{"forecast":215,"actual":null,"index":"moderate"}},
  {"from":"2026-11-24T12:30Z","to":"2026-11-24T13:00Z","intensity":{"forecast":190,"actual":null,"index":"low"}}]})";

constexpr const char* kRegion =
    R"({"regionid":3,"dnoregion":"Electricity North West","shortname":"North West England",
  "data":[{"from":"2026-11-24T12:00Z","to":"2026-11-24T12:30Z","intensity":{"forecast":60,"index":"low"},
           "generationmix":[{"fuel":"gas","perc":12.5},{"fuel":"nuclear","perc":40}]},
          {"from":"2026-11-24T12:30Z","to":"2026-11-24T13:00Z","intensity":{"forecast":55,"index":"low"}}]})";

TEST(GbCarbonIntensity, NationalActualElseForecast) {
  ScriptedFetch script;
  script.on("/intensity/2026-11-23T12:00Z/fw48h", kNational);
  const auto reading = make_gb_carbon_intensity({})->read(script.fetch(), kNow);
  ASSERT_TRUE(reading) << reading.error().message;
  const auto& s = series(*reading);
  ASSERT_EQ(s.points.size(), 3U);
  EXPECT_EQ(s.points[0].value.grams_per_kwh, 205);
  EXPECT_EQ(s.points[1].value.grams_per_kwh, 215);
  EXPECT_EQ(s.observed_until, s.points[2].from) << "the half-hour that runs";
  EXPECT_EQ(s.end, at("2026-11-24T13:00:00Z"));
  EXPECT_FALSE(reading->green);
}

TEST(GbCarbonIntensity, RegionalDataIsAnObjectOrAnArray) {
  for (const std::string& body :
       {fmt::format(R"({{"data":{}}})", kRegion), fmt::format(R"({{"data":[{}]}})", kRegion)}) {
    const auto points = parse_gb_carbon_intensity(body);
    ASSERT_TRUE(points) << points.error().message;
    ASSERT_EQ(points->size(), 2U);
    EXPECT_FALSE(points->points()[0].observed);
    EXPECT_EQ(points->points()[1].grams_per_kwh, 55);
  }
}

TEST(GbCarbonIntensity, RegionPostcodeAndALongHorizonAreAskedFor) {
  ScriptedFetch script;
  (void)make_gb_carbon_intensity({3, {}, std::chrono::hours(24)})->read(script.fetch(), kNow);
  (void)make_gb_carbon_intensity({0, "RG10", std::chrono::hours(24)})->read(script.fetch(), kNow);
  EXPECT_EQ(script.requests[0].target, "/regional/intensity/2026-11-23T12:00Z/fw48h/regionid/3");
  EXPECT_EQ(script.requests[1].target, "/regional/intensity/2026-11-23T12:00Z/fw48h/postcode/RG10");
  ScriptedFetch far;
  far.on("/intensity/2026-11-23T12:00Z/fw48h", kNational);
  const auto reading =
      make_gb_carbon_intensity({0, {}, std::chrono::hours(48)})->read(far.fetch(), kNow);
  ASSERT_TRUE(reading);
  EXPECT_EQ(far.requests[1].target, "/intensity/2026-11-25T12:00Z/fw48h");
  ASSERT_EQ(reading->warnings.size(), 1U);
  EXPECT_THAT(reading->warnings[0], HasSubstr("far end"));
}

TEST(GbCarbonIntensity, WrongRegionIsSaid) {
  ScriptedFetch script;
  script.on("/regional/intensity/2026-11-23T12:00Z/fw48h/postcode/XX1", {400, {}, "{}"});
  const auto reading =
      make_gb_carbon_intensity({0, "XX1", std::chrono::hours(24)})->read(script.fetch(), kNow);
  ASSERT_FALSE(reading);
  EXPECT_THAT(reading.error().message, HasSubstr("postcode \"XX1\""));
}

TEST(GbCarbonIntensity, HostileBodiesAreErrors) {
  for (const char* body :
       {"", "null", "[]", "{}", R"({"data":5})", R"({"data":[5]})", R"({"data":[{}]})",
        R"({"data":[{"from":5,"intensity":{}}]})", R"({"data":[{"from":"x","intensity":{}}]})",
        R"({"data":{"data":null}})", R"({"data":[{"data":{}}]})",
        R"({"data":[{"from":"2026-11-24T11:30Z","intensity":{"forecast":"many"}}]})"}) {
    EXPECT_FALSE(parse_gb_carbon_intensity(body)) << body;
  }
}

TEST(GbCarbonIntensity, AYearOfHalfHoursIsMoreThanItTakesAndAYearOfHoursIsNot) {
  const auto year = [](int steps, Millis step) {
    std::string body = R"({"data":[)";
    for (int i = 0; i < steps; ++i) {
      body += fmt::format(R"({}{{"from":"{}","intensity":{{"actual":{}}}}})", i ? "," : "",
                          format_rfc3339(kNow - std::chrono::hours(8760) + i * step), i % 500);
    }
    return body + "]}";
  };
  const auto half_hours = parse_gb_carbon_intensity(year(17520, std::chrono::minutes(30)));
  ASSERT_FALSE(half_hours);
  EXPECT_THAT(half_hours.error().message, HasSubstr("more than 10000"));
  const auto hours = parse_gb_carbon_intensity(year(8760, std::chrono::hours(1)));
  ASSERT_TRUE(hours);
  EXPECT_EQ(hours->size(), 8760U);
}

TEST(GbCarbonIntensity, TheHourThatExistsTwiceIsTwoHours) {
  // 01:30 local on the day that summer time ends in Britain, told with offsets.
  const auto points = parse_gb_carbon_intensity(R"({"data":[
    {"from":"2026-10-25T01:30:00+01:00","intensity":{"actual":100}},
    {"from":"2026-10-25T01:00:00+00:00","intensity":{"actual":110}},
    {"from":"2026-10-25T01:30:00+00:00","intensity":{"actual":120}}]})");
  ASSERT_TRUE(points);
  const auto reading = points->finish(carbon::KindTag::Average, at("2026-10-25T01:40:00Z"));
  const auto& s = series(*reading);
  ASSERT_EQ(s.points.size(), 3U);
  EXPECT_EQ(s.points[1].from - s.points[0].from, std::chrono::minutes(30));
}

TEST(EnergyCharts, MeasuredElseForecastAndNulls) {
  const std::string t0 = epoch_text(at("2026-11-24T12:00:00Z"));
  const auto body = fmt::format(
      R"({{"unix_seconds":[{0}0,{0}1,{0}2,{0}3],"co2eq":[300.5,null,null,null],"co2eq_forecast":[290,280,null,250],"deprecated":false}})",
      t0.substr(0, t0.size() - 1));
  const auto points = parse_energy_charts(body);
  ASSERT_TRUE(points) << points.error().message;
  ASSERT_EQ(points->size(), 3U);
  EXPECT_EQ(points->points()[0].grams_per_kwh, 300.5);
  EXPECT_TRUE(points->points()[0].observed);
  EXPECT_EQ(points->points()[1].grams_per_kwh, 280);
  EXPECT_FALSE(points->points()[1].observed);
}

TEST(EnergyCharts, ForecastOfItsOwnCallIsJoinedAndMayBeMissing) {
  const auto first = std::chrono::floor<Seconds>(kNow).time_since_epoch().count();
  ScriptedFetch script;
  script.on("/co2eq", fmt::format(R"({{"unix_seconds":[{}],"co2eq":[400]}})", first));
  script.on("/co2eq_forecast", fmt::format(R"({{"unix_seconds":[{},{}],"co2eq_forecast":[1,350]}})",
                                           first, first + 900));
  auto reading = make_energy_charts({"de"})->read(script.fetch(), kNow);
  ASSERT_TRUE(reading) << reading.error().message;
  EXPECT_EQ(script.requests[0].target, "/co2eq?country=de");
  ASSERT_EQ(series(*reading).points.size(), 2U);
  EXPECT_EQ(series(*reading).points[0].value.grams_per_kwh, 400);
  script.replace("/co2eq_forecast", {503, {}, ""});
  reading = make_energy_charts({"de"})->read(script.fetch(), kNow);
  ASSERT_TRUE(reading);
  EXPECT_THAT(reading->warnings, testing::Contains(HasSubstr("no forecast")));
  script.replace("/co2eq", {404, {}, ""});
  reading = make_energy_charts({"xx"})->read(script.fetch(), kNow);
  ASSERT_FALSE(reading);
  EXPECT_THAT(reading.error().message, HasSubstr("country \"xx\""));
}

TEST(EnergyCharts, HostileBodiesAreErrors) {
  for (const char* body :
       {"[]", "{}", R"({"unix_seconds":[1]})", R"({"unix_seconds":[1],"co2eq":[]})",
        R"({"unix_seconds":["x"],"co2eq":[1]})", R"({"unix_seconds":[1e300],"co2eq":[1]})",
        R"({"unix_seconds":[1],"co2eq":["1"]})", R"({"unix_seconds":{},"co2eq":[1]})"}) {
    EXPECT_FALSE(parse_energy_charts(body)) << body;
  }
}

}  // namespace
}  // namespace karbonetes::providers
