// The controller is killed (SIGKILL) while Jobs wait, while it releases them, and while their
// deadlines pass. State lives on the Jobs: nothing is lost, nothing starts early, and each Job
// starts exactly once.
#include "support/fault_test.hpp"

namespace karbonetes::envtest {
namespace {

using std::chrono::seconds;

class CrashTest : public FaultTest {
 protected:
  void SetUp() override {
    FaultTest::SetUp();
    start_leader("a", kOneAtATime);  // slow enough to be killed in the middle
  }
  static inline const std::vector<std::string> kOneAtATime{"--concurrent-reconciles", "1"};
};

TEST_F(CrashTest, KilledWhile200JobsWait) {
  const Fleet fleet(plane(), "waiting", 200);
  ASSERT_OK(fleet.create());
  ASSERT_TRUE(fleet.all_wait());
  ASSERT_TRUE(eventually(seconds(30), [&] { return waiting_gauge("a") == 200; }));
  karbonetes().kill("a");
  EXPECT_TRUE(fleet.all_wait());
  ASSERT_OK(karbonetes().start("a"));
  ASSERT_TRUE(eventually(seconds(30), [&] { return leads("a"); }));
  EXPECT_EQ(waiting_gauge("a"), 200);
  EXPECT_TRUE(always(seconds(5), [&] { return fleet.count("waiting") == 200; }));
  EXPECT_TRUE(fleet.all_wait());
  // Told once each, by whichever life of the controller.
  EXPECT_TRUE(eventually(seconds(30), [&] { return fleet.events("CarbonWaiting").size() == 200; }));
  ASSERT_OK(karbonetes().set_green(true));
  EXPECT_TRUE(fleet.each_ran_exactly_once("green", seconds(90)));
  for (const auto& [name, count] : fleet.events("CarbonWaiting")) EXPECT_EQ(count, 1) << name;
}

TEST_F(CrashTest, KilledInTheMiddleOfReleasing200Jobs) {
  const Fleet fleet(plane(), "releasing", 200);
  ASSERT_OK(fleet.create());
  ASSERT_TRUE(fleet.all_wait());
  ASSERT_OK(karbonetes().set_green(true));
  ASSERT_TRUE(eventually(seconds(30), [&] { return released_by("a") >= 20; }));
  karbonetes().kill("a");
  const int released = fleet.count("released");
  ASSERT_GE(released, 20);
  ASSERT_LE(released, 180) << "killed too late to be in the middle";
  EXPECT_EQ(fleet.count("waiting"), 200 - released);
  // Every Job is one or the other: none is half released.
  EXPECT_EQ(fleet.suspended(), 200 - released);
  ASSERT_OK(karbonetes().start("a"));
  // One worker was killed: one patch may have been on its way.
  EXPECT_TRUE(fleet.each_ran_exactly_once("green", seconds(90), {.generation = 2, .cut_off = 1}));
}

TEST_F(CrashTest, DeadlinesThatPassWhileItIsDeadAreMetWithinThreeSecondsOfItsReturn) {
  karbonetes().kill("a");
  ASSERT_OK(karbonetes().start("a"));  // with all of its workers
  const Fleet fleet(plane(), "late", 50, job("").with("max-delay", "20s"));
  ASSERT_OK(fleet.create());
  ASSERT_TRUE(fleet.all_wait());
  karbonetes().kill("a");
  wait_until(fleet.last_deadline());
  EXPECT_TRUE(fleet.all_wait());
  ASSERT_OK(karbonetes().start("a"));
  const auto ready = now();
  EXPECT_TRUE(fleet.each_ran_exactly_once("fallback", seconds(60)));
  const auto releases = fleet.releases();
  ASSERT_EQ(releases.size(), 50u);
  for (const auto& [name, release] : releases) {
    EXPECT_LE(release.at, ready + seconds(3)) << name;
    EXPECT_GE(release.at, release.deadline) << name;
  }
}

}  // namespace
}  // namespace karbonetes::envtest
