// The papers' scenarios over a synthetic year: runs always, with golden numbers, where the papers'
// own data is not at hand. The figures of the papers are checked by karbonetes-validate.
#include <gmock/gmock.h>

#include <cmath>
#include <numbers>

#include "gaia.hpp"
#include "lets_wait_awhile.hpp"
#include "simulate/random.hpp"
#include "table.hpp"

namespace karbonetes::validation {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

simulate::Trace year() {
  simulate::Random random(2020);
  carbon::Series<carbon::Average> series;
  const TimePoint begin = std::chrono::sys_days{std::chrono::year(2020) / 1 / 1};
  double weather = 0;
  for (int slot = 0; slot < 48 * 376; ++slot) {
    weather = 0.97 * weather + 8 * random.normal();
    const double day = 2 * std::numbers::pi * slot / 48;
    series.points.push_back({begin + minutes(30 * slot),
                             carbon::Intensity<carbon::Average>(300 + 60 * std::cos(day - 0.8) -
                                                                40 * std::cos(2 * day) + weather)});
  }
  series.end = series.points.back().from + minutes(30);
  series.observed_until = begin;
  return *half_hours({"SYNTHETIC", carbon::Forecast::prepare(std::move(series)), {}});
}

// As published: jobs, slots in all, the first and last of the draw (numpy's default_rng(0)).
TEST(LetsWaitAwhile, DrawsThePapersJobs) {
  const auto jobs = machine_learning(Slack::None, Compat::None).jobs;
  ASSERT_EQ(jobs.size(), 3387U);
  Millis all{0};
  for (const auto& job : jobs) {
    all += job.duration;
    ASSERT_GE(job.duration, hours(4));
    ASSERT_LE(job.duration, minutes(89 * 60 + 30));
  }
  EXPECT_EQ(all / minutes(30), 311'252);
}

TEST(LetsWaitAwhile, QuirksAreOfCompatAlone) {
  for (const Slack slack : {Slack::None, Slack::NextWorkday, Slack::SemiWeekly}) {
    const auto paper = machine_learning(slack, Compat::Paper).jobs;
    const auto clean = machine_learning(slack, Compat::None).jobs;
    std::size_t fridays = 0;
    for (std::size_t i = 0; i < paper.size(); ++i) {
      const auto end = clean[i].arrival + clean[i].duration;
      const auto wanted = end + clean[i].delay_cap;
      const auto day =
          std::chrono::weekday(std::chrono::floor<std::chrono::days>(end)).iso_encoding();
      if (slack != Slack::None && clean[i].delay_cap > Millis(0)) {
        ASSERT_EQ(wanted - std::chrono::floor<std::chrono::days>(wanted), hours(9));
        ASSERT_LE(
            std::chrono::weekday(std::chrono::floor<std::chrono::days>(wanted)).iso_encoding(), 5U);
      }
      if (paper[i].delay_cap == clean[i].delay_cap + minutes(30)) continue;
      ++fridays;
      ASSERT_EQ(day, 5U) << "only what ends on Friday evening is wanted on Saturday";
    }
    EXPECT_EQ(fridays > 0, slack == Slack::NextWorkday);
  }
}

constexpr double kGoldenMean = 318.22717;
constexpr double kGoldenNightly = 15.11043;
constexpr double kGoldenWorkday = 1.16711;
constexpr double kGoldenSemiWeekly = 11.15743;

TEST(LetsWaitAwhile, SyntheticYearHasItsGoldenNumbers) {
  const auto trace = year();
  const auto means = nightly_means(trace, 0, 0, Compat::Paper);
  ASSERT_TRUE(means);
  EXPECT_NEAR(means->at(0), kGoldenMean, 1e-3);
  EXPECT_NEAR(100 * (1 - means->at(16) / means->at(0)), kGoldenNightly, 1e-3);
  const auto sums = machine_learning_sums(trace, 0, 0, Compat::None);
  ASSERT_TRUE(sums);
  EXPECT_NEAR(sums->saved(sums->next_workday), kGoldenWorkday, 1e-3);
  EXPECT_NEAR(sums->saved(sums->semi_weekly_interrupting), kGoldenSemiWeekly, 1e-3);
  // What must hold whatever the year.
  EXPECT_GT(sums->saved(sums->next_workday_interrupting), sums->saved(sums->next_workday));
  EXPECT_GT(sums->saved(sums->semi_weekly), sums->saved(sums->next_workday));
  for (std::size_t i = 1; i < means->size(); ++i) EXPECT_LE(means->at(i), means->at(i - 1) + 1e-9);
  // Errors cost, and are drawn again by their seed.
  const auto errs = machine_learning_sums(trace, 0.05, 3, Compat::None);
  const auto again = machine_learning_sums(trace, 0.05, 3, Compat::None);
  ASSERT_TRUE(errs && again);
  EXPECT_EQ(errs->semi_weekly, again->semi_weekly);
  EXPECT_GE(errs->semi_weekly, sums->semi_weekly);
}

TEST(LetsWaitAwhile, RefusesAYearWithHoles) {
  const auto refused = half_hours({"DE", year().actual, {}});
  EXPECT_TRUE(refused);
  carbon::Series<carbon::Average> series;
  series.points.push_back({std::chrono::sys_days{std::chrono::year(2020) / 1 / 1}, {}});
  series.end = series.points[0].from + hours(1);
  const auto short_one = half_hours({"DE", carbon::Forecast::prepare(series), {}});
  ASSERT_FALSE(short_one);
  EXPECT_THAT(short_one.error().message, testing::HasSubstr("a value each half hour of 2020"));
}

// Each policy's order of carbon and wait, over a synthetic month, and that ours without GAIA's grid
// of starts is never worse where the duration is known to both alike.
TEST(Gaia, PoliciesKeepTheirOrder) {
  simulate::Random random(1);
  std::vector<double> all_hours;
  for (int hour = 0; hour < 8760; ++hour)
    all_hours.push_back(250 + 150 * std::cos(2 * std::numbers::pi * hour / 24) +
                        20 * random.normal());
  std::vector<GaiaJob> jobs;
  for (int i = 0; i < 400; ++i)
    jobs.push_back({600.0 * i, 300.0 + 37.0 * (i % 300) * (i % 7 + 1) / 4, 1.0 + i % 3});
  const auto input = gaia_input(all_hours, jobs);
  ASSERT_TRUE(input) << input.error().message;
  const auto carbon = [&](GaiaPolicy policy) { return as_gaia(*input, policy).carbon; };
  EXPECT_LT(carbon(GaiaPolicy::WaitAwhile), carbon(GaiaPolicy::Ecovisor));
  EXPECT_LT(carbon(GaiaPolicy::LowestWindow), carbon(GaiaPolicy::LowestSlot));
  EXPECT_LT(carbon(GaiaPolicy::CarbonTime), carbon(GaiaPolicy::NoWait));
  EXPECT_LE(as_gaia(*input, GaiaPolicy::CarbonTime).wait_hours,
            as_gaia(*input, GaiaPolicy::LowestWindow).wait_hours);
  for (const GaiaPolicy policy : {GaiaPolicy::NoWait, GaiaPolicy::LowestSlot}) {
    const auto theirs = as_gaia(*input, policy);
    const auto ours = as_ours(*input, policy);
    ASSERT_TRUE(ours);
    EXPECT_EQ(theirs.starts, ours->starts) << name(policy);
  }
  EXPECT_FALSE(gaia_input({1, 2, 3}, jobs));
}

TEST(Table, SaysWhatDiffers) {
  const std::vector<Section> sections{
      {"A paper",
       {{"figure", "1.0", "1.0", "1.1", true, ""}, {"other", "2", "3", "", false, "why"}}}};
  EXPECT_FALSE(all_agree(sections));
  EXPECT_THAT(render(sections), testing::HasSubstr("DIFFERS: why"));
}

}  // namespace
}  // namespace karbonetes::validation
