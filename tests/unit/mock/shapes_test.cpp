// The provider shapes of the service, asked in process: paths, members, units, instants,
// credentials. That the adapters read them is tested over HTTP in tests/unit/provider_shapes.
#include <gmock/gmock.h>

#include "base/base64.hpp"
#include "json/document.hpp"
#include "mock/service.hpp"

namespace karbonetes::mock {
namespace {

using json::Document;
using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;

const TimePoint kNow = *parse_rfc3339("2026-11-24T12:10:00Z");

// Hours from yesterday's noon on, 100, 101, ...: the value tells the hour. 100 + 24 holds now.
Timeline hourly(TimelineOptions options = {TraceStart::Recorded, 1, false, 0, 0}) {
  Trace trace;
  const TimePoint first = *parse_rfc3339("2026-11-23T12:00:00Z");
  for (int i = 0; i < 24 * 5; ++i) trace.steps.points.push_back({first + hours(i), 100.0 + i});
  trace.steps.end = first + hours(24 * 5);
  return *Timeline::make(std::move(trace), options, kNow);
}

class Shapes : public testing::Test {
 protected:
  http::Response ask(const std::string& method, const std::string& target,
                     std::vector<http::Header> headers = {}, std::string body = {}) {
    http::Response out;
    service.handle({method, target, std::move(headers), std::move(body)},
                   [&](http::Response response) { out = std::move(response); });
    return out;
  }
  Document get(const std::string& target, std::vector<http::Header> headers = {}) {
    const auto response = ask("GET", target, std::move(headers));
    EXPECT_EQ(response.status, 200) << target << " " << response.body;
    auto parsed = json::parse(response.body);
    EXPECT_TRUE(parsed) << response.body.substr(0, 200);
    return parsed ? *parsed : Document();
  }
  int status(const std::string& target, std::vector<http::Header> headers = {}) {
    return ask("GET", target, std::move(headers)).status;
  }
  void put_fault(const std::string& body) {
    EXPECT_EQ(ask("PUT", "/v1/faults", {}, body).status, 200);
  }

  ManualClock clock{kNow};
  metrics::Registry metrics;
  Service service{{providers::default_windows(), hourly(), {}}, clock, metrics};
};

TEST_F(Shapes, SignalCarriesTheTrace) {
  const auto body = get("/v1/signal");
  EXPECT_EQ(body["kind"], "average");
  EXPECT_EQ(body["intensity"]["value"], 124.0);
  EXPECT_EQ(body["green"], true) << "below the 30th percentile of the five days, 135";
  ASSERT_EQ(body["observed"].size(), 25u) << body["observed"].dump();
  EXPECT_EQ(body["observed"][0]["intensity"], 100.0);
  EXPECT_EQ(body["forecast"][0]["from"], "2026-11-24T12:10:00Z");
  EXPECT_EQ(body["forecast"][0]["intensity"], 124.0);
  EXPECT_EQ(body["forecast"][1]["from"], "2026-11-24T13:00:00Z");
  ASSERT_EQ(body["greenWindows"].size(), 1u);
  EXPECT_EQ(body["greenWindows"][0]["end"], "2026-11-25T00:00:00Z");
}

TEST_F(Shapes, ForcingChangesGreenAndLeavesTheTrace) {
  const auto body =
      json::parse(ask("PUT", "/v1/signal", {}, R"({"green": false})").body).value_or(Document());
  EXPECT_EQ(body["green"], false);
  EXPECT_TRUE(body["greenWindows"].empty());
  EXPECT_EQ(body["intensity"]["value"], 124.0);
}

TEST_F(Shapes, ElectricityMaps) {
  const std::string base = "/electricity-maps/v3/carbon-intensity/";
  const auto latest = get(base + "latest?zone=DE");
  EXPECT_EQ(latest["zone"], "DE");
  EXPECT_EQ(latest["carbonIntensity"], 124);
  EXPECT_EQ(latest["datetime"], "2026-11-24T12:00:00.000Z");
  const auto history = get(base + "history?zone=DE")["history"];
  ASSERT_EQ(history.size(), 25u);
  EXPECT_EQ(history[0]["carbonIntensity"], 100);
  const auto forecast = get(base + "forecast?zone=DE&horizonHours=48");
  EXPECT_EQ(forecast["zone"], "DE");
  ASSERT_EQ(forecast["forecast"].size(), 49u);
  EXPECT_EQ(forecast["forecast"][48]["carbonIntensity"], 172);
  EXPECT_EQ(get(base + "forecast?zone=DE")["forecast"].size(), 25u);
  EXPECT_EQ(status(base + "latest"), 400);
  EXPECT_EQ(status(base + "forecast?zone=DE&horizonHours=100"), 400);
  EXPECT_EQ(status(base + "past-range?zone=DE"), 404);
}

TEST_F(Shapes, WattTimeInPounds) {
  const auto body = get("/watttime/v3/forecast?region=CAISO_NORTH&signal_type=co2_moer");
  EXPECT_EQ(body["meta"]["units"], "lbs_co2_per_mwh");
  EXPECT_EQ(body["meta"]["region"], "CAISO_NORTH");
  EXPECT_EQ(body["meta"]["data_point_period_seconds"], 300);
  ASSERT_EQ(body["data"].size(), 288u);
  EXPECT_EQ(body["data"][0]["point_time"], "2026-11-24T12:10:00+00:00");
  EXPECT_NEAR(body["data"][0]["value"].get<double>(), 124 / 0.45359237, 0.001);
  const auto past =
      get("/watttime/v3/historical?region=CAISO_NORTH&signal_type=co2_moer&start=2026-11-24T10:00Z&"
          "end=2026-11-24T20:00Z");
  EXPECT_EQ(past["data"].size(), 26u) << "until now, not beyond";
  EXPECT_EQ(status("/watttime/v3/forecast"), 400);
  EXPECT_EQ(status("/watttime/v3/forecast?region=X&signal_type=health_damage"), 404);
  EXPECT_EQ(status("/watttime/v3/historical?region=X&start=now&end=then"), 400);
  const auto index = get("/watttime/v3/signal-index?region=X");
  EXPECT_EQ(index["meta"]["units"], "percentile");
  EXPECT_EQ(index["data"][0]["value"], 0) << "it only gets worse";
}

TEST_F(Shapes, GbKnowsActualsOfWhatHasBegun) {
  const auto body = get("/gb/intensity/2026-11-23T12:10Z/fw48h")["data"];
  ASSERT_EQ(body.size(), 97u);
  EXPECT_EQ(body[0]["from"], "2026-11-23T12:00Z");
  EXPECT_EQ(body[0]["to"], "2026-11-23T12:30Z");
  EXPECT_EQ(body[0]["intensity"]["actual"], 100);
  EXPECT_EQ(body[48]["from"], "2026-11-24T12:00Z");
  EXPECT_EQ(body[48]["intensity"]["actual"], 124);
  EXPECT_TRUE(body[49]["intensity"]["actual"].is_null());
  EXPECT_EQ(body[49]["intensity"]["forecast"], 124);
  EXPECT_EQ(body[50]["intensity"]["index"], "moderate");
  EXPECT_EQ(status("/gb/intensity/yesterday/fw48h"), 400);
  EXPECT_EQ(status("/gb/intensity/2026-11-23T12:10Z/pt24h"), 404);
}

TEST_F(Shapes, GbRegionsAreObjectsAndPostcodesArrays) {
  const auto region = get("/gb/regional/intensity/2026-11-24T12:00Z/fw48h/regionid/3")["data"];
  EXPECT_EQ(region["regionid"], 3);
  EXPECT_FALSE(region["data"][0]["intensity"].contains("actual"));
  const auto postcode = get("/gb/regional/intensity/2026-11-24T12:00Z/fw48h/postcode/RG10")["data"];
  ASSERT_TRUE(postcode.is_array());
  EXPECT_EQ(postcode[0]["postcode"], "RG10");
  EXPECT_EQ(postcode[0]["data"][0]["intensity"]["forecast"], 124);
  EXPECT_EQ(status("/gb/regional/intensity/2026-11-24T12:00Z/fw48h/regionid/99"), 400);
  EXPECT_EQ(status("/gb/regional/intensity/2026-11-24T12:00Z/fw48h/postcode/RG10%208AB"), 400);
}

TEST_F(Shapes, EnergyChartsHasParallelArrays) {
  const auto body = get("/energy-charts/co2eq?country=de");
  ASSERT_EQ(body["unix_seconds"].size(), 96u) << "the day";
  EXPECT_EQ(body["co2eq"].size(), 96u);
  EXPECT_EQ(body["co2eq_forecast"].size(), 96u);
  EXPECT_EQ(body["co2eq"][48], 124);
  EXPECT_TRUE(body["co2eq"][49].is_null());
  EXPECT_TRUE(body["co2eq_forecast"][48].is_null());
  EXPECT_EQ(body["co2eq_forecast"][49], 124);
  const auto forecast = get("/energy-charts/co2eq_forecast?country=de");
  EXPECT_EQ(forecast["co2eq_forecast"].size(), 193u);
  EXPECT_EQ(forecast["unix_seconds"][0], 1795521600);
  EXPECT_EQ(status("/energy-charts/co2eq?country=germany"), 404);
}

TEST_F(Shapes, CarbonAwareSdk) {
  const auto now = get("/carbon-aware-sdk/emissions/bylocation?location=westeurope");
  ASSERT_EQ(now.size(), 1u);
  EXPECT_EQ(now[0]["rating"], 124);
  EXPECT_EQ(now[0]["location"], "westeurope");
  EXPECT_EQ(get("/carbon-aware-sdk/emissions/bylocation?location=x&time=2026-11-24T11:00:00Z&"
                "toTime=2026-11-24T12:00:00%2B00:00")
                .size(),
            12u);
  EXPECT_EQ(status("/carbon-aware-sdk/emissions/bylocation?location=x&time=2026-12-24T11:00:00Z"),
            204);
  const auto forecast = get("/carbon-aware-sdk/emissions/forecasts/current?location=westeurope");
  ASSERT_EQ(forecast.size(), 1u);
  EXPECT_EQ(forecast[0]["forecastData"].size(), 288u);
  EXPECT_EQ(forecast[0]["forecastData"][0]["duration"], 5);
  EXPECT_EQ(forecast[0]["optimalDataPoints"][0]["value"], 124);
  EXPECT_EQ(status("/carbon-aware-sdk/emissions/bylocation"), 400);
}

TEST_F(Shapes, Prometheus) {
  const auto now =
      get("/prometheus/api/v1/query?query=grid_intensity_carbon_average%7Blocation%3D%22DE%22%7D");
  EXPECT_EQ(now["status"], "success");
  ASSERT_EQ(now["data"]["result"].size(), 1u);
  EXPECT_EQ(now["data"]["result"][0]["metric"]["location"], "DE");
  EXPECT_EQ(now["data"]["result"][0]["value"][1], "124");
  const std::string range = "&start=1795521600&end=1795528800&step=1h";
  const auto past =
      get("/prometheus/api/v1/query_range?query=grid_intensity_carbon_average" + range);
  EXPECT_EQ(past["data"]["result"][0]["values"].size(), 1u) << "no future of a measurement";
  const auto ahead =
      get("/prometheus/api/v1/query_range?query=grid_intensity_carbon_forecast" + range);
  ASSERT_EQ(ahead["data"]["result"][0]["values"].size(), 3u);
  EXPECT_EQ(ahead["data"]["result"][0]["values"][2][1], "126");
  EXPECT_TRUE(get("/prometheus/api/v1/query?query=up")["data"]["result"].empty());
  EXPECT_EQ(status("/prometheus/api/v1/query"), 400);
  EXPECT_EQ(status("/prometheus/api/v1/query_range?query=x&start=0&end=1795528800&step=1"), 400);
  EXPECT_EQ(status("/prometheus/api/v1/query_range?query=x&start=9&end=1&step=1"), 400);
  EXPECT_EQ(status("/prometheus/api/v1/query_range?query=x&start=0&end=1&step=0"), 400);
}

TEST_F(Shapes, HugeQuestionsCostLittle) {
  for (const char* target :
       {"/gb/intensity/9999-12-31T23:59Z/fw48h", "/gb/intensity/0001-01-01T00:00Z/fw48h",
        "/prometheus/api/v1/query_range?query=grid_intensity_carbon_forecast&start=0&end="
        "253402300799&step=86400d",
        "/watttime/v3/historical?region=X&start=0001-01-01T00:00:00Z&end=9999-12-31T23:59:59Z",
        "/carbon-aware-sdk/emissions/forecasts/current?location=x&dataStartAt=0001-01-01T00:00:00Z&"
        "dataEndAt=9999-12-31T23:59:59Z"}) {
    EXPECT_LT(ask("GET", target).body.size(), 1u << 20) << target;
  }
}

TEST_F(Shapes, OnlyReadsAreAnswered) {
  EXPECT_EQ(ask("POST", "/gb/intensity/2026-11-23T12:10Z/fw48h").status, 405);
  EXPECT_EQ(ask("PUT", "/watttime/v3/forecast").status, 405);
  EXPECT_TRUE(ask("HEAD", "/energy-charts/co2eq?country=de").body.empty());
}

TEST_F(Shapes, FaultsOfPointsReachEachShape) {
  put_fault(R"({"path":"/","kind":"nulls"})");
  EXPECT_TRUE(
      get("/gb/intensity/2026-11-24T12:00Z/fw48h")["data"][2]["intensity"]["forecast"].is_null());
  EXPECT_TRUE(
      get("/electricity-maps/v3/carbon-intensity/forecast?zone=X")["forecast"][2]["carbonIntensity"]
          .is_null());
  EXPECT_TRUE(get("/v1/signal")["forecast"][2]["intensity"].is_null());
  EXPECT_EQ(get("/prometheus/api/v1/query?query=grid_intensity_carbon_average")["data"]["result"][0]
                                                                               ["value"][1],
            "NaN");
  put_fault(R"({"path":"/","kind":"year"})");
  EXPECT_EQ(get("/watttime/v3/forecast?region=X")["data"].size(), 105'120u);
  put_fault(R"({"path":"/","kind":"dst"})");
  clock.set(*parse_rfc3339("2026-10-25T00:00:00Z"));
  const auto forecast = get("/electricity-maps/v3/carbon-intensity/latest?zone=X");
  EXPECT_EQ(forecast["datetime"], "2026-10-25T02:00:00+02:00");
  clock.set(*parse_rfc3339("2026-10-25T01:00:00Z"));
  EXPECT_EQ(get("/electricity-maps/v3/carbon-intensity/latest?zone=X")["datetime"],
            "2026-10-25T02:00:00+01:00");
  ask("DELETE", "/v1/faults");
  EXPECT_TRUE(get("/v1/faults")["faults"].empty());
}

TEST_F(Shapes, FaultsAreCountedAndSteeringIsNotSpoiled) {
  put_fault(R"({"path":"/","status":503,"retryAfter":2,"count":2})");
  EXPECT_EQ(status("/healthz"), 200);
  EXPECT_EQ(status("/v1/requests"), 200);
  EXPECT_EQ(ask("PUT", "/v1/signal", {}, R"({"green": true})").status, 200);
  EXPECT_EQ(status("/v1/signal"), 503);
  EXPECT_EQ(http::find_header(ask("GET", "/gb/x").headers, "Retry-After"), "2");
  EXPECT_EQ(status("/v1/signal"), 200);
  const auto requests = get("/v1/requests");
  EXPECT_EQ(requests["requests"]["/v1/signal"], 2);
  EXPECT_EQ(requests["total"], 3);
  EXPECT_EQ(ask("DELETE", "/v1/requests").status, 200);
  EXPECT_EQ(get("/v1/requests")["total"], 0);
  EXPECT_EQ(ask("PUT", "/v1/faults", {}, "{}").status, 400);
  EXPECT_EQ(ask("POST", "/v1/faults").status, 405);
}

TEST_F(Shapes, DelayedAnswersComeAtTheirTime) {
  put_fault(R"({"path":"/gb","kind":"delay","delay":"3s"})");
  std::atomic<int> answered{0};
  service.handle({"GET", "/gb/intensity/2026-11-24T12:00Z/fw48h", {}, {}},
                 [&](http::Response response) { answered = response.status; });
  EXPECT_EQ(answered, 0);
  clock.advance(Seconds(2));
  service.tick();
  EXPECT_EQ(answered, 0);
  clock.advance(Seconds(1));
  service.tick();
  EXPECT_EQ(answered, 200);
  service.handle({"GET", "/gb/intensity/2026-11-24T12:00Z/fw48h", {}, {}},
                 [&](http::Response response) { answered = response.status + 1; });
  service.stop();
  EXPECT_EQ(answered, 201) << "stopping leaves nobody waiting";
}

TEST_F(Shapes, StepsOfTheTraceChangeTheEtagAndWakePolls) {
  const auto first = ask("GET", "/v1/signal");
  const std::string etag(*http::find_header(first.headers, "ETag"));
  std::atomic<bool> answered{false};
  service.handle({"GET", "/v1/signal", {{"If-None-Match", etag}, {"Prefer", "wait=60"}}, {}},
                 [&](http::Response response) { answered = response.status == 200; });
  EXPECT_FALSE(answered);
  clock.set(*parse_rfc3339("2026-11-24T13:00:00Z"));
  service.tick();
  EXPECT_TRUE(answered);
}

TEST(ShapesWithCredentials, AreAskedFor) {
  ManualClock clock(kNow);
  metrics::Registry metrics;
  Service service({providers::default_windows(), hourly(), {"t0ken", "ada:lovelace"}}, clock,
                  metrics);
  const auto ask = [&](const std::string& target, std::vector<http::Header> headers = {}) {
    http::Response out;
    service.handle({"GET", target, std::move(headers), {}},
                   [&](http::Response response) { out = std::move(response); });
    return out;
  };
  const std::string maps = "/electricity-maps/v3/carbon-intensity/latest?zone=DE";
  EXPECT_EQ(ask(maps).status, 401);
  EXPECT_EQ(ask(maps, {{"auth-token", "wrong"}}).status, 401);
  EXPECT_EQ(ask(maps, {{"auth-token", "t0ken"}}).status, 200);
  const std::string query = "/prometheus/api/v1/query?query=grid_intensity_carbon_average";
  EXPECT_EQ(ask(query).status, 401);
  EXPECT_EQ(ask(query, {{"Authorization", "Bearer t0ken"}}).status, 200);
  EXPECT_EQ(ask("/watttime/login").status, 401);
  const auto login =
      ask("/watttime/login", {{"Authorization", "Basic " + base64_encode("ada:lovelace")}});
  ASSERT_EQ(login.status, 200);
  const std::string bearer = "Bearer " + (*json::parse(login.body))["token"].get<std::string>();
  EXPECT_EQ(ask("/watttime/v3/forecast?region=X").status, 401);
  EXPECT_EQ(ask("/watttime/v3/forecast?region=X", {{"Authorization", bearer}}).status, 200);
  clock.advance(minutes(31));
  const auto expired = ask("/watttime/v3/forecast?region=X", {{"Authorization", bearer}});
  EXPECT_EQ(expired.status, 401);
  EXPECT_THAT(expired.body, testing::Not(HasSubstr(bearer)));
  EXPECT_EQ(ask("/gb/intensity/2026-11-24T12:00Z/fw48h").status, 200) << "open, as the real one";
}

// A day in four minutes: an hour's slot is ten seconds long.
TEST(ShapesOfAFastTrace, AreShort) {
  ManualClock clock(kNow);
  metrics::Registry metrics;
  Service service({providers::default_windows(), hourly({TraceStart::Now, 360, true, 0, 0}), {}},
                  clock, metrics);
  const auto get = [&](const std::string& target) {
    Document out;
    service.handle({"GET", target, {}, {}}, [&](http::Response response) {
      out = json::parse(response.body).value_or(Document());
    });
    return out;
  };
  const auto forecast = get("/electricity-maps/v3/carbon-intensity/forecast?zone=X")["forecast"];
  ASSERT_EQ(forecast.size(), 24u);
  EXPECT_EQ(forecast[1]["datetime"], "2026-11-24T12:10:10.000Z");
  EXPECT_EQ(forecast[1]["carbonIntensity"], 101);
  const auto gb = get("/gb/intensity/2026-11-23T12:10Z/fw48h")["data"];
  EXPECT_LT(gb.size(), 300u);
  EXPECT_EQ(get("/v1/signal")["forecast"].size(), 48u);
  EXPECT_EQ(get("/v1/signal")["observed"].size(), 24u);
}

// What was forced stays in what was observed: later readers of the past see what was said then.
TEST(ShapesOfWindows, RememberWhatWasForced) {
  ManualClock clock(kNow);
  metrics::Registry metrics;
  Service service(providers::default_windows(), clock, metrics);
  const auto ask = [&](const char* method, const std::string& target, std::string body = {}) {
    Document out;
    service.handle({method, target, {}, std::move(body)}, [&](http::Response response) {
      out = json::parse(response.body).value_or(Document());
    });
    return out;
  };
  ask("PUT", "/v1/signal", R"({"green": true})");
  EXPECT_EQ(ask("GET", "/electricity-maps/v3/carbon-intensity/latest?zone=X")["carbonIntensity"],
            80);
  clock.advance(minutes(30));
  ask("PUT", "/v1/signal", R"({"green": null})");
  clock.advance(minutes(30));
  const auto observed = ask("GET", "/v1/signal")["observed"];
  const auto at = [&](const char* from) {
    for (const auto& point : observed) {
      if (point["from"] == from) return point["intensity"].get<double>();
    }
    return -1.0;
  };
  EXPECT_EQ(at("2026-11-24T12:00:00Z"), 420);
  EXPECT_EQ(at("2026-11-24T12:10:00Z"), 80);
  EXPECT_EQ(at("2026-11-24T12:40:00Z"), 420);
  EXPECT_EQ(at("2026-11-24T00:00:00Z"), 80) << "a window of its own";
}

}  // namespace
}  // namespace karbonetes::mock
