#include <gmock/gmock.h>

#include <limits>

#include "fixtures.hpp"
#include "json/document.hpp"
#include "simulate/report/report.hpp"

namespace karbonetes::simulate {
namespace {

using testing::HasSubstr;
using testing_report::study;

TEST(RenderJson, HasItsFields) {
  Study s = study();
  s.comparisons[0].high = std::numeric_limits<double>::infinity();
  const auto read = json::parse(render_json(s));
  ASSERT_TRUE(read);
  EXPECT_NEAR((*read)["rows"][0]["savedPercent"].get<double>(), 12.5, 1e-9);
  EXPECT_EQ((*read)["rows"][0]["scenario"]["maxDelaySeconds"], 28'800.0);
  EXPECT_EQ((*read)["rows"][0]["byNamespace"][1]["namespace"], "team-b");
  EXPECT_TRUE((*read)["comparisons"][0]["differencePoints"]["high"].is_null());
  EXPECT_EQ((*read)["suggestions"][0]["maxDelaySeconds"], 28'800.0);
}

TEST(RenderJson, WhatIsUnknownIsNull) {
  Study s = study();
  s.rows[0].grams = std::numeric_limits<double>::quiet_NaN();
  s.suggestions[0].chosen = 99;
  const auto read = json::parse(render_json(s));
  ASSERT_TRUE(read);
  EXPECT_TRUE((*read)["rows"][0]["grams"].is_null());
  EXPECT_TRUE((*read)["rows"][0]["savedPercent"].is_null());
  EXPECT_EQ((*read)["suggestions"][0]["maxDelaySeconds"], 0);
}

TEST(RenderJson, EmptyStudyHasEmptyLists) {
  const auto read = json::parse(render_json(Study()));
  ASSERT_TRUE(read);
  for (const char* list : {"rows", "comparisons", "suggestions", "notes"}) {
    EXPECT_TRUE((*read)[list].is_array()) << list;
    EXPECT_TRUE((*read)[list].empty()) << list;
  }
}

TEST(RenderJson, BrokenUtf8IsStillJson) {
  Study s = study();
  s.rows[0].zone = "\xff\xfe";
  EXPECT_TRUE(json::parse(render_json(s)));
}

TEST(RenderCsv, IsSafeForSpreadsheets) {
  Study s = study();
  s.rows = {s.rows[0]};
  s.rows[0].zone = "=1+\"2\"";
  const auto csv = render_csv(s);
  EXPECT_THAT(csv, testing::StartsWith("zone,kind,policy,max_delay_s,"));
  EXPECT_THAT(csv, HasSubstr("\r\n\"'=1+\"\"2\"\"\",average,lowest-window,28800,"));
  EXPECT_EQ(std::ranges::count(csv, '\n'), 2);
}

TEST(RenderCsv, EachLineHasTheColumnsOfTheHeader) {
  Study s = study();
  s.rows.assign(200, s.rows[0]);
  s.rows[7].grams = s.rows[7].kwh = std::numeric_limits<double>::quiet_NaN();
  s.rows[8].zone = "a,b\nc";
  const auto csv = render_csv(s);
  EXPECT_THAT(csv, HasSubstr("\r\n\"a,b\nc\",average,"));
  EXPECT_EQ(csv.find("nan"), std::string::npos);
  std::vector<std::size_t> commas(1, 0);
  bool quoted = false;
  for (const char c : csv) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == ',') ++commas.back();
    if (c == '\n') commas.push_back(0);
  }
  commas.pop_back();
  EXPECT_THAT(commas, testing::AllOf(testing::SizeIs(201), testing::Each(commas[0])));
}

}  // namespace
}  // namespace karbonetes::simulate
