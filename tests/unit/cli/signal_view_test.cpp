#include "cli/signal_view.hpp"

#include <gmock/gmock.h>

#include "cli/sparkline.hpp"
#include "json/document.hpp"

namespace karbonetes::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TimePoint at(const char* text) { return *parse_rfc3339(text); }
const TimePoint kNow = at("2026-11-24T12:00:00Z");

// Eight hours from now: 100, 200, .. 800.
carbon::AnySeries rising() {
  carbon::Series<carbon::Marginal> series;
  for (int i = 0; i < 8; ++i)
    series.points.push_back(
        {kNow + std::chrono::hours(i), carbon::Intensity<carbon::Marginal>(100.0 * (i + 1))});
  series.end = kNow + std::chrono::hours(8);
  series.observed_until = kNow + std::chrono::hours(1);
  return series;
}

SignalViewInput input() {
  carbon::Signal signal;
  signal.source = "backup";
  signal.zone = "DE";
  signal.says_green = false;
  signal.observed_at = kNow - Seconds(90);
  signal.forecast = carbon::Forecast::prepare(rising());
  carbon::Signal empty;
  SignalViewInput in;
  in.signals.emplace();
  in.signals->default_source = "main";
  in.signals->by_source["main"] = std::make_shared<const carbon::Signal>(signal);
  in.signals->by_source["aside"] = std::make_shared<const carbon::Signal>(empty);
  return in;
}

TEST(Sparkline, RisesWithTheSeries) {
  const auto forecast = carbon::Forecast::prepare(rising());
  const auto spark = sparkline(*forecast, kNow, kNow + std::chrono::hours(8), 8, true);
  ASSERT_TRUE(spark);
  EXPECT_EQ(spark->line, "▁▂▃▄▅▆▇█");
  EXPECT_EQ(spark->low, 100);
  EXPECT_EQ(spark->high, 800);
  EXPECT_EQ(sparkline(*forecast, kNow, kNow + std::chrono::hours(8), 8, false)->line, "_.-~=+*#");
}

TEST(Sparkline, IsBlankWhereNothingIsKnown) {
  const auto forecast = carbon::Forecast::prepare(rising());
  EXPECT_EQ(
      sparkline(*forecast, kNow - std::chrono::hours(2), kNow + std::chrono::hours(2), 4, false)
          ->line,
      "  _#");
  EXPECT_FALSE(sparkline(*forecast, kNow - std::chrono::hours(2), kNow, 4, false));
  EXPECT_FALSE(sparkline(*forecast, kNow, kNow, 4, false));
}

TEST(SignalView, TellsValueKindAgeAndWhoStandsIn) {
  const auto text =
      render_signals_text(input(), kNow, {.colours = false, .utf8 = true, .columns = 8});
  EXPECT_THAT(text, AllOf(HasSubstr("main (default): green, 100 gCO2eq/kWh (marginal), zone DE"),
                          HasSubstr("heard 1m30s ago; backup stands in for it"),
                          HasSubstr("▁▂▃▄▅▆▇█  100 to 800 gCO2eq/kWh"), HasSubstr("12:00")));
  EXPECT_THAT(text, HasSubstr("aside: unknown, intensity not known\n  no source has answered yet"));
  EXPECT_LT(text.find("main"), text.find("aside"));
}

TEST(SignalView, OneSourceAlone) {
  auto in = input();
  in.only = "aside";
  EXPECT_TRUE(has_source(in));
  EXPECT_THAT(render_signals_text(in, kNow, {}), Not(HasSubstr("main")));
  in.only = "nowhere";
  EXPECT_FALSE(has_source(in));
}

TEST(SignalView, JsonCarriesTheSeries) {
  const auto body = json::parse(render_signals_json(input(), kNow));
  ASSERT_TRUE(body);
  const auto& main = (*body)["sources"][0];
  EXPECT_EQ(main["name"], "main");
  EXPECT_EQ(main["kind"], "marginal");
  EXPECT_EQ(main["spokenBy"], "backup");
  EXPECT_EQ(main["intensity"], 100);
  EXPECT_EQ(main["ageSeconds"], 90);
  EXPECT_EQ(main["series"].size(), 8U);
  EXPECT_EQ(main["series"][0]["observed"], true);
  EXPECT_EQ(main["series"][1]["observed"], false);
  EXPECT_TRUE((*body)["sources"][1]["intensity"].is_null());
}

TEST(SignalView, HostileNamesDoNotReachTheTerminal) {
  auto in = input();
  auto signal = *in.signals->by_source["main"];
  signal.zone = "\x1b[31mred";
  in.signals->by_source["main"] = std::make_shared<const carbon::Signal>(signal);
  EXPECT_THAT(render_signals_text(in, kNow, {}), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace karbonetes::cli
