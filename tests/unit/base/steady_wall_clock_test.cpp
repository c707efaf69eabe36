#include "base/steady_wall_clock.hpp"

#include <gtest/gtest.h>

namespace karbonetes {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr TimePoint kStart{Millis{1'700'000'000'000}};
constexpr Millis kDay = hours(24);

class SteadyWallClockTest : public ::testing::Test {
 protected:
  // Real time goes on; the machine's clock shows it plus `off_`.
  void pass(Millis by) {
    steady_ += by;
    show();
  }
  void set_off(Millis off) {
    off_ = off;
    show();
  }
  [[nodiscard]] TimePoint truth() const { return kStart + steady_; }
  void show() { machine_.set(truth() + off_); }

  Millis steady_{0}, off_{0};
  ManualClock machine_{kStart};
  SteadyWallClock clock_{machine_, [this] { return steady_; }};
};

TEST_F(SteadyWallClockTest, FollowsAClockThatRuns) {
  for (int i = 0; i < 100; ++i) {
    pass(seconds(60));
    set_off(Millis(i * 10));  // slewed by 10 ms a minute
    EXPECT_EQ(clock_.now(), truth() + off_);
  }
  EXPECT_EQ(clock_.machine_ahead(), Millis{0});
}

TEST_F(SteadyWallClockTest, AJumpOfADayEitherWayChangesNothing) {
  for (const auto jump : {kDay, -kDay}) {
    pass(seconds(1));
    (void)clock_.now();
    set_off(jump);
    EXPECT_EQ(clock_.now(), truth());
    pass(hours(5));
    EXPECT_EQ(clock_.now(), truth());
    EXPECT_EQ(clock_.machine_ahead(), jump);
    // Set right again, it is followed again.
    set_off(Millis{0});
    EXPECT_EQ(clock_.now(), truth());
    EXPECT_EQ(clock_.machine_ahead(), Millis{0});
  }
}

TEST_F(SteadyWallClockTest, TheTrustedClockMendsAClockThatWasWrongFromTheStart) {
  machine_.set(kStart + kDay);
  off_ = kDay;
  SteadyWallClock late(machine_, [this] { return steady_; });
  EXPECT_EQ(late.now(), kStart + kDay);
  EXPECT_TRUE(late.trusted_said(std::chrono::floor<seconds>(truth()), Millis{20}));
  EXPECT_LE(late.now(), truth() + seconds(1));
  EXPECT_GE(late.now(), truth() - seconds(1));
  pass(hours(1));
  EXPECT_LE(late.now(), truth() + seconds(1));
  EXPECT_FALSE(late.trusted_said(std::chrono::floor<seconds>(truth()), Millis{20}));
}

TEST_F(SteadyWallClockTest, AfterASleepOfTheWholeMachineTheTrustedClockSaysThatTheJumpWasReal) {
  // A machine that sleeps stops the steady clock, too.
  set_off(hours(2));
  EXPECT_EQ(clock_.now(), truth());
  EXPECT_TRUE(clock_.trusted_said(std::chrono::floor<seconds>(truth() + hours(2)), Millis{5}));
  EXPECT_LE(clock_.now() - (truth() + hours(2)), seconds(1));
  pass(seconds(10));
  EXPECT_EQ(clock_.now(), truth() + hours(2));  // the machine is within reach, and is followed
}

TEST_F(SteadyWallClockTest, SmallDifferencesAndSlowAnswersAreNoReason) {
  EXPECT_FALSE(clock_.trusted_said(truth() - seconds(5), Millis{0}));
  EXPECT_FALSE(clock_.trusted_said(truth() + seconds(5), Millis{0}));
  EXPECT_FALSE(clock_.trusted_said(truth() - seconds(30), seconds(29)));
  EXPECT_EQ(clock_.now(), truth());
  EXPECT_TRUE(clock_.trusted_said(truth() + seconds(6), Millis{0}));
}

}  // namespace
}  // namespace karbonetes
