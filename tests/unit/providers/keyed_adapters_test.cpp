// The adapters of services that want credentials: Electricity Maps and WattTime.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/base64.hpp"
#include "providers/electricity_maps.hpp"
#include "providers/watttime.hpp"
#include "scripted_fetch.hpp"
#include "temp_file.hpp"

namespace karbonetes::providers {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

const TimePoint kNow = at("2026-11-24T12:10:00Z");

constexpr const char* kLatest =
    R"({"zone":"DE","carbonIntensity":302,"datetime":"2026-11-24T12:00:00.000Z","updatedAt":"2026-11-24T11:05:00.000Z","emissionFactorType":"lifecycle","isEstimated":true,"estimationMethod":"TIME_SLICER_AVERAGE"})";
constexpr const char* kForecast =
    R"({"zone":"DE","forecast":[{"carbonIntensity":299,"datetime":"2026-11-24T12:00:00.000Z"},{"carbonIntensity":280,"datetime":"2026-11-24T13:00:00.000Z"},{"carbonIntensity":null,"datetime":"2026-11-24T14:00:00.000Z"}],"updatedAt":"2026-11-24T11:05:00.000Z"})";
constexpr const char* kHistory =
    R"({"zone":"DE","history":[{"zone":"DE","carbonIntensity":310,"datetime":"2026-11-24T10:00:00.000Z"},{"zone":"DE","carbonIntensity":305,"datetime":"2026-11-24T11:00:00.000Z"}]})";

class ElectricityMapsTest : public testing::Test {
 protected:
  ElectricityMapsTest() {
    script.on("/carbon-intensity/latest", kLatest);
    script.on("/carbon-intensity/forecast", kForecast);
    script.on("/carbon-intensity/history", kHistory);
  }
  std::unique_ptr<Adapter> make() {
    return make_electricity_maps({"DE", token.path(), std::chrono::hours(30)});
  }
  TempFile token{"hunter2"};
  ScriptedFetch script;
};

TEST_F(ElectricityMapsTest, LatestHistoryAndForecastAreOneSeries) {
  const auto adapter = make();
  const auto reading = adapter->read(script.fetch(), kNow);
  ASSERT_TRUE(reading) << reading.error().message;
  const auto& s = series(*reading);
  ASSERT_EQ(s.points.size(), 4U);
  EXPECT_EQ(s.points[2].value.grams_per_kwh, 302);  // what was measured wins
  EXPECT_EQ(s.observed_until, at("2026-11-24T13:00:00Z"));
  for (std::size_t i = 0; i < script.requests.size(); ++i) {
    EXPECT_EQ(script.header(i, "auth-token"), "hunter2");
    EXPECT_THAT(script.requests[i].target, HasSubstr("zone=DE"));
  }
  EXPECT_THAT(script.requests.back().target, HasSubstr("horizonHours=48"));
  ASSERT_TRUE(adapter->read(script.fetch(), kNow));
  EXPECT_EQ(script.asked("/carbon-intensity/history"), 1);
}

TEST_F(ElectricityMapsTest, APlanWithoutForecastIsAskedAgainAfterSixHours) {
  script.replace("/carbon-intensity/forecast", {403, {}, "Forbidden"});
  script.replace("/carbon-intensity/history", {403, {}, "Forbidden"});
  const auto adapter = make();
  for (int i = 0; i < 3; ++i) {
    const auto reading = adapter->read(script.fetch(), kNow + i * std::chrono::hours(1));
    ASSERT_TRUE(reading) << reading.error().message;
    EXPECT_THAT(reading->warnings, Contains(HasSubstr("plan")));
    EXPECT_EQ(series(*reading).points.size(), 1U);
  }
  EXPECT_EQ(script.asked("/carbon-intensity/forecast"), 1);
  EXPECT_EQ(script.asked("/carbon-intensity/history"), 1);
  ASSERT_TRUE(adapter->read(script.fetch(), kNow + std::chrono::hours(6)));
  EXPECT_EQ(script.asked("/carbon-intensity/forecast"), 2);
}

TEST_F(ElectricityMapsTest, ANewTokenMayBeOfABetterPlan) {
  script.replace("/carbon-intensity/forecast", {403, {}, "Forbidden"});
  const auto adapter = make();
  ASSERT_TRUE(adapter->read(script.fetch(), kNow));
  script.replace("/carbon-intensity/forecast", {200, {}, kForecast});
  token.write("hunter3");
  EXPECT_TRUE(adapter->secrets_changed());
  const auto reading = adapter->read(script.fetch(), kNow + Seconds(60));
  ASSERT_TRUE(reading);
  EXPECT_TRUE(reading->warnings.empty());
  EXPECT_EQ(script.header(script.requests.size() - 1, "auth-token"), "hunter3");
}

TEST_F(ElectricityMapsTest, RefusedTokenNamesTheFileAndNotTheToken) {
  script.replace("/carbon-intensity/latest", {401, {}, "Invalid auth-token hunter2"});
  const auto reading = make()->read(script.fetch(), kNow);
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().code, Errc::Unauthorized);
  EXPECT_THAT(reading.error().message, HasSubstr(token.path()));
  EXPECT_THAT(reading.error().message, Not(HasSubstr("hunter2")));
}

TEST_F(ElectricityMapsTest, MissingTokenFileAsksNobody) {
  token.remove();
  const auto reading = make()->read(script.fetch(), kNow);
  ASSERT_FALSE(reading);
  EXPECT_THAT(reading.error().message, HasSubstr(token.path()));
  EXPECT_TRUE(script.requests.empty());
}

TEST_F(ElectricityMapsTest, AnotherZoneIsRefused) {
  const auto points = parse_electricity_maps_latest(kLatest, "FR");
  ASSERT_FALSE(points);
  EXPECT_EQ(points.error().code, Errc::Invalid);
  EXPECT_TRUE(parse_electricity_maps_latest(kLatest));
}

TEST_F(ElectricityMapsTest, HostileBodiesAreErrors) {
  for (const char* body :
       {"[]", "{}", R"({"carbonIntensity":1})", R"({"carbonIntensity":"1","datetime":"x"})",
        R"({"carbonIntensity":1,"datetime":7})", R"({"zone":5,"carbonIntensity":1})"}) {
    EXPECT_FALSE(parse_electricity_maps_latest(body, "DE")) << body;
  }
  EXPECT_FALSE(parse_electricity_maps_forecast(R"({"forecast":{}})"));
  EXPECT_FALSE(parse_electricity_maps_forecast(R"({"forecast":[1]})"));
  EXPECT_FALSE(parse_electricity_maps_history(R"({"zone":"DE"})"));
}

constexpr const char* kMoer =
    R"({"data":[{"point_time":"2026-11-24T12:10:00+00:00","value":1000},{"point_time":"2026-11-24T12:15:00+00:00","value":500.5},{"point_time":"2026-11-24T12:20:00+00:00","value":null}],"meta":{"data_point_period_seconds":300,"region":"CAISO_NORTH","warnings":[],"signal_type":"co2_moer","model":{"date":"2024-03-01"},"units":"lbs_co2_per_mwh","generated_at":"2026-11-24T12:10:00+00:00"}})";
constexpr const char* kPastMoer =
    R"({"data":[{"point_time":"2026-11-24T12:05:00+00:00","value":900}],"meta":{"signal_type":"co2_moer","units":"lbs_co2_per_mwh"}})";

class WattTimeTest : public testing::Test {
 protected:
  WattTimeTest() {
    script.on("/login", R"({"token":"token-one"})");
    script.on("/v3/forecast", kMoer);
    script.on("/v3/historical", kPastMoer);
  }
  std::unique_ptr<Adapter> make() {
    return make_watttime({"CAISO_NORTH", username.path(), password.path(), std::chrono::hours(24)});
  }
  TempFile username{"ada"};
  TempFile password{"hunter2"};
  ScriptedFetch script;
};

TEST_F(WattTimeTest, PoundsPerMegawatthourBecomeMarginalGramsPerKilowatthour) {
  const auto reading = make()->read(script.fetch(), kNow);
  ASSERT_TRUE(reading) << reading.error().message;
  const auto& s = series<carbon::Marginal>(*reading);
  ASSERT_EQ(s.points.size(), 3U);
  EXPECT_NEAR(s.points[1].value.grams_per_kwh, 453.59237, 1e-9);
  EXPECT_NEAR(s.points[0].value.grams_per_kwh, 408.233133, 1e-9);
  EXPECT_EQ(s.observed_until, kNow + std::chrono::minutes(5)) << "the five minutes that run";
  EXPECT_EQ(script.header(0, "Authorization"), "Basic " + base64_encode("ada:hunter2"));
  EXPECT_EQ(script.header(1, "Authorization"), "Bearer token-one");
  EXPECT_THAT(script.requests[1].target,
              testing::AllOf(HasSubstr("region=CAISO_NORTH"), HasSubstr("signal_type=co2_moer"),
                             HasSubstr("horizon_hours=24")));
}

TEST_F(WattTimeTest, TheTokenIsKeptAndRenewedBeforeItEnds) {
  const auto adapter = make();
  for (int minute : {0, 5, 20}) {
    ASSERT_TRUE(adapter->read(script.fetch(), kNow + std::chrono::minutes(minute)));
  }
  EXPECT_EQ(script.asked("/login"), 1);
  EXPECT_EQ(script.asked("/v3/historical"), 1);
  ASSERT_TRUE(adapter->read(script.fetch(), kNow + std::chrono::minutes(26)));
  EXPECT_EQ(script.asked("/login"), 2);
}

TEST_F(WattTimeTest, A401RenewsTheTokenOnce) {
  const auto adapter = make();
  ASSERT_TRUE(adapter->read(script.fetch(), kNow));
  script.replace("/v3/forecast", {401, {}, ""});
  script.on("/v3/forecast", kMoer);
  script.replace("/login", {200, {}, R"({"token":"token-two"})"});
  const auto reading = adapter->read(script.fetch(), kNow + std::chrono::minutes(5));
  ASSERT_TRUE(reading) << reading.error().message;
  EXPECT_EQ(script.asked("/login"), 2);
  EXPECT_EQ(script.header(script.requests.size() - 1, "Authorization"), "Bearer token-two");
}

TEST_F(WattTimeTest, A401ForEverDoesNotLogInForEver) {
  script.replace("/v3/forecast", {401, {}, ""});
  const auto adapter = make();
  for (int second = 0; second < 20; second += 5) {
    EXPECT_FALSE(adapter->read(script.fetch(), kNow + Seconds(second)));
  }
  EXPECT_EQ(script.asked("/login"), 1);
  EXPECT_FALSE(adapter->read(script.fetch(), kNow + Seconds(30)));
  EXPECT_EQ(script.asked("/login"), 2);
}

TEST_F(WattTimeTest, RotatedPasswordLogsInAtOnce) {
  script.replace("/login", {403, {}, "no hunter2"});
  const auto adapter = make();
  auto reading = adapter->read(script.fetch(), kNow);
  ASSERT_FALSE(reading);
  EXPECT_THAT(reading.error().message,
              testing::AllOf(HasSubstr(password.path()), Not(HasSubstr("hunter2"))));
  reading = adapter->read(script.fetch(), kNow + Seconds(1));
  EXPECT_EQ(reading.error().code, Errc::TooManyRequests);
  EXPECT_EQ(script.asked("/login"), 1);
  password.write("hunter3");
  EXPECT_TRUE(adapter->secrets_changed());
  script.replace("/login", {200, {}, R"({"token":"token-one"})"});
  EXPECT_TRUE(adapter->read(script.fetch(), kNow + Seconds(2)));
}

TEST_F(WattTimeTest, APlanWithoutThatRegionIsSaid) {
  script.replace("/v3/forecast", {403, {}, ""});
  const auto reading = make()->read(script.fetch(), kNow);
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().code, Errc::Forbidden);
  EXPECT_THAT(reading.error().message, HasSubstr("CAISO_NORTH"));
  script.replace("/v3/forecast", {200, {}, kMoer});
  script.replace("/v3/historical", {403, {}, ""});
  EXPECT_TRUE(make()->read(script.fetch(), kNow));
}

TEST_F(WattTimeTest, OtherUnitsAndHostileBodiesAreErrors) {
  for (const char* body : {"[]", "{}", R"({"data":[5]})", R"({"data":[{"value":1}]})",
                           R"({"data":[{"point_time":"2026-11-24T12:10:00Z","value":"1"}]})",
                           R"({"data":[],"meta":{"units":"kg_co2_per_mwh"}})",
                           R"({"data":[],"meta":{"signal_type":"health_damage"}})",
                           R"({"data":[],"meta":{"units":5}})"}) {
    EXPECT_FALSE(parse_watttime(body, false)) << body;
  }
  for (const char* body : {"{}", R"({"token":5})", R"({"token":""})", R"({"token":"a b"})"}) {
    EXPECT_FALSE(parse_watttime_login(body)) << body;
  }
}

}  // namespace
}  // namespace karbonetes::providers
