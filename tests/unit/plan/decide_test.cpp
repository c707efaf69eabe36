#include "plan/decide.hpp"

#include <gtest/gtest.h>

namespace karbonetes::plan {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const TimePoint kNow = parse_rfc3339("2026-11-24T20:00:00Z").value();
const TimePoint kDeadline = kNow + hours(10);

policy::ResolvedPolicy built_in() { return policy::resolve({}, "team-a", {}, "karbonetes-system"); }

policy::ResolvedPolicy with(const api::PolicySpec& spec, const policy::Overrides& o = {}) {
  auto p = std::make_shared<api::Policy>();
  p->spec = spec;
  policy::PolicySet set;
  set.by_key["team-a/default"] = std::move(p);
  return policy::resolve(set, "team-a", o, "karbonetes-system");
}

carbon::Signal signal(bool green) {
  carbon::Signal s;
  s.source = "karbonetes-signal";
  s.observed_at = kNow;
  s.green = green;
  s.stale_after = minutes(5);
  s.unknown_after = minutes(30);
  return s;
}

carbon::Signal nightly() {
  return carbon::signal_from(carbon::WindowSchedule::make({{{}, {22, 0}, {6, 0}}}, "UTC").value(),
                             kNow);
}

api::PolicySpec own_windows(int from, int to) {
  api::PolicySpec spec;
  spec.green = carbon::WindowSchedule::make({{{}, {from, 0}, {to, 0}}}, "UTC").value();
  return spec;
}

policy::ResolvedPolicy strict(api::StrictAtDeadline at_deadline) {
  api::PolicySpec spec;
  spec.placement.strict = true;
  spec.placement.strict_at_deadline = at_deadline;
  return with(spec);
}

TEST(Decide, GreenIsReleasedToTheGreenPool) {
  const Decision d = decide(built_in(), signal(true), kDeadline, kNow);
  EXPECT_EQ(d.action, Action::Release);
  EXPECT_EQ(d.pool, Pool::Green);
  EXPECT_EQ(d.reason, Reason::Green);
  EXPECT_FALSE(d.strict);
  EXPECT_EQ(d.deadline, kDeadline);
  EXPECT_EQ(d.signal_source, "karbonetes-signal");
  EXPECT_EQ(d.text, "released to the green pool: green now (source karbonetes-signal)");
}

TEST(Decide, StrictGreenHasNoFallback) {
  const Decision d = decide(strict(api::StrictAtDeadline::Fallback), signal(true), kDeadline, kNow);
  EXPECT_EQ(d.reason, Reason::Green);
  EXPECT_EQ(d.pool, Pool::Green);
  EXPECT_TRUE(d.strict);
  EXPECT_EQ(d.text, "released to the green pool only: green now (source karbonetes-signal)");
}

TEST(Decide, NotGreenWaitsForTheNextWindow) {
  const Decision d = decide(built_in(), nightly(), kDeadline, kNow);
  EXPECT_EQ(d.action, Action::Wait);
  EXPECT_EQ(d.reason, Reason::NotGreen);
  EXPECT_EQ(d.next_green, kNow + hours(2));
  EXPECT_EQ(d.next_check, kNow + hours(2));
  EXPECT_EQ(d.text,
            "waiting for green electricity: not green now (source static); next green window "
            "2026-11-24T22:00:00Z; released at 2026-11-25T06:00:00Z at the latest");
}

TEST(Decide, NotGreenWithoutAForecastWaitsForTheDeadline) {
  const Decision d = decide(built_in(), signal(false), kDeadline, kNow);
  EXPECT_EQ(d.action, Action::Wait);
  EXPECT_EQ(d.next_green, std::nullopt);
  EXPECT_EQ(d.next_check, kDeadline);
  EXPECT_EQ(d.text,
            "waiting for green electricity: not green now (source karbonetes-signal); no green "
            "window known; released at 2026-11-25T06:00:00Z at the latest");
}

TEST(Decide, ADeadlineBeforeTheNextWindowIsTheNextCheck) {
  const Decision d = decide(built_in(), nightly(), kNow + minutes(30), kNow);
  EXPECT_EQ(d.action, Action::Wait);
  EXPECT_EQ(d.next_green, kNow + hours(2));
  EXPECT_EQ(d.next_check, kNow + minutes(30));
}

TEST(Decide, AtTheDeadlineItFallsBack) {
  for (const TimePoint deadline : {kNow, kNow - Millis(1), kNow - hours(48)}) {
    const Decision d = decide(built_in(), nightly(), deadline, kNow);
    EXPECT_EQ(d.action, Action::Release);
    EXPECT_EQ(d.reason, Reason::Deadline);
    EXPECT_EQ(d.pool, Pool::Fallback);
    EXPECT_FALSE(d.strict);
    EXPECT_LE(d.next_check, deadline);
  }
  EXPECT_EQ(decide(built_in(), nightly(), kNow + Millis(1), kNow).action, Action::Wait);
  EXPECT_EQ(decide(built_in(), nightly(), kNow, kNow).text,
            "released to the fallback pool: its deadline 2026-11-24T20:00:00Z has come; not green "
            "now (source static)");
}

TEST(Decide, GreenAtTheDeadlineIsGreen) {
  EXPECT_EQ(decide(built_in(), signal(true), kNow, kNow).reason, Reason::Green);
}

TEST(Decide, StrictAtTheDeadlineGoesWhereThePolicySays) {
  const Decision fallback =
      decide(strict(api::StrictAtDeadline::Fallback), signal(false), kNow, kNow);
  EXPECT_EQ(fallback.reason, Reason::Deadline);
  EXPECT_EQ(fallback.pool, Pool::Fallback);
  EXPECT_FALSE(fallback.strict);
  const Decision keep =
      decide(strict(api::StrictAtDeadline::KeepGreenPool), signal(false), kNow, kNow);
  EXPECT_EQ(keep.action, Action::Release);
  EXPECT_EQ(keep.reason, Reason::Deadline);
  EXPECT_EQ(keep.pool, Pool::Green);
  EXPECT_TRUE(keep.strict);
}

TEST(Decide, KeepGreenPoolWithoutStrictChangesNothing) {
  api::PolicySpec spec;
  spec.placement.strict_at_deadline = api::StrictAtDeadline::KeepGreenPool;
  const Decision d = decide(with(spec), signal(false), kNow, kNow);
  EXPECT_EQ(d.pool, Pool::Fallback);
  EXPECT_FALSE(d.strict);
}

TEST(Decide, RunNowWinsOverEverything) {
  policy::Overrides o;
  o.run_now = true;
  const auto policy = with({}, o);
  for (const bool green : {true, false}) {
    for (const TimePoint deadline : {kDeadline, kNow - hours(1)}) {
      const Decision d = decide(policy, signal(green), deadline, kNow);
      EXPECT_EQ(d.action, Action::Release);
      EXPECT_EQ(d.reason, Reason::RunNow);
      EXPECT_EQ(d.pool, green ? Pool::Green : Pool::Fallback);
    }
  }
  EXPECT_EQ(decide(policy, {}, kDeadline, kNow).reason, Reason::RunNow);
}

TEST(Decide, AnUninstallReleasesLikeRunNowAndSaysWhy) {
  policy::Overrides o;
  o.run_now = true;
  const Decision d = handed_back(decide(with({}, o), {}, kDeadline, kNow));
  EXPECT_EQ(d.action, Action::Release);
  EXPECT_EQ(d.reason, Reason::Uninstall);
  EXPECT_STREQ(name(d.reason), "uninstalled");
  EXPECT_EQ(d.pool, Pool::Fallback);
  EXPECT_EQ(d.text, "released to the fallback pool: Karbonetes is being uninstalled");
}

TEST(Decide, UnknownWaitsUntilTheDeadlineByDefault) {
  const Decision d = decide(built_in(), {}, kDeadline, kNow);
  EXPECT_EQ(d.action, Action::Wait);
  EXPECT_EQ(d.reason, Reason::SignalUnknown);
  EXPECT_EQ(d.next_check, kDeadline);
  EXPECT_EQ(d.text,
            "waiting for green electricity: the carbon signal is unknown (source none); released "
            "at 2026-11-25T06:00:00Z at the latest");
  EXPECT_EQ(decide(built_in(), {}, kNow, kNow).reason, Reason::Deadline);
}

TEST(Decide, ASignalThatIsTooOldIsUnknownEvenIfItSaidGreen) {
  const Decision d = decide(built_in(), signal(true), kDeadline, kNow + minutes(30));
  EXPECT_EQ(d.action, Action::Wait);
  EXPECT_EQ(d.reason, Reason::SignalUnknown);
}

TEST(Decide, UnknownRunsWhenThePolicySaysSo) {
  api::PolicySpec spec;
  spec.when_unknown = api::WhenUnknown::Run;
  const Decision d = decide(with(spec), {}, kDeadline, kNow);
  EXPECT_EQ(d.action, Action::Release);
  EXPECT_EQ(d.reason, Reason::SignalUnknown);
  EXPECT_EQ(d.pool, Pool::Fallback);
  EXPECT_EQ(d.text,
            "released to the fallback pool: the carbon signal is unknown (source none) and the "
            "policy says to run then");
  EXPECT_EQ(decide(with(spec), signal(false), kDeadline, kNow).action, Action::Wait);
}

TEST(Decide, WhereUnknownMeansRunTheNextCheckIsWhenTheSignalGrowsTooOld) {
  api::PolicySpec spec;
  spec.when_unknown = api::WhenUnknown::Run;
  const Decision d = decide(with(spec), signal(false), kDeadline, kNow);
  EXPECT_EQ(d.next_check, kNow + minutes(30));
  EXPECT_EQ(decide(with(spec), signal(false), kDeadline, d.next_check).action, Action::Release);
}

TEST(Decide, ThePolicysOwnWindowsOverruleTheSignal) {
  const Decision green = decide(with(own_windows(19, 21)), signal(false), kDeadline, kNow);
  EXPECT_EQ(green.reason, Reason::Green);
  EXPECT_EQ(green.signal_source, "policy windows");
  const Decision not_green = decide(with(own_windows(21, 23)), signal(true), kDeadline, kNow);
  EXPECT_EQ(not_green.action, Action::Wait);
  EXPECT_EQ(not_green.next_green, kNow + hours(1));
  EXPECT_EQ(not_green.next_check, kNow + hours(1));
  // They need no source.
  EXPECT_EQ(decide(with(own_windows(21, 23)), {}, kDeadline, kNow).reason, Reason::NotGreen);
}

TEST(Decide, OptedOutIsReleasedUntouched) {
  const Decision d = opted_out(kDeadline);
  EXPECT_EQ(d.action, Action::Release);
  EXPECT_EQ(d.pool, Pool::Untouched);
  EXPECT_EQ(d.reason, Reason::OptedOut);
  EXPECT_EQ(d.deadline, kDeadline);
  EXPECT_FALSE(d.strict);
  EXPECT_LE(d.next_check, kDeadline);
  EXPECT_EQ(d.text, "released where its author put it: its opt-in was taken back");
}

TEST(DecideNames, AreStable) {
  EXPECT_STREQ(name(Reason::Green), "green");
  EXPECT_STREQ(name(Reason::Deadline), "fallback");
  EXPECT_STREQ(name(Reason::RunNow), "run-now");
  EXPECT_STREQ(name(Reason::SignalUnknown), "signal-unknown");
  EXPECT_STREQ(name(Reason::OptedOut), "opted-out");
  EXPECT_STREQ(name(Reason::NotGreen), "not-green");
  EXPECT_STREQ(name(Pool::Green), "green");
  EXPECT_STREQ(name(Pool::Fallback), "fallback");
  EXPECT_STREQ(name(Pool::Untouched), "untouched");
}

}  // namespace
}  // namespace karbonetes::plan
