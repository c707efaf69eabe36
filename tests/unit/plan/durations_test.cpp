#include "plan/durations.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace karbonetes::plan {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const TimePoint kNoon = parse_rfc3339("2026-11-24T12:00:00Z").value();

DurationSample sample(int n, Millis ran) {
  return {kNoon + minutes(n), ran, hash_of_uid("uid-" + std::to_string(n))};
}

TEST(SeriesOf, ACronJobsNameGoesFirst) {
  EXPECT_EQ(series_of("report", "report-", "report-29926073"), "report");
}

TEST(SeriesOf, GenerateNameWithoutItsSeparator) {
  EXPECT_EQ(series_of("", "train-", "train-x7k2p"), "train");
  EXPECT_EQ(series_of("", "train", "trainx7k2p"), "train");
  EXPECT_EQ(series_of("", "--", "--abc"), "--abc");
}

TEST(SeriesOf, ANameWithoutItsNumbers) {
  EXPECT_EQ(series_of("", "", "train"), "train");
  EXPECT_EQ(series_of("", "", "train-12"), "train");
  EXPECT_EQ(series_of("", "", "train-2026-11-24"), "train");
  EXPECT_EQ(series_of("", "", "train.7_3"), "train");
  EXPECT_EQ(series_of("", "", "epoch40"), "epoch");
  EXPECT_EQ(series_of("", "", "train-x7k2p"), "train-x7k2p") << "nobody said that it is random";
  EXPECT_EQ(series_of("", "", "2026-11-24"), "2026-11-24");
  EXPECT_EQ(series_of("", "", ""), "");
}

TEST(HashOfUid, IsFnv1aInEveryBuild) {
  EXPECT_EQ(hash_of_uid(""), 14695981039346656037U);
  EXPECT_EQ(hash_of_uid("a"), 0xaf63dc4c8601ec8cU);
}

TEST(Durations, OneSampleIsEnough) {
  Durations d;
  EXPECT_EQ(d.estimate("a"), std::nullopt);
  EXPECT_TRUE(d.feed("a", sample(1, minutes(10))));
  const auto e = d.estimate("a").value();
  EXPECT_EQ(e.samples, 1);
  EXPECT_EQ(e.typical, e.long_run);
  EXPECT_GE(e.typical, minutes(10));
  EXPECT_LE(e.typical, Millis(minutes(10)) * 33 / 32);
  EXPECT_EQ(d.estimate("b"), std::nullopt);
}

TEST(Durations, MedianAndNinetyPercent) {
  Durations d;
  for (int i = 1; i <= 10; ++i) d.feed("a", sample(i, seconds(i)));
  EXPECT_EQ(d.estimate("a")->typical, seconds(6)) << "5.5 s, rounded up";
  EXPECT_EQ(d.estimate("a")->long_run, seconds(9));
  d.feed("a", sample(11, seconds(11)));
  EXPECT_EQ(d.estimate("a")->typical, seconds(6));
  EXPECT_EQ(d.estimate("a")->long_run, seconds(10));
  EXPECT_EQ(d.estimate("a")->samples, 11);
}

TEST(Durations, OneOutlierDoesNotMoveTheMedian) {
  Durations d;
  for (int i = 0; i < 9; ++i) d.feed("a", sample(i, seconds(30)));
  d.feed("a", sample(10, hours(50)));
  EXPECT_EQ(d.estimate("a")->typical, seconds(30));
  EXPECT_EQ(d.estimate("a")->long_run, seconds(30));
}

TEST(Durations, RoundsUpByAtMostOnePartIn32) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 2000; ++i) {
    Durations d;
    const Millis ran(1 + static_cast<std::int64_t>(
                             random() % static_cast<std::uint64_t>(Durations::kLongest.count())) /
                             (i % 2 == 0 ? 1 : 100'000));
    ASSERT_TRUE(d.feed("a", sample(1, ran)));
    const Millis typical = d.estimate("a")->typical;
    ASSERT_GE(typical, ran);
    ASSERT_LE(typical, ran + ran / 32 + seconds(1));
  }
}

TEST(Durations, TheSameJobCountsOnce) {
  Durations d;
  EXPECT_TRUE(d.feed("a", sample(1, minutes(1))));
  EXPECT_FALSE(d.feed("a", sample(1, minutes(1))));
  EXPECT_EQ(d.estimate("a")->samples, 1);
}

TEST(Durations, TheNewestAreKeptInWhateverOrderTheyCome) {
  std::vector<int> order(40);
  for (int i = 0; i < 40; ++i) order[static_cast<std::size_t>(i)] = i;
  std::mt19937 random(5);
  for (int round = 0; round < 50; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    Durations d;
    for (const int i : order) d.feed("a", sample(i, seconds(10 + i)));
    for (const int i : order) d.feed("a", sample(i, seconds(10 + i)));  // a new list
    const auto kept = d.snapshot().at(0).samples;
    ASSERT_EQ(kept.size(), Durations::kSamples);
    for (std::size_t i = 0; i < kept.size(); ++i)
      ASSERT_EQ(kept[i], sample(24 + static_cast<int>(i), seconds(34 + static_cast<int>(i))));
  }
}

TEST(Durations, RefusesWhatTellsNothing) {
  Durations d;
  EXPECT_FALSE(d.feed("a", sample(1, Millis(0))));
  EXPECT_FALSE(d.feed("a", sample(1, Millis(-5))));
  EXPECT_FALSE(d.feed("a", sample(1, Durations::kLongest + Millis(1))));
  EXPECT_FALSE(d.feed("", sample(1, minutes(1))));
  EXPECT_FALSE(d.feed(std::string(Durations::kMaxName + 1, 'a'), sample(1, minutes(1))));
  EXPECT_EQ(d.size(), 0U);
}

TEST(Durations, IsBoundedAndForgetsTheSeriesFedLeastLately) {
  Durations d;
  const auto series = [](std::size_t i) { return "s" + std::to_string(i); };
  for (std::size_t i = 0; i < Durations::kSeries; ++i) d.feed(series(i), sample(1, minutes(1)));
  d.feed(series(0), sample(2, minutes(1)));
  d.feed("one more", sample(1, minutes(1)));
  EXPECT_EQ(d.size(), Durations::kSeries);
  EXPECT_TRUE(d.estimate(series(0)));
  EXPECT_FALSE(d.estimate(series(1)));
  EXPECT_TRUE(d.estimate("one more"));
}

TEST(Durations, ASnapshotRestoresAllOfIt) {
  Durations d;
  for (int i = 0; i < 100; ++i) d.feed("s" + std::to_string(i % 7), sample(i, seconds(1 + i)));
  Durations e;
  e.restore(d.snapshot());
  EXPECT_EQ(e.snapshot(), d.snapshot());
  EXPECT_FALSE(e.feed("s1", sample(99 - 98 % 7, seconds(5)))) << "known before the restart";
  e.restore(d.snapshot());
  EXPECT_EQ(e.snapshot().size(), 7U);
}

TEST(Durations, ASnapshotThatWasTamperedWithIsBounded) {
  Durations d;
  SeriesDurations bad{"a", {sample(1, Millis(-1)), sample(2, minutes(1))}};
  for (int i = 0; i < 1000; ++i) bad.samples.push_back(sample(10 + i, seconds(1)));
  d.restore({bad, {"", {sample(1, minutes(1))}}});
  EXPECT_EQ(d.size(), 1U);
  EXPECT_EQ(d.estimate("a")->samples, 16);
}

}  // namespace
}  // namespace karbonetes::plan
