#include "providers/windows_file.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "providers/backoff.hpp"
#include "providers/outlook.hpp"

namespace karbonetes::providers {
namespace {

using testing::HasSubstr;

TimePoint at(const char* text) { return *parse_rfc3339(text); }

TEST(WindowsFile, ReadsEveryField) {
  const auto file = parse_windows(R"(
zone: DE
timeZone: Europe/Berlin
windows:
  - days: [Sat, Sunday]
    start: "10:00"
    end: "16:00"
  - start: 22:00
    end: 06:00
intensity: {green: 50, other: 300.5}
)");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->zone, "DE");
  EXPECT_EQ(file->schedule.time_zone(), "Europe/Berlin");
  EXPECT_TRUE(file->schedule.green_at(at("2026-11-28T11:00:00Z")));   // Saturday, 12:00 in Berlin
  EXPECT_FALSE(file->schedule.green_at(at("2026-11-27T11:00:00Z")));  // Friday
  EXPECT_TRUE(file->schedule.green_at(at("2026-11-27T21:00:00Z")));
  EXPECT_EQ(file->intensities->green, 50);
  EXPECT_EQ(file->intensities->other, 300.5);
}

TEST(WindowsFile, LeftOutFieldsAreAbsent) {
  const auto file = parse_windows("windows: []");
  ASSERT_TRUE(file);
  EXPECT_TRUE(file->schedule.empty());
  EXPECT_EQ(file->intensities, std::nullopt);
  EXPECT_EQ(file->zone, "");
}

TEST(WindowsFile, RefusesWithLineAndWhatToWrite) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "must be a map"},
      {"- 1", "must be a map"},
      {"timeZone: UTC", "windows is missing"},
      {"windows: 5", "windows must be a list"},
      {"windows: []\ntimezone: UTC", "line 2: unknown field \"timezone\""},
      {"windows: [5]", "a window must be a map"},
      {"windows:\n- start: \"22:00\"", "end is missing"},
      {"windows:\n- {start: \"25:00\", end: \"06:00\"}", "start: "},
      {"windows:\n- {start: \"22:00\", end: \"06:00\", day: Mon}", "unknown field \"day\""},
      {"windows:\n- {start: \"22:00\", end: \"06:00\", days: Mon}", "days must list"},
      {"windows:\n- {start: \"22:00\", end: \"06:00\", days: []}", "days must list"},
      {"windows:\n- {start: \"22:00\", end: \"06:00\", days: [Someday]}", "Someday"},
      {"windows: []\ntimeZone: Mars/Olympus", "Mars/Olympus"},
      {"windows: []\nintensity: 5", "intensity must be"},
      {"windows: []\nintensity: {green: -1, other: 2}", "intensity.green"},
      {"windows: []\nintensity: {green: 1, other: .nan}", "intensity.other"},
      {"windows: []\nintensity: {green: 1, other: .inf}", "intensity.other"},
      {"windows: []\nintensity: {green: 1}", "other is missing"},
      {"windows: [\n", "not readable as YAML"},
  };
  for (const auto& [text, sentence] : cases) {
    const auto file = parse_windows(text);
    ASSERT_FALSE(file) << text;
    EXPECT_THAT(file.error().message, HasSubstr(sentence)) << text;
  }
}

TEST(WindowsFile, HugeAndDeepInputIsRefused) {
  EXPECT_FALSE(parse_windows(std::string(2u << 20, ' ')));
  EXPECT_FALSE(parse_windows("windows: " + std::string(20'000, '[')));
  std::string many = "windows:\n";
  for (int i = 0; i < 1001; ++i) many += "- {start: \"01:00\", end: \"02:00\"}\n";
  const auto file = parse_windows(many);
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error().message, HasSubstr("more than 1000 windows"));
}

TEST(WindowsFile, LoadNamesTheFile) {
  EXPECT_EQ(load_windows("/nonexistent/windows.yaml").error().code, Errc::NotFound);
  EXPECT_EQ(load_windows("/").error().code, Errc::InvalidArgument);
  EXPECT_THAT(load_windows("/dev/zero").error().message, HasSubstr("/dev/zero: larger than"));
  const auto path = std::filesystem::path(testing::TempDir()) / "windows.yaml";
  std::ofstream(path) << "nothing: here";
  EXPECT_THAT(load_windows(path.string()).error().message, HasSubstr("windows.yaml: line 1"));
  std::filesystem::remove(path);
}

TEST(WindowsFile, DefaultIsEveryNightUtc) {
  const auto file = default_windows();
  EXPECT_TRUE(file.schedule.green_at(at("2026-11-24T22:00:00Z")));
  EXPECT_TRUE(file.schedule.green_at(at("2026-11-25T05:59:59Z")));
  EXPECT_FALSE(file.schedule.green_at(at("2026-11-25T06:00:00Z")));
}

TEST(Outlook, IsExactAtEdgesAndHourly) {
  const std::vector<carbon::Interval> green = {
      {at("2026-11-24T12:20:00Z"), at("2026-11-24T13:00:00Z")}};
  const auto points =
      intensity_outlook(green, {80, 420}, at("2026-11-24T11:30:00Z"), at("2026-11-24T14:00:00Z"));
  ASSERT_EQ(points.size(), 4u);
  EXPECT_EQ(points[0].from, at("2026-11-24T11:30:00Z"));
  EXPECT_EQ(points[0].value.grams_per_kwh, 420);
  EXPECT_EQ(points[1].from, at("2026-11-24T12:00:00Z"));
  EXPECT_EQ(points[1].value.grams_per_kwh, 420);
  EXPECT_EQ(points[2].from, at("2026-11-24T12:20:00Z"));
  EXPECT_EQ(points[2].value.grams_per_kwh, 80);
  EXPECT_EQ(points[3].from, at("2026-11-24T13:00:00Z"));
  EXPECT_EQ(points[3].value.grams_per_kwh, 420);
  EXPECT_TRUE(
      intensity_outlook(green, {80, 420}, at("2026-11-24T14:00:00Z"), at("2026-11-24T14:00:00Z"))
          .empty());
}

TEST(Backoff, DoublesUpToTheMostAndStartsAgain) {
  Backoff backoff(Millis(500), Seconds(30));
  EXPECT_EQ(backoff.next(0), Millis(250));
  EXPECT_EQ(backoff.next(1), Millis(1000));
  for (int i = 0; i < 20; ++i) (void)backoff.next(0.5);
  EXPECT_EQ(backoff.next(1), Seconds(30));
  EXPECT_EQ(backoff.next(0), Seconds(15));
  backoff.reset();
  EXPECT_EQ(backoff.next(1), Millis(500));
}

}  // namespace
}  // namespace karbonetes::providers
