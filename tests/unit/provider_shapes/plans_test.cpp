// Credentials and plans over real HTTP: what is refused, renewed, and asked for again.
#include <gmock/gmock.h>

#include "provider_world.hpp"
#include "providers/probe.hpp"

namespace karbonetes::providers {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using test::prepared;
using test::Reader;
using test::World;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

TEST(Plans, RightCredentialsAreEnough) {
  World world({false, {"t0ken", "ada:lovelace"}});
  for (const char* name : {"maps", "moer", "prom"}) {
    Reader reader(world, world.source(name));
    const auto reading = reader.read();
    EXPECT_TRUE(reading) << name << ": " << reading.error().message;
  }
}

TEST(Plans, WrongTokenIsNamedByItsFileAndNeverShown) {
  World world({false, {"another", "ada:lovelace"}});
  const TempFile token("s3cret");
  for (const char* name : {"maps", "prom"}) {
    auto source = world.source(name);
    source.token_file = token.path();
    Reader reader(world, source);
    const auto reading = reader.read();
    ASSERT_FALSE(reading);
    EXPECT_EQ(reading.error().code, Errc::Unauthorized);
    EXPECT_THAT(reading.error().message, HasSubstr(token.path()));
    EXPECT_THAT(reading.error().message, Not(HasSubstr("s3cret")));
    const auto report = render(probe(source, world.clock));
    EXPECT_THAT(report, HasSubstr(token.path()));
    EXPECT_THAT(report, Not(HasSubstr("s3cret")));
  }
}

TEST(WattTime, LogsInOnceForManyReads) {
  World world({false, {"", "ada:lovelace"}});
  Reader reader(world, world.source("moer"));
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(reader.read());
    world.clock.advance(minutes(4));
  }
  EXPECT_EQ(world.asked("/watttime/login"), 1);
  EXPECT_EQ(world.asked("/watttime/v3/forecast"), 5);
  EXPECT_EQ(world.asked("/watttime/v3/historical"), 1) << "the past is read once";
}

TEST(WattTime, RenewsItsTokenBeforeItEnds) {
  World world({false, {"", "ada:lovelace"}});
  Reader reader(world, world.source("moer"));
  ASSERT_TRUE(reader.read());
  world.clock.advance(minutes(31));
  ASSERT_TRUE(reader.read());
  EXPECT_EQ(world.asked("/watttime/login"), 2);
  EXPECT_EQ(world.asked("/watttime/v3/forecast"), 2) << "nothing was refused on the way";
}

TEST(WattTime, LogsInAgainAfterA401) {
  World world({false, {"", "ada:lovelace"}});
  Reader reader(world, world.source("moer"));
  ASSERT_TRUE(reader.read());
  world.clock.advance(minutes(1));
  world.put_fault(R"({"path":"/watttime/v3","status":401,"count":1})");
  const auto reading = reader.read();
  ASSERT_TRUE(reading) << reading.error().message;
  EXPECT_EQ(world.asked("/watttime/login"), 2);
  EXPECT_EQ(world.asked("/watttime/v3/forecast"), 3);
}

TEST(WattTime, DoesNotHammerTheLogin) {
  World world({false, {"", "ada:another"}});
  Reader reader(world, world.source("moer"));
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(reader.read());
    world.clock.advance(Seconds(1));
  }
  EXPECT_EQ(world.asked("/watttime/login"), 1);
}

TEST(WattTime, TakesARotatedPasswordAtOnce) {
  World world({false, {"", "ada:byron"}});
  Reader reader(world, world.source("moer"));
  EXPECT_EQ(reader.read().error().code, Errc::Unauthorized);
  world.password().write("byron\n");
  const auto reading = reader.read();
  EXPECT_TRUE(reading) << reading.error().message;
}

TEST(WattTime, HistoryIsNoPartOfEveryPlan) {
  World world;
  world.put_fault(R"({"path":"/watttime/v3/historical","status":403})");
  Reader reader(world, world.source("moer"));
  const auto reading = reader.read();
  ASSERT_TRUE(reading) << reading.error().message;
  EXPECT_NEAR(prepared(*reading)->at(world.clock.now() + hours(5)), 129, 0.01);
}

TEST(ElectricityMaps, ForecastOfAnotherPlanLeavesThePresent) {
  World world;
  const std::string path = "/electricity-maps/v3/carbon-intensity/forecast";
  world.put_fault(R"({"path":")" + path + R"(","status":403})");
  Reader reader(world, world.source("maps"));
  const auto reading = reader.read();
  ASSERT_TRUE(reading) << reading.error().message;
  const TimePoint now = world.clock.now();
  EXPECT_NEAR(prepared(*reading)->at(now), 124, 0.01);
  EXPECT_FALSE(prepared(*reading)->reaches_beyond(now));
  EXPECT_THAT(reading->warnings, Contains(HasSubstr("403")));

  ASSERT_TRUE(reader.read());
  EXPECT_EQ(world.asked(path), 1) << "a plan does not change by the minute";
  world.end_faults();
  world.clock.advance(hours(6) + minutes(1));
  const auto later = reader.read();
  ASSERT_TRUE(later);
  EXPECT_EQ(world.asked(path), 2);
  EXPECT_TRUE(prepared(*later)->reaches_beyond(world.clock.now()));
}

TEST(ElectricityMaps, HistoryIsReadOnce) {
  World world;
  Reader reader(world, world.source("maps"));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(reader.read());
  EXPECT_EQ(world.asked("/electricity-maps/v3/carbon-intensity/history"), 1);
  EXPECT_EQ(world.asked("/electricity-maps/v3/carbon-intensity/latest"), 3);
}

TEST(CarbonAwareSdk, ServerWithoutForecastKnowsThePresent) {
  World world;
  world.put_fault(R"({"path":"/carbon-aware-sdk/emissions/forecasts","status":501})");
  Reader reader(world, world.source("sdk"));
  const auto reading = reader.read();
  ASSERT_TRUE(reading) << reading.error().message;
  EXPECT_NEAR(prepared(*reading)->at(world.clock.now()), 124, 0.01);
  EXPECT_THAT(reading->warnings, Contains(HasSubstr("no forecast")));
}

TEST(EnergyCharts, ForecastIsABonus) {
  World world;
  world.put_fault(R"({"path":"/energy-charts/co2eq_forecast","status":500})");
  Reader reader(world, world.source("charts"));
  const auto reading = reader.read();
  ASSERT_TRUE(reading) << reading.error().message;
  EXPECT_NEAR(prepared(*reading)->at(world.clock.now() + hours(5)), 129, 0.01)
      << "the rest of the day came with the first call";
}

TEST(Probe, SaysWhatCame) {
  World world({true, {}});
  for (const auto& name : test::all_sources()) {
    const auto report = probe(world.source(name), world.clock);
    EXPECT_TRUE(report.ok) << name << ": " << report.problem;
    EXPECT_NEAR(report.current.value_or(0), 124, 0.01) << name;
    EXPECT_GT(report.forecast_until.value_or(TimePoint{}), world.clock.now()) << name;
  }
}

}  // namespace
}  // namespace karbonetes::providers
