#include "controller/duration_book.hpp"

#include <gmock/gmock.h>

#include "../placement/job_text.hpp"
#include "fake_config_maps.hpp"

namespace karbonetes::controller {
namespace {

using controller::test::FakeConfigMaps;
using karbonetes::test::at;

placement::JobFacts finished(const std::string& name, int number, Seconds ran) {
  auto job = karbonetes::test::facts(karbonetes::test::job());
  job.name = name;
  job.uid = "uid-" + name + std::to_string(number);
  job.finished = job.complete = true;
  job.started_at = at("2026-11-24T12:00:00Z") + std::chrono::hours(number);
  job.finished_at = *job.started_at + ran;
  return job;
}

TEST(DurationBook, LearnsTheMedianAndTheLongRun) {
  FakeConfigMaps maps;
  DurationBook book(maps);
  const auto probe = finished("train-9", 9, Seconds(1));
  EXPECT_EQ(book.estimate("team-a", probe), std::nullopt);
  for (int i = 0; i < 5; ++i)
    EXPECT_TRUE(book.learn(finished("train-" + std::to_string(i), i, Seconds(600 + i))));
  const auto estimate = book.estimate("team-a", probe);
  ASSERT_TRUE(estimate);
  EXPECT_EQ(estimate->samples, 5);
  EXPECT_GE(estimate->typical, Seconds(602));
  EXPECT_LE(estimate->typical, Seconds(602 + 20));
  EXPECT_GE(estimate->long_run, estimate->typical);
  EXPECT_EQ(book.estimate("team-b", probe), std::nullopt);
}

TEST(DurationBook, AFailedJobTeachesNothing) {
  FakeConfigMaps maps;
  DurationBook book(maps);
  auto failed = finished("train", 0, Seconds(5));
  failed.complete = false;
  EXPECT_FALSE(book.learn(failed));
}

TEST(DurationBook, ARestartForgetsNothingAndCountsNothingTwice) {
  FakeConfigMaps maps;
  DurationBook book(maps);
  for (int i = 0; i < 3; ++i) (void)book.learn(finished("train", i, Seconds(600)));
  ASSERT_TRUE(book.save({}));
  EXPECT_EQ(maps.writes, 1);
  ASSERT_TRUE(book.save({}));
  EXPECT_EQ(maps.writes, 1) << "nothing new, nothing written";

  DurationBook next(maps);
  ASSERT_TRUE(next.load({}));
  EXPECT_FALSE(next.learn(finished("train", 2, Seconds(600)))) << "listed again after the restart";
  EXPECT_EQ(next.estimate("team-a", finished("train", 7, Seconds(1)))->samples, 3);
}

TEST(DurationBook, TwoReplicasKeepWhatBothHaveLearned) {
  FakeConfigMaps maps;
  DurationBook one(maps);
  DurationBook two(maps);
  (void)one.learn(finished("train", 1, Seconds(600)));
  (void)two.learn(finished("train", 2, Seconds(620)));
  ASSERT_TRUE(one.save({}));
  EXPECT_FALSE(two.save({})) << "the other wrote meanwhile";
  ASSERT_TRUE(two.save({}));
  DurationBook after(maps);
  ASSERT_TRUE(after.load({}));
  EXPECT_EQ(after.estimate("team-a", finished("train", 7, Seconds(1)))->samples, 2);
}

TEST(DurationBook, HostileTextIsLeftOut) {
  for (const auto* text : {"", "\n\n", "x", "a\tb", "a\t1,2", "a\t1,2,zz", "a\t-1,2,3", "a\t1,-2,3",
                           "a\t99999999999999999999,1,1", "\t1,2,3"}) {
    EXPECT_TRUE(decode_durations(text).empty()) << text;
  }
  EXPECT_EQ(decode_durations("a\tbad 100,2000,ff\n").size(), 1U);
}

TEST(DurationBook, WhatIsWrittenFitsIntoAConfigMap) {
  std::vector<plan::SeriesDurations> all;
  for (int i = 0; i < 4000; ++i) {
    plan::SeriesDurations series;
    series.series = std::string(300, 'x') + std::to_string(i);
    series.samples.assign(16, {at("2026-11-24T12:00:00Z"), Seconds(100), 0xffffffffffffffffULL});
    all.push_back(std::move(series));
  }
  const auto text = encode_durations(all);
  EXPECT_LT(text.size(), 900U << 10);
  const auto back = decode_durations(text);
  EXPECT_GT(back.size(), 1000U);
  EXPECT_EQ(back.back().series, all.back().series) << "the newest stay";
}

}  // namespace
}  // namespace karbonetes::controller
