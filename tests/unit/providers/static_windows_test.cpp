#include "providers/static_windows.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "eventually.hpp"
#include "providers/config.hpp"

namespace karbonetes::providers {
namespace {

using carbon::GreenState;
using std::chrono::hours;
using testing::HasSubstr;

TimePoint at(const char* text) { return *parse_rfc3339(text); }

TEST(StaticSignal, NeverAges) {
  const auto signal = static_signal(default_windows(), at("2026-11-24T12:00:00Z"));
  EXPECT_EQ(carbon::freshness(signal, at("2026-11-30T12:00:00Z")), carbon::Freshness::Fresh);
  EXPECT_EQ(carbon::state_at(signal, at("2026-11-30T23:00:00Z")), GreenState::Green);
}

TEST(StaticSignal, CarriesZoneAndIntensityWhenTheFileNamesThem) {
  auto config = default_windows();
  EXPECT_EQ(static_signal(config, at("2026-11-24T12:00:00Z")).forecast, nullptr);
  config.zone = "DE";
  config.intensities = Intensities{50, 300};
  const auto day = static_signal(config, at("2026-11-24T12:00:00Z"));
  EXPECT_EQ(day.zone, "DE");
  EXPECT_EQ(day.forecast->values().front(), 300);
  EXPECT_EQ(day.forecast->starts().size(), 48u);
  EXPECT_EQ(static_signal(config, at("2026-11-24T23:00:00Z")).forecast->values().front(), 50);
}

// 2026-03-29: at 02:00 clocks in Berlin go to 03:00; 2026-10-25: at 03:00 back to 02:00.
TEST(StaticSignal, WindowsFollowDaylightSaving) {
  const auto config =
      *parse_windows("timeZone: Europe/Berlin\nwindows: [{start: \"01:00\", end: \"05:00\"}]");
  const auto spring = static_signal(config, at("2026-03-28T12:00:00Z"));
  ASSERT_GE(spring.green_windows.size(), 2u);
  EXPECT_EQ(spring.green_windows[0].start, at("2026-03-29T00:00:00Z"));
  EXPECT_EQ(spring.green_windows[0].end, at("2026-03-29T03:00:00Z"));  // three hours long
  EXPECT_EQ(spring.green_windows[1].start, at("2026-03-29T23:00:00Z"));
  const auto autumn = static_signal(config, at("2026-10-24T12:00:00Z"));
  EXPECT_EQ(autumn.green_windows[0].end - autumn.green_windows[0].start, hours(5));
}

TEST(StaticRefresh, IsTheNextEdgeAndADayAtMost) {
  const auto nightly = default_windows().schedule;
  EXPECT_EQ(static_refresh(nightly, at("2026-11-24T12:00:00Z")), at("2026-11-24T22:00:00Z"));
  EXPECT_EQ(static_refresh(nightly, at("2026-11-24T22:00:00Z")), at("2026-11-25T06:00:00Z"));
  const carbon::WindowSchedule never;
  EXPECT_EQ(static_refresh(never, at("2026-11-24T12:00:00Z")), at("2026-11-25T12:00:00Z"));
  const auto weekly =
      parse_windows("windows: [{days: [Sun], start: \"10:00\", end: \"11:00\"}]")->schedule;
  EXPECT_EQ(static_refresh(weekly, at("2026-11-24T12:00:00Z")), at("2026-11-25T12:00:00Z"));
}

TEST(StaticWindows, AnswersBeforeStartAndRepublishesAtAnEdge) {
  // Starts a moment before the edge, so that the provider's sleep is short in real time, too.
  ManualClock clock(at("2026-11-24T22:00:00Z") - Millis(50));
  const auto provider = make_static_windows(default_windows().schedule, clock);
  EXPECT_FALSE(provider->current()->green);
  Changes changes;
  provider->start(changes.callback());
  ASSERT_TRUE(changes.until([&] { return changes.count() >= 1; }));
  clock.advance(Millis(50));
  EXPECT_TRUE(changes.until([&] { return provider->current()->green; }));
  EXPECT_TRUE(changes.until([&] { return changes.count() >= 2; }));
  provider->stop();
  provider->stop();
}

class HubOfFlags : public testing::Test {
 protected:
  ManualClock clock{at("2026-11-24T23:00:00Z")};
  metrics::Registry metrics;

  static std::shared_ptr<const carbon::Signal> spoken(const SignalHub& hub) {
    return carbon::select(*hub.current(), {}, {}).signal;
  }
  std::string refusal(const ProviderConfig& config) {
    const auto hub = hub_of(config, clock, metrics);
    return hub ? "accepted" : hub.error().message;
  }
};

TEST_F(HubOfFlags, DefaultIsNightlyUtc) {
  const auto hub = hub_of({}, clock, metrics);
  ASSERT_TRUE(hub);
  EXPECT_EQ(spoken(**hub)->source, "static");
  EXPECT_TRUE(spoken(**hub)->green);
}

TEST_F(HubOfFlags, WindowsFileDecides) {
  const auto path = std::filesystem::path(testing::TempDir()) / "provider-windows.yaml";
  std::ofstream(path) << "zone: DE\nwindows: []\n";
  ProviderConfig config;
  config.windows_file = path.string();
  const auto hub = hub_of(config, clock, metrics);
  ASSERT_TRUE(hub);
  EXPECT_FALSE(spoken(**hub)->green);
  EXPECT_EQ(spoken(**hub)->zone, "DE");
  config.zone = "FR";
  EXPECT_THAT(refusal(config), HasSubstr("for zone \"DE\""));
  config.zone.clear();
  config.signal_url = "http://127.0.0.1:1";
  EXPECT_THAT(refusal(config), HasSubstr("both given"));
  std::filesystem::remove(path);
}

TEST_F(HubOfFlags, SignalUrlDecides) {
  ProviderConfig config;
  config.signal_url = "http://127.0.0.1:1";
  const auto hub = hub_of(config, clock, metrics);
  ASSERT_TRUE(hub);
  EXPECT_TRUE(spoken(**hub)->source.empty());
}

TEST_F(HubOfFlags, RefusalsSayWhatToWrite) {
  EXPECT_THAT(refusal({"ftp://x", "", "", ""}), HasSubstr("signal URL"));
  EXPECT_THAT(refusal({"", "", "/ca.pem", ""}), HasSubstr("no signal URL"));
  EXPECT_THAT(refusal({"http://127.0.0.1:1", "", "/ca.pem", ""}), HasSubstr("not https"));
  EXPECT_THAT(refusal({"https://127.0.0.1:1", "", "/nonexistent/ca.pem", ""}),
              HasSubstr("/nonexistent/ca.pem"));
  EXPECT_THAT(refusal({"https://127.0.0.1:1", "", "/dev/null", ""}),
              HasSubstr("no PEM certificate"));
  EXPECT_THAT(refusal({"", "", "", "/nonexistent/windows.yaml"}),
              HasSubstr("/nonexistent/windows.yaml"));
}

}  // namespace
}  // namespace karbonetes::providers
