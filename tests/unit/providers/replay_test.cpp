#include "providers/replay.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "carbon/forecast.hpp"
#include "scripted_fetch.hpp"
#include "temp_file.hpp"

namespace karbonetes::providers {
namespace {

using testing::HasSubstr;

TEST(Recording, CsvByManyNames) {
  for (const char* text :
       {"time,intensity\n2026-01-01T00:00Z,100\n2026-01-01T01:00Z,200\n",
        "\xef\xbb\xbf"
        "Datetime (UTC),Country,Zone name,Carbon Intensity gCO\xe2\x82\x82"
        "eq/kWh (direct),x\r\n"
        "2026-01-01 00:00:00,Germany,\"Ger,many\",100,\r\n2026-01-01 01:00:00,Germany,DE,200,\r\n",
        "# recorded\nfrom;carbonIntensity\n\n2026-01-01T01:00:00Z;200\n2026-01-01T00:00:00Z;100\n",
        "unix_seconds,co2eq\n1767225600,100\n1767225600,999\n1767229200,200\n1767232800,\n"}) {
    const auto recording = parse_recording_csv(text);
    ASSERT_TRUE(recording) << text << recording.error().message;
    ASSERT_EQ(recording->size(), 2U) << text;
    EXPECT_EQ(recording->front().from, at("2026-01-01T00:00:00Z"));
    EXPECT_EQ(recording->back().grams_per_kwh, 200);
  }
}

TEST(Recording, CsvFaultsNameTheLine) {
  EXPECT_THAT(parse_recording_csv("a,b\n").error().message, HasSubstr("time,intensity"));
  EXPECT_THAT(parse_recording_csv("time,intensity\n2026-01-01T00:00Z\n").error().message,
              HasSubstr("line 2"));
  EXPECT_THAT(parse_recording_csv("time,intensity\nsoon,1\n").error().message, HasSubstr("line 2"));
  EXPECT_THAT(parse_recording_csv("time,intensity\n2026-01-01,many\n").error().message,
              HasSubstr("number"));
  EXPECT_FALSE(parse_recording_csv(""));
  EXPECT_FALSE(parse_recording_csv("time,intensity\n2026-01-01,-5\n"));
  EXPECT_FALSE(parse_recording_csv(std::string(17u << 20, '\n')));
}

TEST(Recording, JsonBareOrInAnObject) {
  for (
      const char* text :
      {R"([{"time":"2026-01-01T00:00Z","intensity":100}])",
       R"({"zone":"DE","history":[{"zone":"DE","carbonIntensity":100,"datetime":"2026-01-01T00:00:00.000Z"}]})",
       R"({"data":[{"point_time":1767225600,"value":100},{"point_time":"x","value":null}]})"}) {
    const auto recording = parse_recording_json(text);
    ASSERT_TRUE(recording) << text << recording.error().message;
    EXPECT_EQ(recording->size(), 1U);
    EXPECT_EQ(recording->front().from, at("2026-01-01T00:00:00Z"));
  }
  for (const char* text :
       {"", "5", "{}", "[5]", R"([{"intensity":1}])", R"([{"time":"x","value":1}])",
        R"([{"time":"2026-01-01","value":"1"}])"}) {
    EXPECT_FALSE(parse_recording_json(text)) << text;
  }
}

// A day of hours whose intensity is the hour times ten.
Recording day() {
  Recording out;
  for (int h = 0; h < 24; ++h)
    out.push_back({at("2020-06-01T00:00:00Z") + std::chrono::hours(h), h * 10.0});
  return out;
}

double value_at(const Reading& reading, TimePoint t) {
  return carbon::Forecast::prepare(reading.series)->at(t);
}

TEST(Replay, ShiftedToTheStart) {
  ReplayOptions options;
  options.shift = true;
  options.start = at("2026-11-24T12:00:00Z");
  const TimePoint now = options.start + std::chrono::minutes(90);
  const auto reading = replay_at(day(), options, now);
  ASSERT_TRUE(reading) << reading.error().message;
  EXPECT_EQ(value_at(*reading, now), 10);
  EXPECT_EQ(value_at(*reading, options.start + std::chrono::hours(5)), 50);
  EXPECT_EQ(series(*reading).observed_until, options.start + std::chrono::hours(2));
  const auto over = replay_at(day(), options, options.start + std::chrono::hours(24));
  ASSERT_FALSE(over);
  EXPECT_THAT(over.error().message, HasSubstr("loop: true"));
}

TEST(Replay, ADayInFourMinutesInALoop) {
  ReplayOptions options;
  options.shift = options.loop = true;
  options.speed = 360;  // an hour in 10 s
  options.start = at("2026-11-24T12:00:00Z");
  for (int second = 0; second < 1000; second += 7) {
    const TimePoint now = options.start + Seconds(second);
    const auto reading = replay_at(day(), options, now);
    ASSERT_TRUE(reading);
    EXPECT_EQ(value_at(*reading, now), (second / 10 % 24) * 10) << second;
    EXPECT_EQ(value_at(*reading, now + Seconds(100)), ((second + 100) / 10 % 24) * 10) << second;
    EXPECT_LE(series(*reading).points.size(), 50U);
    EXPECT_GE(series(*reading).points.front().from, options.start);
  }
}

TEST(Replay, AsRecordedAndLoopedWithoutShift) {
  ReplayOptions options;
  const auto then = replay_at(day(), options, at("2020-06-01T12:30:00Z"));
  ASSERT_TRUE(then);
  EXPECT_EQ(value_at(*then, at("2020-06-01T12:30:00Z")), 120);
  EXPECT_THAT(replay_at(day(), options, at("2026-01-01T00:00:00Z")).error().message,
              HasSubstr("shift: true"));
  EXPECT_FALSE(replay_at(day(), options, at("2019-01-01T00:00:00Z")));
  options.loop = true;
  for (const char* when :
       {"2026-01-01T12:30:00Z", "2019-01-01T12:30:00Z", "2020-06-01T12:30:00Z"}) {
    const auto reading = replay_at(day(), options, at(when));
    ASSERT_TRUE(reading) << when;
    EXPECT_EQ(value_at(*reading, at(when)), 120) << when;
    EXPECT_EQ(value_at(*reading, at(when) + std::chrono::hours(13)), 10) << when;
  }
}

TEST(Replay, TheFileIsReadAgainWhenItChanges) {
  TempFile file("time,intensity\n2026-01-01T00:00Z,100\n");
  ReplayOptions options;
  options.file = file.path();
  options.shift = options.loop = true;
  options.start = at("2026-11-24T12:00:00Z");
  const auto adapter = make_replay(options);
  auto reading = adapter->read({}, options.start);
  ASSERT_TRUE(reading) << reading.error().message;
  EXPECT_EQ(value_at(*reading, options.start), 100);
  file.write("time,intensity\n2026-01-01T00:00Z,300\n");
  reading = adapter->read({}, options.start);
  ASSERT_TRUE(reading);
  EXPECT_EQ(value_at(*reading, options.start), 300);
  file.remove();
  reading = adapter->read({}, options.start);
  ASSERT_FALSE(reading);
  EXPECT_THAT(reading.error().message, HasSubstr(file.path()));
}

}  // namespace
}  // namespace karbonetes::providers
