#include "simulate/report/units.hpp"

#include <gmock/gmock.h>

#include <limits>

#include "fixtures.hpp"
#include "simulate/report/labels.hpp"

namespace karbonetes::simulate {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing_report::study;

TEST(Units, MassTakesTheUnitThatIsShown) {
  struct Case {
    double grams;
    const char* text;
  };
  for (const auto& c :
       {Case{0, "0.0 g"}, Case{0.0021, "2.1 mg"}, Case{0.3, "0.3 g"}, Case{999.94, "999.9 g"},
        Case{999.96, "1.0 kg"}, Case{12'345, "12.3 kg"}, Case{999'949, "999.9 kg"},
        Case{999'951, "1.00 t"}, Case{12'345'678, "12.35 t"}, Case{1.2345678e9, "1235 t"},
        Case{-1'500, "-1.5 kg"}, Case{std::numeric_limits<double>::quiet_NaN(), "unknown"}})
    EXPECT_EQ(mass(c.grams), c.text);
}

TEST(Units, EnergyTakesTheUnitThatIsShown) {
  EXPECT_EQ(energy(0), "0 Wh");
  EXPECT_EQ(energy(0.0895), "89.5 Wh");
  EXPECT_EQ(energy(0.99949), "999 Wh");
  EXPECT_EQ(energy(0.9996), "1.0 kWh");
  EXPECT_EQ(energy(999.94), "999.9 kWh");
  EXPECT_EQ(energy(999.96), "1.00 MWh");
  EXPECT_EQ(energy(std::numeric_limits<double>::infinity()), "unknown");
}

TEST(Units, PercentHasNoNegativeZero) {
  EXPECT_EQ(percent(-0.0001), "0.0 %");
  EXPECT_EQ(percent(-0.025), "-2.5 %");
  EXPECT_EQ(points(0.055), "+5.5 points");
  EXPECT_EQ(points(std::numeric_limits<double>::quiet_NaN()), "unknown");
}

TEST(Units, LongWaitsHaveNoSeconds) {
  EXPECT_EQ(hours_and_minutes(Seconds(2685)), "44m");
  EXPECT_EQ(hours_and_minutes(Seconds(125)), "2m5s");
  EXPECT_EQ(hours_and_minutes(Millis(0)), "0s");
}

TEST(Comparisons, FewDaysSayNothingOfCertainty) {
  Study s = study();
  s.comparisons[0].days = 2;
  EXPECT_THAT(sentence(s, s.comparisons[0]), HasSubstr("2 days of Jobs are too little"));
  s.comparisons[0].days = 1;
  EXPECT_THAT(sentence(s, s.comparisons[0]), HasSubstr("1 day of Jobs is too little"));
  s.comparisons[0].days = 28;
  s.comparisons[0].low = -0.01;
  EXPECT_THAT(sentence(s, s.comparisons[0]), HasSubstr("may be chance"));
  s.comparisons[0].b = 99;
  EXPECT_EQ(sentence(s, s.comparisons[0]), "");
}

TEST(Suggestions, TheLongestIsNotComparedWithItself) {
  Study s = study();
  s.suggestions[0].chosen = 2;
  EXPECT_THAT(sentence(s.suggestions[0]), Not(HasSubstr("would save")));
  s.suggestions[0].chosen = 3;  // none
  EXPECT_EQ(sentence(s.suggestions[0]), "");
  EXPECT_EQ(policy_yaml(s.suggestions[0]), "");
}

TEST(BestRow, IsOneThatAClusterCanDo) {
  Study s = study();
  EXPECT_EQ(best_row(s), 0U) << "the oracle saves more, but no cluster has it";
  s.rows[0].grams = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(best_row(s), 1U);
  EXPECT_EQ(best_row(Study()), 0U);
}

TEST(Labels, ASingleRowKeepsItsParts) {
  Study s = study();
  s.rows.resize(1);
  s.rows[0].scenario.capacity.green_vcpu = 32;
  const Labels labels(s);
  EXPECT_EQ(labels.common(), "");
  EXPECT_EQ(labels.label(s.rows[0].scenario), "lowest-window, 8h, green 32 vCPU");
}

}  // namespace
}  // namespace karbonetes::simulate
