#include "mock/state.hpp"

#include <gmock/gmock.h>

#include "json/document.hpp"
#include "mock/signal_body.hpp"

namespace karbonetes::mock {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TimePoint at(const char* text) { return *parse_rfc3339(text); }

SignalState nightly() { return SignalState(providers::default_windows()); }

TEST(SignalState, WindowsDecideUntilForced) {
  const auto state = nightly();
  EXPECT_FALSE(state.at(at("2026-11-24T21:59:59Z")).green);
  EXPECT_TRUE(state.at(at("2026-11-24T22:00:00Z")).green);
  EXPECT_FALSE(state.at(at("2026-11-25T06:00:00Z")).green);
}

TEST(SignalState, DefaultsAreNamed) {
  const View view = nightly().at(at("2026-11-24T12:00:00Z"));
  EXPECT_EQ(view.zone, "local");
  EXPECT_EQ(view.intensity, 420);
  EXPECT_FALSE(view.forced);
}

TEST(SignalState, WindowsCoverTheComingTwoDaysClipped) {
  const View view = nightly().at(at("2026-11-24T23:30:00Z"));
  ASSERT_EQ(view.green_windows.size(), 3u);
  EXPECT_EQ(view.green_windows[0].start,
            at("2026-11-24T22:00:00Z"));  // already open: its true start
  EXPECT_EQ(view.green_windows[0].end, at("2026-11-25T06:00:00Z"));
  EXPECT_EQ(view.green_windows[2].end, at("2026-11-26T23:00:00Z"));
}

TEST(SignalState, EtagStaysWhileOnlyTimePasses) {
  const auto state = nightly();
  const auto etag = state.at(at("2026-11-24T12:00:00Z")).etag;
  EXPECT_EQ(state.at(at("2026-11-24T12:59:59Z")).etag, etag);
  EXPECT_EQ(state.at(at("2026-11-24T20:00:00Z")).etag, etag);
}

TEST(SignalState, EtagChangesWhenAWindowOpensAndCloses) {
  const auto state = nightly();
  const auto before = state.at(at("2026-11-24T21:59:59Z")).etag;
  const auto in = state.at(at("2026-11-24T22:00:00Z")).etag;
  EXPECT_NE(before, in);
  EXPECT_NE(state.at(at("2026-11-25T05:59:59Z")).etag, state.at(at("2026-11-25T06:00:00Z")).etag);
}

TEST(SignalState, EtagChangesWithForcingAndComesBack) {
  auto state = nightly();
  const TimePoint now = at("2026-11-24T12:00:00Z");
  const auto automatic = state.at(now).etag;
  state.force({false, std::nullopt}, now);  // the same colour, yet forced
  const auto forced = state.at(now).etag;
  EXPECT_NE(forced, automatic);
  state.force({true, std::nullopt}, now);
  EXPECT_NE(state.at(now).etag, forced);
  state.automatic(now);
  EXPECT_EQ(state.at(now).etag, automatic);
}

TEST(SignalState, EtagTellsConfigurationsApart) {
  auto other = providers::default_windows();
  other.intensities = providers::Intensities{10, 20};
  const TimePoint now = at("2026-11-24T12:00:00Z");
  EXPECT_NE(SignalState(other).at(now).etag, nightly().at(now).etag);
}

TEST(SignalState, ForcedHidesWindowsAndHoldsInTheForecast) {
  auto state = nightly();
  const TimePoint now = at("2026-11-24T12:00:00Z");
  state.force({true, now + minutes(90)}, now);
  const View view = state.at(now);
  EXPECT_TRUE(view.green);
  EXPECT_TRUE(view.forced);
  EXPECT_TRUE(view.green_windows.empty());
  EXPECT_EQ(view.forecast[0].grams, 80);
  const auto after = std::find_if(view.forecast.begin(), view.forecast.end(),
                                  [&](const auto& p) { return p.from == now + minutes(90); });
  ASSERT_NE(after, view.forecast.end());
  EXPECT_EQ(after->grams, 420);
}

TEST(SignalState, ForcedNotGreenSuppressesAWindowInTheForecast) {
  auto state = nightly();
  const TimePoint now = at("2026-11-24T21:30:00Z");
  state.force({false, at("2026-11-25T02:00:00Z")}, now);
  for (const auto& point : state.at(now).forecast) {
    if (point.from < at("2026-11-25T02:00:00Z")) {
      EXPECT_EQ(point.grams, 420);
    } else if (point.from < at("2026-11-25T06:00:00Z")) {
      EXPECT_EQ(point.grams, 80);
    }
  }
}

TEST(SignalState, ForceEndsByItself) {
  auto state = nightly();
  const TimePoint now = at("2026-11-24T12:00:00Z");
  state.force({true, now + minutes(10)}, now);
  EXPECT_EQ(state.next_change(now), now + minutes(10));
  EXPECT_TRUE(state.at(now + minutes(10) - Millis(1)).forced);
  EXPECT_FALSE(state.at(now + minutes(10)).forced);
  EXPECT_FALSE(state.at(now + minutes(10)).green);
}

TEST(SignalState, NextChangeIsTheEdgeOrTheHour) {
  auto half_past = providers::parse_windows("windows: [{start: \"22:30\", end: \"23:15\"}]");
  ASSERT_TRUE(half_past);
  const SignalState state(*half_past);
  EXPECT_EQ(state.next_change(at("2026-11-24T12:10:00Z")), at("2026-11-24T13:00:00Z"));
  EXPECT_EQ(state.next_change(at("2026-11-24T22:10:00Z")), at("2026-11-24T22:30:00Z"));
  EXPECT_EQ(state.next_change(at("2026-11-24T23:00:00Z")), at("2026-11-24T23:15:00Z"));
}

// Whatever next_change promises, the ETag must not change before it.
TEST(SignalState, NothingChangesBeforeNextChange) {
  const auto state = nightly();
  for (TimePoint t = at("2026-11-24T00:10:00Z"); t < at("2026-11-26T00:00:00Z"); t += minutes(37)) {
    const TimePoint next = state.next_change(t);
    ASSERT_GT(next, t);
    EXPECT_EQ(state.at(next - Millis(1)).etag, state.at(t).etag) << format_rfc3339(t);
  }
}

TEST(SignalState, AlwaysGreenNeverRunsOutOfWindows) {
  const SignalState state(
      *providers::parse_windows("windows: [{start: \"00:00\", end: \"24:00\"}]"));
  TimePoint t = at("2026-11-24T00:10:00Z");
  for (int i = 0; i < 200; ++i, t += hours(1)) {
    const View view = state.at(t);
    ASSERT_TRUE(view.green);
    ASSERT_EQ(view.green_windows.size(), 1u);
    ASSERT_GT(view.green_windows[0].end, t + hours(40));
  }
}

TEST(Render, IsTheDocumentedShape) {
  auto config = providers::default_windows();
  config.zone = "DE";
  const TimePoint now = at("2026-11-24T12:00:00Z");
  const auto body = json::parse(render(SignalState(config).at(now), now));
  ASSERT_TRUE(body);
  EXPECT_EQ((*body)["source"], "karbonetes-signal");
  EXPECT_EQ((*body)["zone"], "DE");
  EXPECT_EQ((*body)["green"], false);
  EXPECT_EQ((*body)["forced"], false);
  EXPECT_EQ((*body)["observedAt"], "2026-11-24T12:00:00Z");
  EXPECT_EQ((*body)["intensity"]["value"], 420.0);
  EXPECT_EQ((*body)["intensity"]["unit"], "gCO2eq/kWh");
  EXPECT_EQ((*body)["greenWindows"][0]["start"], "2026-11-24T22:00:00Z");
  EXPECT_EQ((*body)["forecast"].size(), 48u);
}

TEST(Render, ZoneOfBrokenUtf8StaysValidJson) {
  View view;
  view.zone = "\xff\xfe";
  EXPECT_TRUE(json::parse(render(view, TimePoint{})));
}

}  // namespace
}  // namespace karbonetes::mock
