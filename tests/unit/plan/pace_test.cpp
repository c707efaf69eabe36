#include "plan/pace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karbonetes::plan {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const TimePoint kNow = parse_rfc3339("2026-11-24T22:00:00Z").value();
const TimePoint kLate = kNow + hours(8);

Pace::Limits jobs(double per_minute, std::optional<int> burst = {}) {
  Pace::Limits out;
  out.per_minute = per_minute;
  out.burst = burst;
  return out;
}

Pace::Limits vcpu(double per_minute) {
  Pace::Limits out;
  out.vcpu_per_minute = per_minute;
  return out;
}

bool ask(Pace& pace, std::string_view key, std::string_view ns = "a", TimePoint deadline = kLate,
         TimePoint now = kNow, std::string_view policy = "a/default", double cores = 1) {
  return pace.ask(key, ns, policy, deadline, cores, now);
}

TEST(Pace, WithoutLimitsEverybodyGoes) {
  Pace pace({}, kNow);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(ask(pace, std::to_string(i)));
  EXPECT_EQ(pace.next(kNow), std::nullopt);
}

TEST(Pace, TheBurstGoesAndTheRestWaitsForItsMinute) {
  Pace pace({}, kNow);
  pace.set_limits("a/default", jobs(60, 2), kNow);
  EXPECT_TRUE(ask(pace, "1"));
  EXPECT_TRUE(ask(pace, "2"));
  EXPECT_FALSE(ask(pace, "3"));
  EXPECT_FALSE(ask(pace, "4"));
  EXPECT_THAT(pace.grant(kNow), IsEmpty()) << "who asked was told";
  EXPECT_EQ(pace.next(kNow), kNow + seconds(1));
  EXPECT_THAT(pace.grant(kNow + seconds(1)), ElementsAre("3"));
  EXPECT_THAT(pace.grant(kNow + seconds(1)), IsEmpty()) << "each once";
  EXPECT_TRUE(ask(pace, "3", "a", kLate, kNow + seconds(1)));
  EXPECT_THAT(pace.grant(kNow + seconds(2)), ElementsAre("4"));
  EXPECT_EQ(pace.next(kNow + seconds(2)), std::nullopt);
}

TEST(Pace, TheBurstIsAMinutesWorthAndAtLeastOne) {
  Pace pace({}, kNow);
  pace.set_limits("a/default", jobs(3), kNow);
  EXPECT_TRUE(ask(pace, "1"));
  EXPECT_TRUE(ask(pace, "2"));
  EXPECT_TRUE(ask(pace, "3"));
  EXPECT_FALSE(ask(pace, "4"));
  pace.set_limits("b/default", jobs(0.5), kNow);
  EXPECT_TRUE(ask(pace, "5", "b", kLate, kNow, "b/default"));
  EXPECT_FALSE(ask(pace, "6", "b", kLate, kNow, "b/default"));
}

TEST(Pace, AGrantIsUsedOnce) {
  Pace pace({}, kNow);
  EXPECT_TRUE(ask(pace, "1"));
  EXPECT_TRUE(pace.take("1"));
  EXPECT_FALSE(pace.take("1"));
  EXPECT_FALSE(pace.take("never asked"));
  pace.set_limits("a/default", jobs(60, 1), kNow);
  EXPECT_TRUE(ask(pace, "2"));
  EXPECT_FALSE(ask(pace, "3"));
  EXPECT_FALSE(pace.take("3")) << "it waits";
}

TEST(Pace, AGrantGivenBackGoesToTheNext) {
  Pace pace({}, kNow);
  pace.set_limits("a/default", jobs(1), kNow);
  EXPECT_TRUE(ask(pace, "1"));
  EXPECT_FALSE(ask(pace, "2"));
  pace.give_back("1", kNow);
  pace.give_back("1", kNow);
  pace.give_back("2", kNow);  // it has none to give
  EXPECT_EQ(pace.next(kNow), kNow);
  EXPECT_THAT(pace.grant(kNow), ElementsAre("2"));
  EXPECT_FALSE(ask(pace, "1")) << "a candidate like others again";
}

TEST(Pace, WhoIsForgottenIsNeverNamed) {
  Pace pace({}, kNow);
  pace.set_limits("a/default", jobs(60, 1), kNow);
  EXPECT_TRUE(ask(pace, "1"));
  EXPECT_FALSE(ask(pace, "2"));
  EXPECT_FALSE(ask(pace, "3"));
  pace.forget("2", kNow);
  pace.forget("2", kNow);
  EXPECT_THAT(pace.grant(kNow + seconds(1)), ElementsAre("3"));
  EXPECT_FALSE(ask(pace, "4", "a", kLate, kNow + seconds(1)));
  pace.forget("3", kNow + seconds(1));
  EXPECT_THAT(pace.grant(kNow + seconds(1)), ElementsAre("4")) << "its grant returned";
}

TEST(Pace, EarliestDeadlineFirst) {
  Pace pace({}, kNow);
  pace.set_limits("a/default", jobs(60, 1), kNow);
  EXPECT_TRUE(ask(pace, "0"));
  EXPECT_FALSE(ask(pace, "late", "a", kNow + hours(3)));
  EXPECT_FALSE(ask(pace, "early", "a", kNow + hours(1)));
  EXPECT_FALSE(ask(pace, "middle", "a", kNow + hours(2)));
  EXPECT_THAT(pace.grant(kNow + seconds(1)), ElementsAre("early"));
  EXPECT_THAT(pace.grant(kNow + seconds(2)), ElementsAre("middle"));
  EXPECT_THAT(pace.grant(kNow + seconds(3)), ElementsAre("late"));
}

TEST(Pace, AskingAgainWithAnotherDeadlineMovesIt) {
  Pace pace({}, kNow);
  pace.set_limits("a/default", jobs(60, 1), kNow);
  EXPECT_TRUE(ask(pace, "0"));
  EXPECT_FALSE(ask(pace, "1", "a", kNow + hours(1)));
  EXPECT_FALSE(ask(pace, "2", "a", kNow + hours(2)));
  EXPECT_FALSE(ask(pace, "1", "a", kNow + hours(3)));
  EXPECT_THAT(pace.grant(kNow + seconds(1)), ElementsAre("2"));
  EXPECT_EQ(pace.counts().waiting, 1U);
}

TEST(Pace, AskingAgainUnderAnotherPolicyMovesIt) {
  Pace pace({}, kNow);
  pace.set_limits("a/default", jobs(1), kNow);
  EXPECT_TRUE(ask(pace, "0"));
  EXPECT_FALSE(ask(pace, "1"));
  EXPECT_TRUE(ask(pace, "1", "a", kLate, kNow, "a/free"));
}

TEST(Pace, NamespacesTakeTurns) {
  Pace pace(jobs(60, 1), kNow);
  EXPECT_TRUE(ask(pace, "0", "z"));
  for (int i = 0; i < 10'000; ++i)
    ask(pace, "big-" + std::to_string(i), "big", kNow + hours(1), kNow, "system/default");
  ask(pace, "small-0", "small", kNow + hours(5), kNow, "system/default");
  ask(pace, "small-1", "small", kNow + hours(5), kNow, "small/own");
  ask(pace, "small-2", "small", kNow + hours(5), kNow, "small/own");
  int small = 0;
  for (int s = 1; s <= 6; ++s) {
    for (const auto& key : pace.grant(kNow + seconds(s))) small += key.starts_with("small");
  }
  EXPECT_EQ(small, 3) << "every other turn, whatever the policies are";
}

TEST(Pace, ANewcomerHasNoClaimToThePast) {
  Pace pace(jobs(60, 1), kNow);
  for (int i = 0; i < 200; ++i) ask(pace, "old-" + std::to_string(i), "old");
  TimePoint now = kNow;
  for (int i = 0; i < 100; ++i) EXPECT_EQ(pace.grant(now += seconds(1)).size(), 1U);
  for (int i = 0; i < 50; ++i) ask(pace, "new-" + std::to_string(i), "new", kLate, now);
  int newcomers = 0;
  for (int i = 0; i < 20; ++i) {
    for (const auto& key : pace.grant(now += seconds(1))) newcomers += key.starts_with("new");
  }
  EXPECT_GE(newcomers, 9);
  EXPECT_LE(newcomers, 11);
}

TEST(Pace, VcpuIsLimitedToo) {
  Pace pace({}, kNow);
  pace.set_limits("a/default", vcpu(60), kNow);
  EXPECT_TRUE(ask(pace, "1", "a", kLate, kNow, "a/default", 40));
  EXPECT_FALSE(ask(pace, "2", "a", kLate, kNow, "a/default", 30));
  EXPECT_FALSE(ask(pace, "3", "a", kLate + hours(1), kNow, "a/default", 1))
      << "a small one does not overtake the big one";
  EXPECT_EQ(pace.next(kNow), kNow + seconds(10));
  EXPECT_THAT(pace.grant(kNow + seconds(10)), ElementsAre("2"));
  EXPECT_THAT(pace.grant(kNow + seconds(11)), ElementsAre("3"));
}

TEST(Pace, AJobBiggerThanTheBucketStillPasses) {
  Pace pace({}, kNow);
  pace.set_limits("a/default", vcpu(60), kNow);
  EXPECT_TRUE(ask(pace, "small", "a", kLate, kNow, "a/default", 6));
  EXPECT_FALSE(ask(pace, "huge", "a", kLate, kNow, "a/default", 1e9));
  EXPECT_THAT(pace.grant(kNow + seconds(6)), ElementsAre("huge"));
  EXPECT_FALSE(ask(pace, "next", "a", kLate, kNow + seconds(6), "a/default", 1));
  EXPECT_THAT(pace.grant(kNow + seconds(7)), ElementsAre("next"));
}

TEST(Pace, NobodyIsHeldPastTheDeadline) {
  Pace pace({}, kNow);
  pace.set_limits("a/default", jobs(1.0 / 60), kNow);
  EXPECT_TRUE(ask(pace, "0"));
  EXPECT_FALSE(ask(pace, "1", "a", kNow + minutes(5)));
  EXPECT_FALSE(ask(pace, "2", "a", kNow + minutes(5)));
  EXPECT_EQ(pace.next(kNow), kNow + minutes(5));
  EXPECT_THAT(pace.grant(kNow + minutes(5)), ElementsAre("1", "2"));
  EXPECT_TRUE(ask(pace, "overdue", "a", kNow, kNow));
}

TEST(Pace, AGrantAtTheDeadlineCostsNoTokensAndReturnsNone) {
  Pace pace({}, kNow);
  pace.set_limits("a/default", jobs(1), kNow);
  EXPECT_TRUE(ask(pace, "overdue", "a", kNow));
  EXPECT_TRUE(ask(pace, "paid"));
  pace.give_back("overdue", kNow);
  EXPECT_FALSE(ask(pace, "next"));
}

TEST(Pace, ClusterAndPolicyBothHaveToAllow) {
  Pace pace(jobs(60, 1), kNow);
  pace.set_limits("slow", jobs(6, 1), kNow);
  EXPECT_TRUE(ask(pace, "s0", "a", kLate, kNow, "slow"));
  EXPECT_FALSE(ask(pace, "s1", "a", kLate, kNow, "slow"));
  EXPECT_FALSE(ask(pace, "f0", "a", kLate + hours(1), kNow, "fast")) << "the cluster's bucket";
  EXPECT_THAT(pace.grant(kNow + seconds(1)), ElementsAre("f0")) << "the slow policy blocks itself";
  EXPECT_EQ(pace.next(kNow + seconds(1)), kNow + seconds(10));
  EXPECT_THAT(pace.grant(kNow + seconds(10)), ElementsAre("s1"));
}

TEST(Pace, NewLimitsHoldAtOnce) {
  Pace pace(jobs(1), kNow);
  EXPECT_TRUE(ask(pace, "0"));
  EXPECT_FALSE(ask(pace, "1"));
  pace.set_cluster_limits({}, kNow);
  EXPECT_EQ(pace.next(kNow), kNow);
  EXPECT_THAT(pace.grant(kNow), ElementsAre("1"));
  pace.set_limits("a/default", jobs(1), kNow);
  EXPECT_TRUE(ask(pace, "2"));
  EXPECT_FALSE(ask(pace, "3"));
  pace.set_limits("a/default", jobs(1), kNow);
  EXPECT_FALSE(ask(pace, "3")) << "the same limits again: what was spent stays spent";
  pace.set_limits("a/default", {}, kNow);
  EXPECT_TRUE(ask(pace, "3"));
}

TEST(Pace, VcpuThatIsNoNumberIsNone) {
  Pace pace({}, kNow);
  pace.set_limits("a/default", vcpu(1), kNow);
  EXPECT_TRUE(ask(pace, "0", "a", kLate, kNow, "a/default", 1));
  EXPECT_TRUE(ask(pace, "1", "a", kLate, kNow, "a/default", -1));
  EXPECT_TRUE(ask(pace, "2", "a", kLate, kNow, "a/default", std::nan("")));
}

TEST(Pace, OfManyWhoComeAtOnceTheEarliestDeadlineIsFirst) {
  Pace pace(jobs(1), kNow);
  EXPECT_FALSE(pace.line_up("late", "a", "a/default", kLate, 0));
  EXPECT_FALSE(pace.line_up("soon", "a", "a/default", kLate - seconds(1), 0));
  EXPECT_THAT(pace.grant(kNow), ElementsAre("soon"));
  EXPECT_TRUE(pace.line_up("soon", "a", "a/default", kLate - seconds(1), 0)) << "it is granted";
  EXPECT_FALSE(pace.line_up("late", "a", "a/default", kLate, 0));
  EXPECT_TRUE(pace.take("soon"));
}

}  // namespace
}  // namespace karbonetes::plan
