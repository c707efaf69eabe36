#include "plan/token_bucket.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace karbonetes::plan {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const TimePoint kNow = parse_rfc3339("2026-11-24T20:00:00Z").value();

TEST(TokenBucket, IsFullAtTheBeginningAndFillsSteadily) {
  TokenBucket b(60, 3, 1, kNow);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(b.has(1));
    b.take(1);
  }
  EXPECT_FALSE(b.has(1));
  EXPECT_EQ(b.when(1), kNow + seconds(1));
  b.refill(kNow + Millis(999));
  EXPECT_FALSE(b.has(1));
  b.refill(kNow + seconds(1));
  EXPECT_TRUE(b.has(1));
  EXPECT_FALSE(b.has(2));
}

TEST(TokenBucket, NeverHoldsMoreThanItsCapacity) {
  TokenBucket b(60, 3, 1, kNow);
  b.refill(kNow + minutes(600));
  for (int i = 0; i < 3; ++i) b.take(1);
  EXPECT_FALSE(b.has(1));
  b.give_back(100);
  b.take(3);
  EXPECT_FALSE(b.has(1));
}

TEST(TokenBucket, WhoAsksForMoreThanItHoldsWaitsForAFullOneAndEmptiesIt) {
  TokenBucket b(60, 10, 1, kNow);
  b.take(1);
  EXPECT_FALSE(b.has(500));
  EXPECT_EQ(b.when(500), kNow + seconds(1));
  b.refill(kNow + seconds(1));
  EXPECT_TRUE(b.has(500));
  b.take(500);
  EXPECT_FALSE(b.has(1));
  EXPECT_EQ(b.when(1), kNow + seconds(2)) << "no debt: one Job cannot close it for hours";
}

TEST(TokenBucket, AClockThatStepsBackAddsNothing) {
  TokenBucket b(60, 1, 1, kNow);
  b.take(1);
  b.refill(kNow - minutes(60));
  b.refill(kNow);
  EXPECT_FALSE(b.has(1));
}

TEST(TokenBucket, WithoutARateThereIsNoLimit) {
  for (const double rate : {0.0, -5.0, std::numeric_limits<double>::quiet_NaN(),
                            std::numeric_limits<double>::infinity()}) {
    TokenBucket b(rate, 1, 1, kNow);
    EXPECT_FALSE(b.limited());
    b.take(1e9);
    EXPECT_TRUE(b.has(1e9));
  }
}

TEST(TokenBucket, ATinyRateStillPromisesADay) {
  TokenBucket b(1e-12, 1, 1, kNow);
  b.take(1);
  EXPECT_GT(b.when(1), kNow);
  EXPECT_LT(b.when(1), kNow + std::chrono::days(400));
}

TEST(TokenBucket, WhenIsTheFirstMillisecondAtWhichItHas) {
  for (const double rate : {0.3, 1.0, 7.0, 59.0, 61.0, 1000.0}) {
    TokenBucket b(rate, 5, 1, kNow);
    b.take(5);
    for (int i = 0; i < 5; ++i) {
      const TimePoint t = b.when(1);
      TokenBucket before = b;
      before.refill(t - Millis(1));
      ASSERT_FALSE(before.has(1)) << rate;
      b.refill(t);
      ASSERT_TRUE(b.has(1)) << rate;
      b.take(1);
    }
  }
}

TEST(TokenBucket, AnotherLimitDoesNotForgetWhatWasSpent) {
  TokenBucket b(60, 3, 1, kNow);
  b.take(3);
  b.become(TokenBucket(60, 3, 1, kNow), kNow);
  EXPECT_FALSE(b.has(1));
  b.become(TokenBucket(120, 10, 1, kNow), kNow);
  EXPECT_FALSE(b.has(1));
  EXPECT_EQ(b.when(1), kNow + Millis(500));
  b.become(TokenBucket(), kNow);
  EXPECT_TRUE(b.has(1000));
}

}  // namespace
}  // namespace karbonetes::plan
