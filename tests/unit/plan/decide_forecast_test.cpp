// decide() over a series of intensities: thresholds, strategies, minSaving, and what it does when
// it cannot do what was asked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/decide.hpp"

namespace karbonetes::plan {
namespace {

using api::Strategy;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::HasSubstr;

const TimePoint kNow = parse_rfc3339("2026-11-24T20:00:00Z").value();
const TimePoint kDeadline = kNow + hours(10);

// A source that knows intensities alone, by the hour from kNow on.
template <carbon::IntensityKind Kind = carbon::Average>
carbon::Signal hourly(const std::vector<double>& values) {
  carbon::Series<Kind> s;
  for (const double v : values)
    s.points.push_back(
        {kNow + hours(static_cast<int>(s.points.size())), carbon::Intensity<Kind>(v)});
  s.end = kNow + hours(static_cast<int>(values.size()));
  s.observed_until = kNow;
  carbon::Signal out;
  out.source = "grid";
  out.observed_at = kNow;
  out.says_green = false;
  out.forecast = carbon::Forecast::prepare(std::move(s));
  return out;
}

policy::ResolvedPolicy with(const api::PolicySpec& spec) {
  auto p = std::make_shared<api::Policy>();
  p->spec = spec;
  policy::PolicySet set;
  set.by_key["team-a/default"] = std::move(p);
  return policy::resolve(set, "team-a", {}, "karbonetes-system");
}

api::PolicySpec below(double grams) {
  api::PolicySpec spec;
  spec.green = carbon::AbsoluteThreshold{carbon::Intensity<carbon::Average>(grams), 0.05};
  return spec;
}

api::PolicySpec planned(Strategy strategy, std::optional<Millis> duration = hours(2)) {
  api::PolicySpec spec;
  spec.strategy = strategy;
  spec.expected_duration = duration;
  return spec;
}

// --- FirstGreen over a series

TEST(DecideThreshold, GreenIsBelowIt) {
  const auto signal = hourly({300, 300, 150, 300});
  const Decision wait = decide(with(below(200)), signal, kDeadline, kNow);
  EXPECT_EQ(wait.action, Action::Wait);
  EXPECT_EQ(wait.reason, Reason::NotGreen);
  EXPECT_EQ(wait.next_green, kNow + hours(2));
  EXPECT_EQ(wait.next_check, kNow + hours(2));
  EXPECT_EQ(wait.planned_start, std::nullopt);
  EXPECT_EQ(wait.text,
            "waiting for green electricity: not green now (source grid); next green window "
            "2026-11-24T22:00:00Z; released at 2026-11-25T06:00:00Z at the latest");
  const Decision go = decide(with(below(200)), signal, kDeadline, kNow + hours(2));
  EXPECT_EQ(go.reason, Reason::Green);
  EXPECT_EQ(go.pool, Pool::Green);
}

TEST(DecideThreshold, OfTheOtherKindIsUnknownAndSaysSo) {
  const Decision d =
      decide(with(below(200)), hourly<carbon::Marginal>({100, 100}), kDeadline, kNow);
  EXPECT_EQ(d.action, Action::Wait);
  EXPECT_EQ(d.reason, Reason::SignalUnknown);
  EXPECT_EQ(d.text,
            "waiting for green electricity: whether it is green is unknown, because the threshold "
            "is for average intensity, and the source publishes marginal intensity (source grid); "
            "released at 2026-11-25T06:00:00Z at the latest");
}

TEST(DecideThreshold, WithoutASeriesIsUnknownAndSaysSo) {
  carbon::Signal windows_only;
  windows_only.source = "static";
  windows_only.green = true;
  const Decision d = decide(with(below(200)), windows_only, kDeadline, kNow);
  EXPECT_EQ(d.reason, Reason::SignalUnknown);
  EXPECT_THAT(d.text, HasSubstr("the source publishes no intensities"));
}

TEST(DecideThreshold, BeyondTheSeriesIsUnknown) {
  api::PolicySpec spec = below(200);
  spec.when_unknown = api::WhenUnknown::Run;
  const auto signal = hourly({300, 300});
  const Decision d = decide(with(spec), signal, kDeadline, kNow);
  EXPECT_EQ(d.action, Action::Wait);
  EXPECT_EQ(d.next_check, kNow + hours(2)) << "then it is Unknown, and Unknown means run";
  const Decision later = decide(with(spec), signal, kDeadline, d.next_check);
  EXPECT_EQ(later.reason, Reason::SignalUnknown);
  EXPECT_THAT(later.text, HasSubstr("its series ended at 2026-11-24T22:00:00Z"));
}

TEST(DecideThreshold, ASignalThatIsTooOldIsUnknown) {
  auto signal = hourly({100, 100, 100});
  signal.unknown_after = minutes(30);
  EXPECT_EQ(decide(with(below(200)), signal, kDeadline, kNow).reason, Reason::Green);
  EXPECT_EQ(decide(with(below(200)), signal, kDeadline, kNow + minutes(30)).reason,
            Reason::SignalUnknown);
}

TEST(DecidePercentile, HoldsWhereNeitherPolicyNorSourceHasAnOpinion) {
  const auto signal = hourly({400, 100, 200, 300, 500, 600, 700, 800, 900, 950});
  const Decision d = decide(with({}), signal, kDeadline, kNow);
  EXPECT_EQ(d.next_green, kNow + hours(1));
  EXPECT_EQ(decide(with({}), signal, kDeadline, kNow + hours(3)).reason, Reason::Green);
  EXPECT_EQ(decide(with({}), signal, kDeadline, kNow + hours(4)).reason, Reason::NotGreen);
}

TEST(DecidePercentile, TheSourcesOpinionGoesBeforeTheDefault) {
  auto signal = hourly({400, 100, 200, 300});
  signal.says_green = true;
  signal.green = true;
  EXPECT_EQ(decide(with({}), signal, kDeadline, kNow).reason, Reason::Green);
}

// --- strategies

TEST(DecidePlanned, WaitsForTheStartAndSaysWhatItSaves) {
  const auto signal = hourly({400, 300, 200, 200, 300, 400});
  const Decision d = decide(with(planned(Strategy::LowestWindow)), signal, kDeadline, kNow);
  EXPECT_EQ(d.action, Action::Wait);
  EXPECT_EQ(d.reason, Reason::Planned);
  EXPECT_EQ(d.planned_start, kNow + hours(2));
  EXPECT_EQ(d.next_check, kNow + hours(2));
  EXPECT_DOUBLE_EQ(d.expected_saving.value(), 1 - 200.0 / 350);
  EXPECT_EQ(d.signal_source, "grid");
  EXPECT_EQ(d.degraded, "");
  EXPECT_EQ(d.text,
            "waiting for cleaner electricity: start planned at 2026-11-24T22:00:00Z (LowestWindow, "
            "source grid), saving about 43 % of a start now; released at 2026-11-25T06:00:00Z at "
            "the latest");
}

TEST(DecidePlanned, AtItsStartItGoesToTheGreenPoolHoweverGreenItIs) {
  // 200 is far above the threshold: green, to a strategy, is the best that can be had.
  api::PolicySpec spec = planned(Strategy::LowestWindow);
  spec.green = below(100).green;
  spec.placement.strict = true;
  const auto signal = hourly({400, 300, 200, 200, 300, 400});
  const Decision d = decide(with(spec), signal, kDeadline, kNow + hours(2));
  EXPECT_EQ(d.action, Action::Release);
  EXPECT_EQ(d.reason, Reason::Planned);
  EXPECT_EQ(d.pool, Pool::Green);
  EXPECT_TRUE(d.strict);
  EXPECT_EQ(d.text,
            "released to the green pool only: now is its best start until 2026-11-25T06:00:00Z "
            "(LowestWindow, source grid)");
}

TEST(DecidePlanned, GreenNowIsNoReasonToStart) {
  api::PolicySpec spec = planned(Strategy::LowestWindow);
  spec.green = below(500).green;
  EXPECT_EQ(decide(with(spec), hourly({400, 300, 100, 100}), kDeadline, kNow).reason,
            Reason::Planned);
}

TEST(DecidePlanned, TheDeadlineGoesBeforeThePlan) {
  const auto policy = with(planned(Strategy::LowestSlot));
  const auto signal = hourly({400, 390, 380, 370, 360, 100});
  const Decision d = decide(policy, signal, kNow + hours(2), kNow);
  EXPECT_EQ(d.planned_start, kNow + hours(2));
  EXPECT_EQ(d.next_check, kNow + hours(2));
  const Decision at = decide(policy, signal, kNow + hours(2), kNow + hours(2));
  EXPECT_EQ(at.reason, Reason::Deadline);
  EXPECT_EQ(at.pool, Pool::Fallback);
  const Decision green_at = decide(policy, signal, kNow + hours(5), kNow + hours(5));
  EXPECT_EQ(green_at.reason, Reason::Green) << "in the lowest 30 % of what is to come";
}

TEST(DecidePlanned, RunNowGoesBeforeThePlan) {
  auto policy = with(planned(Strategy::LowestWindow));
  policy.run_now = true;
  EXPECT_EQ(decide(policy, hourly({400, 300, 100, 100}), kDeadline, kNow).reason, Reason::RunNow);
}

TEST(DecidePlanned, WakesWhenTheSignalTurnsUnknown) {
  auto signal = hourly({400, 300, 200, 200, 300, 400});
  signal.unknown_after = minutes(45);
  const auto policy = with(planned(Strategy::LowestWindow));
  const Decision d = decide(policy, signal, kDeadline, kNow);
  EXPECT_EQ(d.planned_start, kNow + hours(2));
  EXPECT_EQ(d.next_check, kNow + minutes(45));
  const Decision later = decide(policy, signal, kDeadline, d.next_check);
  EXPECT_EQ(later.reason, Reason::SignalUnknown);
  EXPECT_EQ(later.degraded, "the carbon signal is unknown, FirstGreen holds");
  EXPECT_EQ(later.planned_start, std::nullopt);
}

TEST(DecidePlanned, UnknownRunsWhenThePolicySaysSo) {
  api::PolicySpec spec = planned(Strategy::LowestWindow);
  spec.when_unknown = api::WhenUnknown::Run;
  EXPECT_EQ(decide(with(spec), {}, kDeadline, kNow).reason, Reason::SignalUnknown);
  EXPECT_EQ(decide(with(spec), {}, kDeadline, kNow).action, Action::Release);
}

TEST(DecidePlanned, WithoutAForecastFirstGreenHoldsAndSaysSo) {
  carbon::Signal windows_only;
  windows_only.source = "static";
  windows_only.observed_at = kNow;
  windows_only.green_windows = {{kNow + hours(3), kNow + hours(4)}};
  const auto policy = with(planned(Strategy::LowestWindow));
  const Decision d = decide(policy, windows_only, kDeadline, kNow);
  EXPECT_EQ(d.action, Action::Wait);
  EXPECT_EQ(d.reason, Reason::NotGreen);
  EXPECT_EQ(d.next_check, kNow + hours(3));
  EXPECT_EQ(d.degraded, "the source has no forecast, FirstGreen holds");
  EXPECT_THAT(d.text, HasSubstr("; LowestWindow is not followed: the source has no forecast, "
                                "FirstGreen holds; "));
  EXPECT_EQ(decide(policy, windows_only, kDeadline, kNow + hours(3)).reason, Reason::Green);
}

TEST(DecidePlanned, AfterTheForecastsEndFirstGreenHolds) {
  auto signal = hourly({400, 300});
  signal.says_green = true;
  const Decision d =
      decide(with(planned(Strategy::CarbonTime)), signal, kDeadline, kNow + hours(2));
  EXPECT_EQ(d.degraded, "the forecast ended at 2026-11-24T22:00:00Z, FirstGreen holds");
}

TEST(DecidePlanned, WithoutADurationItIsTheLowestSlotAndSaysSo) {
  const auto signal = hourly({400, 90, 500, 100, 100});
  const Decision d =
      decide(with(planned(Strategy::LowestWindow, std::nullopt)), signal, kDeadline, kNow);
  EXPECT_EQ(d.planned_start, kNow + hours(1));
  EXPECT_EQ(d.degraded, "no expected duration is known, LowestSlot holds");
  EXPECT_THAT(d.text, HasSubstr("(LowestSlot, source grid)"));
  EXPECT_THAT(d.text, HasSubstr("; LowestWindow is not followed: no expected duration is known"));
  EXPECT_EQ(
      decide(with(planned(Strategy::LowestSlot, std::nullopt)), signal, kDeadline, kNow).degraded,
      "");
}

// --- minSaving

TEST(DecideMinSaving, AStrategyDoesNotWaitForLess) {
  api::PolicySpec spec = planned(Strategy::LowestWindow);
  spec.min_saving = 0.10;
  const Decision d = decide(with(spec), hourly({400, 400, 380, 380, 400, 400}), kDeadline, kNow);
  EXPECT_EQ(d.action, Action::Release);
  EXPECT_EQ(d.reason, Reason::NotWorthIt);
  EXPECT_EQ(d.pool, Pool::Green);
  EXPECT_EQ(d.planned_start, std::nullopt);
  EXPECT_EQ(d.text,
            "released to the green pool: waiting until 2026-11-24T22:00:00Z would save about 5 %, "
            "less than the policy's minSavingPercent of 10 (source grid)");
  EXPECT_EQ(decide(with(spec), hourly({400, 400, 350, 350, 400}), kDeadline, kNow).reason,
            Reason::Planned);
}

TEST(DecideMinSaving, WakesWithEachStepBecauseWhatIsLeftToSaveChanges) {
  api::PolicySpec spec = planned(Strategy::LowestSlot);
  spec.min_saving = 0.10;
  const auto signal = hourly({400, 210, 200, 400});
  const Decision d = decide(with(spec), signal, kDeadline, kNow);
  EXPECT_EQ(d.planned_start, kNow + hours(2));
  EXPECT_EQ(d.next_check, kNow + hours(1));
  EXPECT_EQ(decide(with(spec), signal, kDeadline, kNow + hours(1)).reason, Reason::NotWorthIt);
}

TEST(DecideMinSaving, FirstGreenJudgesTheNextGreenStart) {
  api::PolicySpec spec = below(200);
  spec.min_saving = 0.10;
  const Decision d = decide(with(spec), hourly({215, 215, 200, 215}), kDeadline, kNow);
  EXPECT_EQ(d.reason, Reason::NotWorthIt);
  EXPECT_EQ(d.pool, Pool::Fallback) << "it is not green now";
  EXPECT_THAT(d.text, HasSubstr("waiting until 2026-11-24T22:00:00Z would save about 7 %"));
  const Decision wait = decide(with(spec), hourly({300, 300, 200, 300}), kDeadline, kNow);
  EXPECT_EQ(wait.action, Action::Wait);
  EXPECT_DOUBLE_EQ(wait.expected_saving.value(), 1 - 200.0 / 300);
  EXPECT_THAT(wait.text, HasSubstr("next green window 2026-11-24T22:00:00Z, saving about 33 %"));
}

TEST(DecideMinSaving, FirstGreenJudgesTheDeadlineWhenNoGreenComesBefore) {
  api::PolicySpec spec = below(200);
  spec.min_saving = 0.10;
  const auto signal = hourly({300, 300, 300, 300});
  EXPECT_EQ(decide(with(spec), signal, kNow + hours(3), kNow).reason, Reason::NotWorthIt);
  EXPECT_EQ(decide(with(spec), signal, kNow + hours(9), kNow).reason, Reason::NotGreen)
      << "nobody knows what the deadline will be like";
}

TEST(DecideMinSaving, FirstGreenWithoutASeriesCannotJudgeAndWaits) {
  api::PolicySpec spec;
  spec.min_saving = 0.5;
  carbon::Signal opinion;
  opinion.source = "s";
  opinion.observed_at = kNow;
  const Decision d = decide(with(spec), opinion, kDeadline, kNow);
  EXPECT_EQ(d.reason, Reason::NotGreen);
  EXPECT_EQ(d.expected_saving, std::nullopt);
}

TEST(DecideMinSaving, GreenWindowsAreJudgedByTheForecastBesideThem) {
  auto signal = hourly({200, 400, 400});
  signal.says_green = true;
  signal.green_windows = {{kNow + hours(1), kNow + hours(2)}};
  api::PolicySpec spec;
  EXPECT_EQ(decide(with(spec), signal, kDeadline, kNow).reason, Reason::NotGreen)
      << "without minSaving the source's word is enough";
  spec.min_saving = 0.01;
  const Decision d = decide(with(spec), signal, kDeadline, kNow);
  EXPECT_EQ(d.reason, Reason::NotWorthIt);
  EXPECT_THAT(d.text,
              HasSubstr("would save nothing, less than the policy's minSavingPercent of 1"));
}

TEST(DecideNames, OfTheStrategiesReasonsAreStable) {
  EXPECT_STREQ(name(Reason::Planned), "planned");
  EXPECT_STREQ(name(Reason::NotWorthIt), "no-saving");
}

}  // namespace
}  // namespace karbonetes::plan
