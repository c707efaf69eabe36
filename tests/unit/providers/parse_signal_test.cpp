#include <gmock/gmock.h>

#include "mock/signal_body.hpp"
#include "mock/state.hpp"
#include "providers/signal_service.hpp"

namespace karbonetes::providers {
namespace {

using testing::HasSubstr;

TimePoint at(const char* text) { return *parse_rfc3339(text); }

TEST(ParseSignal, ReadsWhatTheServiceRenders) {
  const TimePoint now = at("2026-11-24T23:30:00Z");
  const auto view = mock::SignalState(default_windows()).at(now);
  const auto signal = parse_signal(mock::render(view, now));
  ASSERT_TRUE(signal) << signal.error().message;
  EXPECT_EQ(signal->source, "karbonetes-signal");
  EXPECT_EQ(signal->zone, "local");
  EXPECT_TRUE(signal->green);
  EXPECT_EQ(signal->forecast->at(now), 80.0);
  EXPECT_EQ(signal->forecast->at(now - std::chrono::hours(2)), 420.0);
  EXPECT_EQ(signal->forecast->observed_until(), now);
  EXPECT_EQ(signal->green_windows.size(), view.green_windows.size());
  EXPECT_EQ(signal->green_windows[0].start, view.green_windows[0].start);
  EXPECT_EQ(signal->forecast->starts().size(), view.observed.size() + view.forecast.size());
  EXPECT_EQ(signal->observed_at, TimePoint{});
}

TEST(ParseSignal, LeastThatIsEnough) {
  const auto signal = parse_signal(R"({"green":true})");
  ASSERT_TRUE(signal);
  EXPECT_TRUE(signal->green);
  EXPECT_FALSE(signal->source.empty());
  EXPECT_EQ(signal->forecast, nullptr);
}

TEST(ParseSignal, KindIsAverageUnlessSaid) {
  const char* forecast = R"("forecast":[{"from":"2026-11-24T01:00:00Z","intensity":7}]})";
  const auto kind = [&](const std::string& head) {
    return parse_signal(head + forecast)->forecast->kind();
  };
  EXPECT_EQ(kind(R"({"green":true,)"), carbon::KindTag::Average);
  EXPECT_EQ(kind(R"({"green":true,"kind":"average",)"), carbon::KindTag::Average);
  EXPECT_EQ(kind(R"({"green":true,"kind":"marginal",)"), carbon::KindTag::Marginal);
  EXPECT_THAT(parse_signal(R"({"green":true,"kind":"both"})").error().message, HasSubstr("kind"));
}

TEST(ParseSignal, ObservedStandsBeforeTheForecastAndEndsWhereThatBegins) {
  const auto signal = parse_signal(R"({"green":true,
      "observed":[{"from":"2026-11-24T00:00:00Z","intensity":1},{"from":"2026-11-24T01:00:00Z","intensity":2}],
      "forecast":[{"from":"2026-11-24T02:00:00Z","intensity":3},{"from":"2026-11-24T01:30:00Z","intensity":4}]})");
  ASSERT_TRUE(signal) << signal.error().message;
  EXPECT_EQ(signal->forecast->starts().size(), 4u);
  EXPECT_EQ(signal->forecast->observed_until(), at("2026-11-24T01:30:00Z"));
  EXPECT_FALSE(parse_signal(R"({"green":true,"observed":[{"from":"x","intensity":1}]})"));
}

TEST(ParseSignal, NullsAreAsAbsent) {
  const auto signal = parse_signal(
      R"({"green":false,"zone":null,"intensity":null,"greenWindows":null,
          "forecast":[{"from":"2026-11-24T00:00:00Z","intensity":null},{"from":"2026-11-24T01:00:00Z","intensity":7}]})");
  ASSERT_TRUE(signal) << signal.error().message;
  EXPECT_EQ(signal->forecast->starts().size(), 1u);
  EXPECT_TRUE(parse_signal(R"({"green":false,"intensity":{"value":null}})"));
  EXPECT_FALSE(parse_signal(R"({"green":null})"));
}

TEST(ParseSignal, WindowsComeOutSortedAndDisjoint) {
  const auto signal = parse_signal(R"({"green":false,"greenWindows":[
      {"start":"2026-11-24T10:00:00Z","end":"2026-11-24T12:00:00Z"},
      {"start":"2026-11-24T01:00:00Z","end":"2026-11-24T02:00:00Z"},
      {"start":"2026-11-24T11:00:00Z","end":"2026-11-24T11:30:00Z"},
      {"start":"2026-11-24T12:00:00Z","end":"2026-11-24T13:00:00Z"},
      {"start":"2026-11-24T01:00:00Z","end":"2026-11-24T02:00:00Z"}]})");
  ASSERT_TRUE(signal);
  ASSERT_EQ(signal->green_windows.size(), 2u);
  EXPECT_EQ(signal->green_windows[0].end, at("2026-11-24T02:00:00Z"));
  EXPECT_EQ(signal->green_windows[1].start, at("2026-11-24T10:00:00Z"));
  EXPECT_EQ(signal->green_windows[1].end, at("2026-11-24T13:00:00Z"));
}

TEST(ParseSignal, ForecastComesOutSortedAndTheFirstOfAnInstantHolds) {
  const auto signal = parse_signal(R"({"green":false,"forecast":[
      {"from":"2026-11-24T02:00:00Z","intensity":3},
      {"from":"2026-11-24T01:00:00Z","intensity":1},
      {"from":"2026-11-24T01:00:00Z","intensity":2}]})");
  ASSERT_TRUE(signal);
  ASSERT_EQ(signal->forecast->starts().size(), 2u);
  EXPECT_EQ(signal->forecast->values()[0], 1);
  EXPECT_EQ(signal->forecast->values()[1], 3);
}

TEST(ParseSignal, OffsetsOfDaylightSavingHoursAreInstants) {
  const auto signal = parse_signal(R"({"green":false,"forecast":[
      {"from":"2026-10-25T02:30:00+02:00","intensity":1},{"from":"2026-10-25T02:30:00+01:00","intensity":2}]})");
  ASSERT_TRUE(signal);
  ASSERT_EQ(signal->forecast->starts().size(), 2u);
  EXPECT_EQ(signal->forecast->starts()[1] - signal->forecast->starts()[0], std::chrono::hours(1));
}

TEST(ParseSignal, RefusalsNameTheField) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "not JSON"},
      {"<html><body>Bad gateway</body></html>", "not JSON"},
      {"{\"green\":true", "not JSON"},
      {"[true]", "not a JSON object"},
      {"{}", "green is missing"},
      {R"({"green":"true"})", "green must be true or false"},
      {R"({"green":1})", "green must be true or false"},
      {R"({"green":true,"source":5})", "source must be a string"},
      {R"({"green":true,"zone":"a\u001b[2J"})", "zone must be"},
      {R"({"green":true,"intensity":5})", "intensity must be an object"},
      {R"({"green":true,"intensity":{"value":"5"}})", "intensity.value must be a number"},
      {R"({"green":true,"intensity":{"value":-1}})", "intensity.value must be between"},
      {R"({"green":true,"intensity":{"value":1e300}})", "intensity.value must be between"},
      {R"({"green":true,"intensity":{"value":NaN}})", "not JSON"},
      {R"({"green":true,"intensity":{"value":1e999}})", "not JSON"},
      {R"({"green":true,"intensity":{"value":1,"unit":"lbs_co2_per_mwh"}})",
       "intensity.unit must be gCO2eq/kWh"},
      {R"({"green":true,"greenWindows":{}})", "greenWindows must be an array"},
      {R"({"green":true,"greenWindows":[5]})", "greenWindows[] must be an object"},
      {R"({"green":true,"greenWindows":[{"start":"2026-11-24T00:00:00Z"}]})",
       "greenWindows[].end is missing"},
      {R"({"green":true,"greenWindows":[{"start":"x","end":"2026-11-24T00:00:00Z"}]})",
       "greenWindows[].start"},
      {R"({"green":true,"greenWindows":[{"start":"2026-11-24T01:00:00Z","end":"2026-11-24T01:00:00Z"}]})",
       "end after it starts"},
      {R"({"green":true,"forecast":"no"})", "forecast must be an array"},
      {R"({"green":true,"forecast":[{"from":5,"intensity":1}]})", "forecast[].from must be"},
      {R"({"green":true,"forecast":[{"from":"2026-11-24T00:00:00Z","intensity":-2}]})",
       "forecast[].intensity"},
      {R"({"green":true,"forecast":[{"from":"2026-11-24T00:00:00Z","intensity":[]}]})",
       "forecast[].intensity"},
  };
  for (const auto& [text, sentence] : cases) {
    const auto signal = parse_signal(text);
    ASSERT_FALSE(signal) << text;
    EXPECT_EQ(signal.error().code, Errc::Parse) << text;
    EXPECT_THAT(signal.error().message, HasSubstr(sentence)) << text;
  }
}

TEST(ParseSignal, SizesAreBounded) {
  const auto with_points = [](int n) {
    std::string text = R"({"green":true,"forecast":[)";
    for (int i = 0; i < n; ++i) {
      text += std::string(i == 0 ? "" : ",") + R"({"from":")" +
              format_rfc3339(TimePoint{} + std::chrono::minutes(5) * i) + R"(","intensity":1})";
    }
    return text + "]}";
  };
  EXPECT_EQ(parse_signal(with_points(10'000))->forecast->starts().size(), 10'000u);
  EXPECT_THAT(parse_signal(with_points(10'001)).error().message, HasSubstr("more than 10000"));
  EXPECT_FALSE(parse_signal(std::string(5u << 20, ' ') + R"({"green":true})"));
  EXPECT_FALSE(parse_signal(std::string(100'000, '[')));
  // An error quotes little of what came, and nothing that a terminal obeys.
  const auto error = parse_signal("\"\x1b[2J" + std::string(1u << 20, 'x')).error().message;
  EXPECT_LT(error.size(), 250u);
  EXPECT_EQ(error.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace karbonetes::providers
