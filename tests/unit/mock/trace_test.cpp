#include "mock/trace.hpp"

#include <gmock/gmock.h>

namespace karbonetes::mock {
namespace {

using std::chrono::hours;
using testing::HasSubstr;

TimePoint at(const char* text) { return *parse_rfc3339(text); }

TEST(Trace, ReadsWithAndWithoutHeader) {
  for (const char* csv : {"time,intensity\n2026-11-24T00:00:00Z,412.5\n2026-11-24T01:00:00Z,80\n",
                          "2026-11-24T00:00:00Z,412.5\r\n\n# a comment\n2026-11-24T01:00:00Z,80",
                          "time,intensity,kind\n1795478400,412.5,average\n1795482000,80,\n"}) {
    const auto trace = parse_trace(csv);
    ASSERT_TRUE(trace) << csv << trace.error().message;
    ASSERT_EQ(trace->steps.points.size(), 2u);
    EXPECT_EQ(trace->steps.points[0].from, at("2026-11-24T00:00:00Z"));
    EXPECT_EQ(trace->steps.points[0].grams, 412.5);
    EXPECT_EQ(trace->steps.end, at("2026-11-24T02:00:00Z"));
    EXPECT_EQ(trace->kind, carbon::KindTag::Average);
  }
}

TEST(Trace, IsPutInOrderAndTheFirstOfAnInstantHolds) {
  const auto trace =
      parse_trace("2026-11-24T01:00:00Z,2\n2026-11-24T00:00:00Z,1\n2026-11-24T01:00:00Z,3\n");
  ASSERT_TRUE(trace);
  ASSERT_EQ(trace->steps.points.size(), 2u);
  EXPECT_EQ(trace->steps.points[0].grams, 1);
  EXPECT_EQ(trace->steps.points[1].grams, 2);
}

TEST(Trace, OnePointLastsAnHour) {
  const auto trace = parse_trace("2026-11-24T00:00:00Z,1,marginal");
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->steps.end - trace->steps.points[0].from, hours(1));
  EXPECT_EQ(trace->kind, carbon::KindTag::Marginal);
}

TEST(Trace, IsRefusedByLine) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "has no points"},
      {"time,intensity\n", "has no points"},
      {"when,grams\n2026-11-24T00:00:00Z,1\n", "line 1: the header must be"},
      {"2026-11-24T00:00:00Z,1\nyesterday,2\n", "line 2: time"},
      {"2026-11-24T00:00:00Z\n", "line 1: intensity is \"\""},
      {"2026-11-24T00:00:00Z,-1\n", "write gCO2eq/kWh from 0 to 100000"},
      {"2026-11-24T00:00:00Z,nan\n", "write gCO2eq/kWh"},
      {"2026-11-24T00:00:00Z,1e9\n", "write gCO2eq/kWh"},
      {"-5,1\n", "seconds since 1970"},
      {"1e300,1\n", "seconds since 1970"},
      {"2026-11-24T00:00:00Z,1,total\n", "kind is \"total\"; write average or marginal"},
      {"2026-11-24T00:00:00Z,1,average\n2026-11-24T01:00:00Z,1,marginal\n", "one kind per file"},
      {std::string(17u << 20, '\n'), "larger than 16 MiB"},
  };
  for (const auto& [csv, sentence] : cases) {
    const auto trace = parse_trace(csv);
    ASSERT_FALSE(trace) << csv.substr(0, 100);
    EXPECT_THAT(trace.error().message, HasSubstr(sentence));
  }
}

TEST(Trace, NumberOfPointsIsBounded) {
  std::string csv;
  for (std::size_t i = 0; i <= kMaxTracePoints; ++i) csv += std::to_string(1'000'000 + i) + ",1\n";
  const auto trace = parse_trace(csv);
  ASSERT_FALSE(trace);
  EXPECT_THAT(trace.error().message, HasSubstr("more than 200000 points"));
}

TEST(Percentile, IsWeightedByTime) {
  // 100 holds one hour, 200 nine hours, 300 ten.
  const auto trace =
      parse_trace("2026-11-24T00:00:00Z,100\n2026-11-24T01:00:00Z,200\n2026-11-24T10:00:00Z,300\n");
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->steps.end, at("2026-11-24T19:00:00Z"));
  EXPECT_EQ(percentile(trace->steps, 5), 100);
  EXPECT_EQ(percentile(trace->steps, 30), 200);
  EXPECT_EQ(percentile(trace->steps, 90), 300);
}

}  // namespace
}  // namespace karbonetes::mock
