#include <gmock/gmock.h>

#include <limits>

#include "fixtures.hpp"
#include "simulate/report/report.hpp"

namespace karbonetes::simulate {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing_report::row;
using testing_report::study;
using testing_report::well_formed;

TEST(RenderHtml, NeedsNothingElse) {
  const auto html = render_html(study());
  EXPECT_TRUE(well_formed(html));
  EXPECT_THAT(html, HasSubstr("<strong>"));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("src=")));
  EXPECT_THAT(html, Not(HasSubstr("url(")));
  for (auto at = html.find("http"); at != std::string::npos; at = html.find("http", at + 1))
    EXPECT_EQ(html.substr(at, 26), "http://www.w3.org/2000/svg");
  for (const char* part : {"prefers-color-scheme", "role=\"img\"", "<caption>", "lang=\"en\"",
                           "<title>", "<h1>", "@media print", "aria-label"})
    EXPECT_THAT(html, HasSubstr(part));
}

TEST(RenderHtml, TextFromOutsideIsHarmless) {
  Study s = study();
  const std::string hostile = "\"'></svg></td><script>alert(1)</script><img src=x>&\x1b[2J\xff";
  s.rows[0].by_namespace[0].name = hostile;
  s.notes = {hostile};
  s.traces = s.workload = hostile;
  for (Row& each : s.rows) each.zone = hostile;
  s.suggestions[0].zone = hostile;
  s.timelines[0].zone = hostile;
  s.timelines[0].starts[1].label = hostile;
  const auto html = render_html(s);
  EXPECT_TRUE(well_formed(html));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("<img")));
  EXPECT_THAT(html, Not(HasSubstr("\x1b")));
  for (const auto& [name, svg] : pictures(s)) {
    EXPECT_TRUE(well_formed(svg)) << name;
    EXPECT_EQ(name.find_first_of("/\\<>\"' "), std::string::npos) << name;
  }
}

TEST(RenderHtml, ShowsIntervalsOfComparisons) {
  const auto html = render_html(study());
  EXPECT_THAT(html, HasSubstr("aria-label=\"Policies compared."));
  EXPECT_THAT(html, HasSubstr("+5.5 points (+5.0 to +6.0)"));
  EXPECT_THAT(html, HasSubstr("DE: lowest-window against first-green, 8h"));
}

TEST(RenderHtml, SaysWhenNothingIsSaved) {
  Study s = study();
  for (Row& each : s.rows) each.grams = 440'000;
  const auto html = render_html(s);
  EXPECT_TRUE(well_formed(html));
  EXPECT_THAT(html, HasSubstr("No policy saves"));
  EXPECT_THAT(html, HasSubstr("<span class=\"bad\">-10.0 %</span>"));
}

TEST(RenderHtml, OnePolicyIsSuggested) {
  Study s = study();
  s.suggestions.assign(4, s.suggestions[0]);
  const auto html = render_html(s);
  EXPECT_EQ(html.find("apiVersion"), html.rfind("apiVersion"));
}

TEST(RenderHtml, ForEachZoneNamespacesAreOfTheBest) {
  Study s = study();
  s.rows.push_back(row(Rule::LowestWindow, std::chrono::hours(8), 100'000));
  s.rows.back().zone = "FR";
  EXPECT_THAT(render_html(s), HasSubstr("<caption>FR, lowest-window, 8h</caption>"));
}

TEST(RenderHtml, SurvivesEmptyAndOddStudies) {
  EXPECT_TRUE(well_formed(render_html(Study())));
  EXPECT_THAT(pictures(Study()), testing::IsEmpty());
  Study s = study();
  for (Row& each : s.rows) each.baseline_grams = each.grams = each.kwh = 0;
  s.timelines[0].intensity.assign(168, std::numeric_limits<double>::quiet_NaN());
  s.suggestions[0].curve.clear();
  EXPECT_TRUE(well_formed(render_html(s)));
  EXPECT_THAT(render_html(s), Not(HasSubstr("nan")));
  s.rows.assign(200, s.rows[0]);
  EXPECT_TRUE(well_formed(render_html(s)));
}

TEST(RenderHtml, NothingIsFiniteNothingFits) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  for (const double odd : {kNone, kInfinite, -kInfinite, 1e308, -1e308, 5e-324}) {
    Study s = study();
    for (Row& each : s.rows) {
      each.kwh = each.grams = each.baseline_grams = each.peak_vcpu = odd;
      each.bin_width = Millis(0);
      each.jobs = 0;
      for (auto& group : each.by_namespace) group.kwh = group.grams = odd;
    }
    Comparison& c = s.comparisons[0];
    c.saved_a = c.saved_b = c.difference = c.low = c.high = c.wait_hours = odd;
    s.comparisons.push_back({});
    s.comparisons.back().b = 1'000;  // no such row
    for (auto& step : s.suggestions[0].curve) step.saved = odd;
    s.suggestions.push_back(s.suggestions[0]);
    s.suggestions.back().chosen = 99;
    s.timelines[0].intensity.assign(168, odd);
    s.timelines[0].starts[0].jobs.resize(3);
    s.timelines[0].starts[1].jobs.resize(1'000, 4'000'000'000U);
    const auto html = render_html(s);
    EXPECT_TRUE(well_formed(html)) << odd;
    for (const char* word : {"nan", "inf<", "inf\"", " inf ", ">inf", "+inf", "-inf"})
      EXPECT_EQ(html.find(word), std::string::npos) << word << ", " << odd;
    EXPECT_THAT(render_text(s, true), HasSubstr("ZONE"));
  }
}

}  // namespace
}  // namespace karbonetes::simulate
