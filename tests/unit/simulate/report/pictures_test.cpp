#include <gmock/gmock.h>

#include <limits>

#include "fixtures.hpp"
#include "simulate/report/palette.hpp"
#include "simulate/report/picture.hpp"
#include "simulate/report/plot.hpp"
#include "simulate/report/report.hpp"

namespace karbonetes::simulate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing_report::row;
using testing_report::study;
using testing_report::well_formed;

TEST(Pictures, AreFiles) {
  std::vector<std::string> names;
  for (const auto& [name, svg] : pictures(study())) {
    names.push_back(name);
    EXPECT_TRUE(well_formed(svg)) << name;
  }
  EXPECT_THAT(names, ElementsAre("intensity-DE.svg", "saving-by-delay.svg", "waits.svg"));
}

TEST(Pictures, EachZoneHasAFileOfItsOwn) {
  Study s = study();
  s.timelines.assign(3, s.timelines[0]);
  s.timelines[0].zone = "A/B";
  s.timelines[1].zone = "A B";
  s.timelines[2].zone = "../../etc/passwd";
  std::vector<std::string> names;
  for (const auto& [name, svg] : pictures(s)) names.push_back(name);
  EXPECT_THAT(names,
              ElementsAre("intensity-A-B.svg", "intensity-A-B-2.svg",
                          "intensity-------etc-passwd.svg", "saving-by-delay.svg", "waits.svg"));
}

TEST(Pictures, EachZoneHasAPanelAndNoRuleIsLeftOut) {
  Study s = study();
  s.suggestions.clear();
  for (const char* zone : {"DE", "FR", "GB"}) {
    for (const Rule rule : kRules) {
      for (const int hours : {4, 8, 24}) {
        s.rows.push_back(row(rule, std::chrono::hours(hours), 390'000 - 1'000 * hours));
        s.rows.back().zone = zone;
      }
    }
  }
  const auto svg = picture_saving(s);
  EXPECT_TRUE(well_formed(svg));
  for (const char* zone : {"may wait, DE<", "may wait, FR<", "may wait, GB<"})
    EXPECT_THAT(svg, HasSubstr(zone));
  for (const Rule rule : kRules) {
    if (rule == Rule::Immediate) continue;
    EXPECT_THAT(svg, HasSubstr(std::string(">") + name(rule) + "<"));
  }
}

TEST(Pictures, ATickStandsWhereItsValueIs) {
  const auto svg = picture_saving(study());  // up to 24 h
  EXPECT_THAT(svg, HasSubstr(">24 h<"));
  EXPECT_THAT(svg, Not(HasSubstr(">25 h<")));
}

TEST(Pictures, WaitsAreThoseOfTheBestMaxDelay) {
  Study s = study();
  s.rows.push_back(row(Rule::LowestWindow, std::chrono::hours(24), 200'000));
  s.rows.push_back(row(Rule::FirstGreen, std::chrono::hours(24), 250'000));
  const auto svg = picture_waits(s);
  EXPECT_THAT(svg, HasSubstr(">lowest-window, 24h<"));
  EXPECT_THAT(svg, HasSubstr(">first-green, 24h<"));
  EXPECT_THAT(svg, Not(HasSubstr(", 8h<")));
}

TEST(Pictures, FewDaysGetNoBar) {
  Study s = study();
  s.comparisons[0].days = 2;
  EXPECT_THAT(picture_comparisons(s), Not(HasSubstr("(+5.0 to +6.0)")));
}

TEST(Palette, RulesOfTheClusterDiffer) {
  std::vector<std::string_view> seen;
  for (const Rule rule : kRules) seen.push_back(line_class(rule));
  std::ranges::sort(seen);
  EXPECT_EQ(std::ranges::adjacent_find(seen), seen.end());
  EXPECT_EQ(bar_class("lowest-window, 8h"), line_class(Rule::LowestWindow));
  EXPECT_EQ(bar_class("at once"), "muted");
  EXPECT_EQ(bar_class(""), "muted");
}

TEST(Scale, BeginsAndEndsAtRoundNumbers) {
  struct Case {
    double low, high, begin, end, step;
  };
  for (const auto& c : {Case{0, 420, 0, 500, 100}, Case{-3, 12, -5, 15, 5}, Case{0, 0, 0, 1, 0.2},
                        Case{0, 24, 0, 25, 5}, Case{0.001, 0.0011, 0.001, 0.0011, 0.00005}}) {
    const Scale s = Scale::around(c.low, c.high);
    EXPECT_NEAR(s.low, c.begin, 1e-9);
    EXPECT_NEAR(s.high, c.end, 1e-9);
    EXPECT_NEAR(s.step, c.step, 1e-9);
  }
  EXPECT_GT(Scale::around(std::numeric_limits<double>::quiet_NaN(), 1).step, 0);
  for (const double odd : {1e308, -1e308, 1e-320, std::numeric_limits<double>::infinity()}) {
    const Scale s = Scale::around(odd, -odd);
    EXPECT_GT(s.step, 0) << odd;
    EXPECT_LT(s.low, s.high) << odd;
    EXPECT_LT((s.high - s.low) / s.step, 20) << odd;
  }
}

}  // namespace
}  // namespace karbonetes::simulate
