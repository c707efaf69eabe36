// The adapters of what one hosts oneself: the Carbon Aware SDK and Prometheus.
#include <gmock/gmock.h>

#include "providers/carbon_aware_sdk.hpp"
#include "providers/prometheus.hpp"
#include "scripted_fetch.hpp"
#include "temp_file.hpp"

namespace karbonetes::providers {
namespace {

using carbon::KindTag;
using testing::Contains;
using testing::HasSubstr;

const TimePoint kNow = at("2026-11-24T12:10:00Z");

constexpr const char* kEmissions =
    R"([{"location":"westeurope","time":"2026-11-24T11:45:11.5092741+00:00","rating":70,"duration":"00:05:00"},{"location":"westeurope","time":"2026-11-24T12:00:00+00:00","rating":75.5,"duration":"00:05:00"}])";
constexpr const char* kOldForecast =
    R"([{"generatedAt":"2026-11-24T12:00:00+00:00","location":"westeurope","windowSize":5,"optimalDataPoint":{"location":"westeurope","timestamp":"2026-11-24T13:00:00+00:00","duration":5,"value":50},"forecastData":[{"location":"westeurope","timestamp":"2026-11-24T12:30:00+00:00","duration":5,"value":60.1},{"location":"westeurope","timestamp":"2026-11-24T13:00:00+00:00","duration":5,"value":50}]}])";
constexpr const char* kNewForecast =
    R"([{"location":"westeurope","optimalDataPoints":[{"timestamp":"2026-11-24T13:00:00+00:00","duration":5,"value":50}],"forecastData":[{"timestamp":"2026-11-24T12:30:00+00:00","duration":5,"value":60.1},{"timestamp":"2026-11-24T13:00:00+00:00","duration":5,"value":50}]}])";

TEST(CarbonAwareSdk, EmissionsAndBothShapesOfForecast) {
  for (const char* forecast : {kOldForecast, kNewForecast}) {
    ScriptedFetch script;
    script.on("/emissions/bylocation", kEmissions);
    script.on("/emissions/forecasts/current", forecast);
    const auto reading =
        make_carbon_aware_sdk({"westeurope", KindTag::Marginal, {}})->read(script.fetch(), kNow);
    ASSERT_TRUE(reading) << reading.error().message;
    const auto& s = series<carbon::Marginal>(*reading);
    ASSERT_EQ(s.points.size(), 4U);
    EXPECT_EQ(s.points[1].value.grams_per_kwh, 75.5);
    EXPECT_EQ(s.observed_until, at("2026-11-24T12:30:00Z"));
    EXPECT_THAT(script.requests[0].target,
                HasSubstr("location=westeurope&time=2026-11-23T12%3A10"));
  }
}

TEST(CarbonAwareSdk, WithoutAForecastSourceThePresentRemains) {
  for (const int status : {404, 500, 501}) {
    ScriptedFetch script;
    script.on("/emissions/bylocation", kEmissions);
    script.on("/emissions/forecasts/current", {status, {}, ""});
    const auto reading =
        make_carbon_aware_sdk({"westeurope", KindTag::Average, {}})->read(script.fetch(), kNow);
    ASSERT_TRUE(reading);
    EXPECT_THAT(reading->warnings, Contains(HasSubstr("no forecast")));
  }
}

TEST(CarbonAwareSdk, NothingKnownOfThePastIsNoErrorIfThereIsAForecast) {
  ScriptedFetch script;
  script.on("/emissions/bylocation", {204, {}, ""});
  script.on("/emissions/forecasts/current", kNewForecast);
  EXPECT_TRUE(
      make_carbon_aware_sdk({"westeurope", KindTag::Average, {}})->read(script.fetch(), kNow));
}

TEST(CarbonAwareSdk, HostileBodiesAreErrors) {
  for (const char* body : {"{}", "[5]", R"([{"rating":1}])", R"([{"time":"x","rating":1}])",
                           R"([{"time":"2026-11-24T12:00:00Z","rating":"1"}])"}) {
    EXPECT_FALSE(parse_carbon_aware_emissions(body)) << body;
  }
  for (const char* body : {"[]", "{}", "[5]", R"([{"forecastData":5}])",
                           R"([{"forecastData":[5]}])", R"([{"forecastData":[{"value":5}]}])"}) {
    EXPECT_FALSE(parse_carbon_aware_forecast(body)) << body;
  }
}

constexpr const char* kVector =
    R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{"location":"DE"},"value":[1795522200.5,"245.5"]}]}})";
constexpr const char* kMatrix =
    R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1795522200,"230"],[1795523100,"NaN"],[1795524000,"+Inf"],[1795524900,"210"]]}]}})";

TEST(Prometheus, QueryAndForecastQuery) {
  TempFile token("hunter2");
  ScriptedFetch script;
  script.on("/api/v1/query", kVector);
  script.on("/api/v1/query_range", kMatrix);
  const auto reading = make_prometheus({"grid{location=\"DE\"}", "ahead", KindTag::Average,
                                        token.path(), std::chrono::hours(24)})
                           ->read(script.fetch(), kNow);
  ASSERT_TRUE(reading) << reading.error().message;
  ASSERT_EQ(series(*reading).points.size(), 3U);
  EXPECT_EQ(script.requests[0].target, "/api/v1/query?query=grid%7Blocation%3D%22DE%22%7D");
  EXPECT_THAT(script.requests[1].target, HasSubstr("query=ahead&start=1795522200&end=1795608600"));
  EXPECT_EQ(script.header(0, "Authorization"), "Bearer hunter2");
}

TEST(Prometheus, AScalarWillDo) {
  const auto points = parse_prometheus(
      R"({"status":"success","data":{"resultType":"scalar","result":[1795522200,"300"]}})", true);
  ASSERT_TRUE(points);
  EXPECT_EQ(points->size(), 1U);
}

TEST(Prometheus, NoSeriesSeveralSeriesAndABadQueryAreSaid) {
  EXPECT_EQ(
      parse_prometheus(R"({"status":"success","data":{"resultType":"vector","result":[]}})", true)
          .error()
          .code,
      Errc::NotFound);
  EXPECT_THAT(
      parse_prometheus(
          R"({"status":"success","data":{"resultType":"vector","result":[{"value":[1,"1"]},{"value":[1,"2"]}]}})",
          true)
          .error()
          .message,
      HasSubstr("2 series"));
  ScriptedFetch script;
  script.on(
      "/api/v1/query",
      {400, {}, R"({"status":"error","errorType":"bad_data","error":"parse error at char 3"})"});
  const auto reading = make_prometheus({"a(", {}, KindTag::Average, {}, std::chrono::hours(24)})
                           ->read(script.fetch(), kNow);
  ASSERT_FALSE(reading);
  EXPECT_THAT(reading.error().message, HasSubstr("parse error at char 3"));
}

TEST(Prometheus, HostileBodiesAreErrors) {
  for (const char* body :
       {"[]", "{}", R"({"status":5})", R"({"status":"success"})",
        R"({"status":"success","data":[]})", R"({"status":"success","data":{"result":[5]}})",
        R"({"status":"success","data":{"result":[{"value":[1]}]}})",
        R"({"status":"success","data":{"result":[{"value":[1,"many"]}]}})",
        R"({"status":"success","data":{"result":[{"value":[-1,"1"]}]}})"}) {
    EXPECT_FALSE(parse_prometheus(body, true)) << body;
  }
}

}  // namespace
}  // namespace karbonetes::providers
