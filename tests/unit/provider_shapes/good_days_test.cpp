// Every adapter on a good day, over HTTP and over TLS: values, kinds, units, reach.
#include <gmock/gmock.h>

#include "provider_world.hpp"

namespace karbonetes::providers {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using test::prepared;
using test::Reader;
using test::World;

class GoodDay : public testing::TestWithParam<std::tuple<std::string, bool>> {
 protected:
  const std::string& source() const { return std::get<0>(GetParam()); }
  World world{{std::get<1>(GetParam()), {}}};
  const TimePoint now = world.clock.now();
};

TEST_P(GoodDay, ValuesKindAndReachAreRight) {
  Reader reader(world, world.source(source()));
  const auto reading = reader.read();
  ASSERT_TRUE(reading) << reading.error().message;
  EXPECT_THAT(reading->warnings, testing::IsEmpty());
  const auto series = prepared(*reading);
  ASSERT_NE(series, nullptr);
  EXPECT_EQ(series->kind(),
            source() == "moer" ? carbon::KindTag::Marginal : carbon::KindTag::Average);
  EXPECT_NEAR(series->at(now), 124, 0.01);
  EXPECT_NEAR(series->at(now + hours(5)), 129, 0.01);
  ASSERT_TRUE(series->reaches_beyond(now));
  // Energy-Charts and GB know what they know, whatever is asked for.
  const Millis reach = source().starts_with("uk") || source() == "charts" || source() == "own"
                           ? hours(48)
                           : hours(24);
  EXPECT_NEAR(std::chrono::duration<double>(series->end() - (now + reach)).count(), 0, 3900);
  // What was observed: a day back, but for those who know the present alone, and regions of GB,
  // whose past is a forecast too.
  if (source() == "maps" || source() == "moer" || source() == "uk" || source() == "sdk") {
    EXPECT_NEAR(series->at(now - hours(20)), 104, 0.01);
    EXPECT_NEAR(series->at(now - hours(3)), 121, 0.01);
    EXPECT_LE(series->begin(), now - hours(23));
    EXPECT_GE(series->observed_until(), now);
    EXPECT_LE(series->observed_until(), now + hours(1));
  }
  if (source() == "charts") {
    EXPECT_NEAR(series->at(now - hours(3)), 121, 0.01);
  }
  if (source() == "own") {
    EXPECT_EQ(reading->green, true);
  } else {
    EXPECT_EQ(reading->green, std::nullopt) << "intensity alone";
  }
}

INSTANTIATE_TEST_SUITE_P(Each, GoodDay,
                         testing::Combine(testing::ValuesIn(test::all_sources()), testing::Bool()),
                         [](const auto& one) {
                           std::string name =
                               std::get<0>(one.param) + (std::get<1>(one.param) ? "_tls" : "_http");
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(GoodDays, HorizonIsAsked) {
  World world;
  const TimePoint now = world.clock.now();
  for (const char* name : {"maps", "moer", "prom"}) {
    auto source = world.source(name);
    source.horizon = hours(48);
    Reader reader(world, source);
    const auto reading = reader.read();
    ASSERT_TRUE(reading) << name << reading.error().message;
    EXPECT_NEAR(prepared(*reading)->at(now + hours(40)), 164, 0.01) << name;
  }
}

// A day in four minutes: slots of seconds, instants with seconds, all within the adapters' limits.
// A Prometheus is left out: its adapter asks for one value in five minutes.
TEST(GoodDays, AcceleratedDayIsReadByAll) {
  test::WorldOptions options;
  options.speed = 360;
  World world(std::move(options));
  const TimePoint now = world.clock.now();
  for (const auto& name : test::all_sources()) {
    if (name == "prom") continue;
    Reader reader(world, world.source(name));
    const auto reading = reader.read();
    ASSERT_TRUE(reading) << name << reading.error().message;
    const auto series = prepared(*reading);
    EXPECT_NEAR(series->at(now), 124, 0.01) << name;
    EXPECT_NEAR(series->at(now + Seconds(50)), 129, 1.01) << name;
    EXPECT_TRUE(series->reaches_beyond(now + minutes(3))) << name;
  }
}

TEST(GoodDays, AnswerIsNotTrustedWithoutItsAuthority) {
  World world({true, {}});
  auto source = world.source("uk");
  source.ca_file.clear();
  Reader reader(world, source);
  const auto reading = reader.read();
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().code, Errc::Unavailable);
}

TEST(GoodDays, MarginalTraceOfOurOwnServiceStaysMarginal) {
  mock::Trace trace;
  ManualClock clock(*parse_rfc3339("2026-11-24T12:00:00Z"));
  for (int i = 0; i < 48; ++i) trace.steps.points.push_back({clock.now() + hours(i), 10.0 * i});
  trace.steps.end = clock.now() + hours(48);
  trace.kind = carbon::KindTag::Marginal;
  metrics::Registry metrics;
  mock::Service service(
      {default_windows(), *mock::Timeline::make(std::move(trace), {}, clock.now()), {}}, clock,
      metrics);
  SourceConfig own;
  own.type = SourceType::KarbonetesSignal;
  const auto adapter = make_adapter(own, clock.now());
  const auto reading = adapter->read(
      [&](const http::Request& request) -> Result<http::Response> {
        http::Response out;
        service.handle(http::Request(request),
                       [&](http::Response response) { out = std::move(response); });
        return out;
      },
      clock.now());
  ASSERT_TRUE(reading) << reading.error().message;
  EXPECT_EQ(prepared(*reading)->kind(), carbon::KindTag::Marginal);
  EXPECT_EQ(prepared(*reading)->at(clock.now() + minutes(90)), 10);
}

}  // namespace
}  // namespace karbonetes::providers
