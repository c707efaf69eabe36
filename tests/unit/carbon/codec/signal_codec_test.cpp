#include "carbon/codec/signal_codec.hpp"

#include <gmock/gmock.h>

namespace karbonetes::carbon {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;

TimePoint at(const char* text) { return *parse_rfc3339(text); }
const TimePoint kNow = at("2026-11-24T12:00:00Z");

template <IntensityKind Kind>
std::shared_ptr<const Forecast> series_of(std::vector<std::pair<Millis, double>> points, Millis end,
                                          Millis observed) {
  Series<Kind> series;
  for (const auto& [after, grams] : points) {
    series.points.push_back({kNow + after, Intensity<Kind>(grams)});
  }
  series.end = kNow + end;
  series.observed_until = kNow + observed;
  return Forecast::prepare(std::move(series));
}

Signal full() {
  Signal signal;
  signal.source = "wt";
  signal.zone = "CAISO_NORTH";
  signal.observed_at = kNow + Millis(250);
  signal.green = true;
  signal.green_windows = {{kNow - hours(1), kNow + hours(2)}, {kNow + hours(2), kNow + hours(9)}};
  signal.stale_after = minutes(10);
  signal.unknown_after = Millis(3'600'500);
  signal.forecast = series_of<Marginal>(
      {{Millis(0), 412.3456}, {minutes(5), 0}, {minutes(10) + Millis(500), 99999.5}}, hours(1),
      minutes(5));
  return signal;
}

// What travels is text: through dump and parse.
Signal travelled(const Signal& signal) {
  const auto parsed = json::parse(encode_signal(signal).dump());
  EXPECT_TRUE(parsed);
  auto back = decode_signal(*parsed);
  EXPECT_TRUE(back) << (back ? "" : back.error().message);
  return back ? *back : Signal{};
}

TEST(SignalCodec, EverythingComesBack) {
  const Signal back = travelled(full());
  EXPECT_EQ(back.source, "wt");
  EXPECT_EQ(back.zone, "CAISO_NORTH");
  EXPECT_EQ(back.observed_at, kNow + Millis(250));
  EXPECT_TRUE(back.says_green);
  EXPECT_TRUE(back.green);
  ASSERT_EQ(back.green_windows.size(), 2u);
  EXPECT_EQ(back.green_windows[0].start, kNow - hours(1));
  EXPECT_EQ(back.green_windows[1].end, kNow + hours(9));
  EXPECT_EQ(back.stale_after, minutes(10));
  EXPECT_EQ(back.unknown_after, Millis(3'600'500));
  ASSERT_NE(back.forecast, nullptr);
  EXPECT_EQ(back.forecast->kind(), KindTag::Marginal);
  ASSERT_EQ(back.forecast->values().size(), 3u);
  EXPECT_DOUBLE_EQ(back.forecast->values()[0], 412.346);  // three decimals
  EXPECT_EQ(back.forecast->values()[1], 0);
  EXPECT_EQ(back.forecast->starts()[2], kNow + minutes(10) + Millis(500));
  EXPECT_EQ(back.forecast->end(), kNow + hours(1));
  EXPECT_EQ(back.forecast->observed_until(), kNow + minutes(5));
}

TEST(SignalCodec, KindsStayApart) {
  Signal signal = full();
  signal.forecast = series_of<Average>({{Millis(0), 80}}, hours(1), Millis(0));
  EXPECT_EQ(travelled(signal).forecast->kind(), KindTag::Average);
  EXPECT_EQ(encode_signal(signal)["series"]["kind"], "average");
  EXPECT_EQ(encode_signal(full())["series"]["kind"], "marginal");
}

TEST(SignalCodec, SourceWithoutOpinionOfGreen) {
  Signal signal = full();
  signal.says_green = false;
  EXPECT_TRUE(encode_signal(signal)["green"].is_null());
  EXPECT_FALSE(travelled(signal).says_green);
}

TEST(SignalCodec, WindowsAloneHaveNoSeries) {
  Signal signal = full();
  signal.forecast = nullptr;
  EXPECT_TRUE(encode_signal(signal)["series"].is_null());
  const Signal back = travelled(signal);
  EXPECT_EQ(back.forecast, nullptr);
  EXPECT_EQ(back.green_windows.size(), 2u);
}

TEST(SignalCodec, NobodyHasAnsweredYet) {
  const Signal back = travelled(Signal{});
  EXPECT_TRUE(back.source.empty());
  EXPECT_EQ(freshness(back, kNow), Freshness::Unknown);
}

TEST(SignalCodec, DecisionsSeeTheSameSignal) {
  const Signal signal = full(), back = travelled(signal);
  for (TimePoint t = kNow - hours(2); t < kNow + hours(3); t += minutes(7)) {
    EXPECT_EQ(state_at(back, t), state_at(signal, t)) << format_rfc3339(t);
    EXPECT_EQ(freshness(back, t), freshness(signal, t)) << format_rfc3339(t);
    EXPECT_EQ(next_green(back, t), next_green(signal, t)) << format_rfc3339(t);
    EXPECT_NEAR(intensity_at(back, t).value_or(-1), intensity_at(signal, t).value_or(-1), 0.001);
  }
}

TEST(SignalCodec, TheSeriesIsCompact) {
  std::vector<std::pair<Millis, double>> points;
  for (int i = 0; i < 3 * 288; ++i) points.emplace_back(minutes(5 * i), 100 + i / 7.0);
  Signal signal = full();
  signal.forecast = series_of<Average>(points, hours(72), hours(24));
  EXPECT_LT(encode_signal(signal).dump().size(), 16u * points.size() + 1000);
}

TEST(SignalCodec, NamesInAnyEncodingStayJson) {
  Signal signal = full();
  signal.zone = "\xff\xfe zone";
  EXPECT_NO_THROW((void)encode_signal(signal).dump());
  EXPECT_THAT(travelled(signal).zone, HasSubstr(" zone"));
}

TEST(SignalCodec, AnInstantOutsideOfTheSeriesIsPulledIntoIt) {
  Signal signal = full();
  signal.forecast = series_of<Average>({{Millis(0), 80}}, hours(1), -hours(5));
  EXPECT_EQ(travelled(signal).forecast->observed_until(), kNow);
}

TEST(SignalCodec, MembersOfANewerVersionAreIgnored) {
  auto document = encode_signal(full());
  document["new"] = {1, 2};
  document["series"]["new"] = "x";
  EXPECT_TRUE(decode_signal(document));
}

struct Hostile {
  const char* pointer;
  const char* value;  // JSON
  const char* sentence;
};

class HostileSignal : public testing::TestWithParam<Hostile> {};

TEST_P(HostileSignal, IsRefusedByName) {
  auto document = encode_signal(full());
  document[json::Document::json_pointer(GetParam().pointer)] = *json::parse(GetParam().value);
  const auto back = decode_signal(document);
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code, Errc::Parse);
  EXPECT_THAT(back.error().message, HasSubstr(GetParam().sentence));
}

INSTANTIATE_TEST_SUITE_P(
    Each, HostileSignal,
    testing::Values(
        Hostile{"", "[]", "JSON object"}, Hostile{"", "null", "JSON object"},
        Hostile{"/source", "7", "source must be a string"},
        Hostile{"/source", R"("a\u001bb")", "source must be at most"},
        Hostile{"/zone", "[]", "zone must be a string"},
        Hostile{"/observedAt", "null", "observedAt is missing"},
        Hostile{"/observedAt", "5", "observedAt must be an RFC 3339 string"},
        Hostile{"/observedAt", R"("today")", "observedAt"},
        Hostile{"/green", "1", "green must be true, false or null"},
        Hostile{"/greenWindows", "{}", "greenWindows must be an array"},
        Hostile{"/greenWindows/0", "7", "greenWindows[0] must be an object"},
        Hostile{"/greenWindows/1/end", "null", "greenWindows[1].end is missing"},
        Hostile{"/greenWindows/0/end", R"("2020-01-01T00:00:00Z")", "must end after it starts"},
        Hostile{"/greenWindows/1/start", R"("2026-11-24T13:00:00Z")", "must not start before"},
        Hostile{"/staleAfter", "90", "staleAfter must be a duration"},
        Hostile{"/unknownAfter", R"("-5m")", "unknownAfter"},
        Hostile{"/series", "[]", "series must be an object"},
        Hostile{"/series/kind", R"("total")", "series.kind must be"},
        Hostile{"/series/kind", "null", "series.kind must be"},
        Hostile{"/series/unit", R"("lbs_co2_per_mwh")", "series.unit must be gCO2eq/kWh"},
        Hostile{"/series/start", "null", "series.start is missing"},
        Hostile{"/series/seconds", "7", "series.seconds must be an array"},
        Hostile{"/series/seconds", "[]", "as many values as seconds"},
        Hostile{"/series/seconds", "[0, 1]", "as many values as seconds"},
        Hostile{"/series/seconds/1", "null", "series.seconds[1] must be a number"},
        Hostile{"/series/seconds/1", "-1", "series.seconds[1] must be a number"},
        Hostile{"/series/seconds/1", "1e300", "series.seconds[1] must be a number"},
        Hostile{"/series/seconds/1", "0", "series.seconds[1] must be more"},
        Hostile{"/series/values/2", R"("12")", "series.values[2] must be a number"},
        Hostile{"/series/values/2", "-0.5", "series.values[2] must be a number"},
        Hostile{"/series/values/2", "100001", "series.values[2] must be a number"},
        Hostile{"/series/end", R"("2026-11-24T12:01:00Z")", "series.end must not be before"},
        Hostile{"/series/observedUntil", R"("2026-11-24T11:59:59Z")", "within the series"},
        Hostile{"/series/observedUntil", R"("2026-11-25T11:59:59Z")", "within the series"}));

TEST(SignalCodec, NumbersOfEntriesAreBounded) {
  auto document = encode_signal(full());
  document["greenWindows"] = json::Document(std::vector<int>(kMaxEncodedWindows + 1, 0));
  EXPECT_THAT(decode_signal(document).error().message, HasSubstr("more than 10000"));
  document = encode_signal(full());
  document["series"]["seconds"] = json::Document(std::vector<int>(kMaxEncodedPoints + 1, 0));
  EXPECT_THAT(decode_signal(document).error().message, HasSubstr("more than 100000"));
  document = encode_signal(full());
  document["source"] = std::string(2000, 'a');
  EXPECT_FALSE(decode_signal(document));
}

}  // namespace
}  // namespace karbonetes::carbon
