// Two replicas: one leads and releases, both answer for the webhook. The leader is killed, stopped
// in order, and paused.
#include <algorithm>

#include "support/fault_test.hpp"

namespace karbonetes::envtest {
namespace {

using std::chrono::seconds;

// A lease of 15 s, and what a busy machine adds.
constexpr seconds kTakeover{30};

class FailoverTest : public FaultTest {
 protected:
  void SetUp() override {
    FaultTest::SetUp();
    start_leader("a", kOneAtATime);
    ASSERT_OK(karbonetes().start("b", kOneAtATime));
    ASSERT_FALSE(leads("b"));
    // The one that does not lead, so that Jobs can be created whatever happens to the leader.
    ASSERT_OK(karbonetes().register_webhook("b"));
  }
  static long told(const std::string& job_name, const char* reason) {
    return std::ranges::count(jobs().events(job_name), reason);
  }
  static inline const std::vector<std::string> kOneAtATime{"--concurrent-reconciles", "1"};
};

TEST_F(FailoverTest, WebhookIsServedByTheReplicaThatDoesNotLead) {
  ASSERT_OK(jobs().create(job("admitted")));
  EXPECT_EQ(jobs().state("admitted"), "waiting");
  EXPECT_TRUE(jobs().suspended("admitted"));
  EXPECT_EQ(karbonetes().leader(), "a");
  EXPECT_FALSE(leads("b"));
  // Told by the leader.
  EXPECT_TRUE(eventually(seconds(15), [&] { return told("admitted", "CarbonWaiting") == 1; }));
  ASSERT_OK(kubectl().remove(kNs, "job/admitted"));
}

TEST_F(FailoverTest, LeaderKilledInTheMiddleOfReleasing100Jobs) {
  const Fleet fleet(plane(), "killed", 100);
  ASSERT_OK(fleet.create());
  ASSERT_TRUE(fleet.all_wait());
  ASSERT_OK(karbonetes().set_green(true));
  ASSERT_TRUE(eventually(seconds(30), [&] { return released_by("a") >= 10; }));
  karbonetes().kill("a");
  const int released = fleet.count("released");
  ASSERT_GE(released, 10);
  ASSERT_LE(released, 90) << "killed too late to be in the middle";
  EXPECT_EQ(released_by("b"), 0);
  // Admission goes on while nobody leads, and what it decides is told later.
  const Fleet meanwhile(plane(), "meanwhile", 3);
  ASSERT_OK(meanwhile.create());
  ASSERT_TRUE(eventually(kTakeover, [&] { return leads("b"); }));
  EXPECT_EQ(karbonetes().leader(), "b");
  EXPECT_TRUE(fleet.each_ran_exactly_once("green", seconds(60), {.generation = 2, .cut_off = 1}));
  EXPECT_EQ(released_by("b"), 100 - released);
  EXPECT_TRUE(
      eventually(seconds(15), [&] { return meanwhile.events("CarbonReleased").size() == 3; }));
}

TEST_F(FailoverTest, LeaderThatStopsInOrderHandsOverWithinThreeSeconds) {
  const Fleet fleet(plane(), "handed-over", 20);
  ASSERT_OK(fleet.create());
  ASSERT_TRUE(fleet.all_wait());
  const auto exit = karbonetes().stop("a");
  EXPECT_EQ(exit.signal, 0);
  EXPECT_EQ(exit.code, 0);
  EXPECT_TRUE(eventually(seconds(3), [&] { return leads("b"); }));
  EXPECT_EQ(karbonetes().leader(), "b");
  EXPECT_TRUE(fleet.all_wait());
  ASSERT_OK(karbonetes().set_green(true));
  EXPECT_TRUE(fleet.each_ran_exactly_once("green", seconds(60)));
}

TEST_F(FailoverTest, LeaderPausedForTwentySecondsReleasesNothingTwice) {
  const Fleet fleet(plane(), "paused", 100);
  ASSERT_OK(fleet.create());
  ASSERT_TRUE(fleet.all_wait());
  ASSERT_OK(karbonetes().set_green(true));
  ASSERT_TRUE(eventually(seconds(30), [&] { return released_by("a") >= 10; }));
  karbonetes().signal("a", SIGSTOP);
  const auto paused_at = now();
  ASSERT_LE(fleet.count("released"), 90) << "paused too late to be in the middle";
  ASSERT_TRUE(eventually(kTakeover, [&] { return leads("b"); }));
  ASSERT_TRUE(eventually(kRunsWithin, [&] { return fleet.complete() == 100; }));
  wait_until(paused_at + seconds(20));
  const auto before = fleet.starts();
  karbonetes().signal("a", SIGCONT);
  // It finds out by itself, and stands by.
  ASSERT_OK(karbonetes().wait_ready("a"));
  EXPECT_TRUE(eventually(seconds(15), [&] { return !leads("a"); }));
  EXPECT_TRUE(always(seconds(5), [&] { return !leads("a") && leads("b"); }));
  EXPECT_EQ(fleet.starts(), before);
  EXPECT_TRUE(fleet.each_ran_exactly_once("green", seconds(60)));
  EXPECT_TRUE(eventually(seconds(15), [&] { return waiting_gauge("a") == 0; }));
}

}  // namespace
}  // namespace karbonetes::envtest
