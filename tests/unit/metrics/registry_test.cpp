#include "metrics/registry.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace karbonetes::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Registry, SameNameAndLabelsAreTheSameSeries) {
  Registry registry;
  registry.counter("jobs_total", "Jobs.", {{"reason", "green"}}).increment();
  registry.counter("jobs_total", "Jobs.", {{"reason", "green"}}).increment(2);
  registry.counter("jobs_total", "Jobs.", {{"reason", "deadline"}}).increment();
  EXPECT_EQ(registry.counter("jobs_total", "Jobs.", {{"reason", "green"}}).value(), 3);
  const std::string text = registry.expose();
  EXPECT_THAT(text, HasSubstr("# HELP jobs_total Jobs."));
  EXPECT_THAT(text, HasSubstr("# TYPE jobs_total counter"));
  EXPECT_THAT(text, HasSubstr("jobs_total{reason=\"green\"} 3"));
  EXPECT_THAT(text, HasSubstr("jobs_total{reason=\"deadline\"} 1"));
}

TEST(Registry, GaugeSetsAndAdds) {
  Registry registry;
  Gauge gauge = registry.gauge("depth", "Depth.");
  gauge.set(5);
  gauge.add(-2);
  EXPECT_EQ(gauge.value(), 3);
  EXPECT_THAT(registry.expose(), HasSubstr("depth 3"));
}

TEST(Registry, HistogramBucketsAreCumulative) {
  Registry registry;
  Histogram histogram = registry.histogram("wait_seconds", "Wait.", {1, 10});
  histogram.observe(0.5);
  histogram.observe(5);
  histogram.observe(50);
  const std::string text = registry.expose();
  EXPECT_THAT(text, HasSubstr("wait_seconds_bucket{le=\"1\"} 1"));
  EXPECT_THAT(text, HasSubstr("wait_seconds_bucket{le=\"10\"} 2"));
  EXPECT_THAT(text, HasSubstr("wait_seconds_bucket{le=\"+Inf\"} 3"));
  EXPECT_THAT(text, HasSubstr("wait_seconds_sum 55.5"));
  EXPECT_THAT(text, HasSubstr("wait_seconds_count 3"));
}

TEST(Registry, RefreshRunsBeforeEachScrapeAndMayAskForSeries) {
  Registry registry;
  int scrapes = 0;
  registry.before_scrape([&] { registry.gauge("age", "Age.").set(++scrapes); });
  EXPECT_THAT(registry.expose(), HasSubstr("age 1"));
  EXPECT_THAT(registry.expose(), HasSubstr("age 2"));
}

TEST(Registry, LabelValuesAreEscaped) {
  Registry registry;
  registry.counter("c_total", "C.", {{"x", "a\"b\nc"}}).increment();
  EXPECT_THAT(registry.expose(), HasSubstr("c_total{x=\"a\\\"b\\nc\"} 1"));
}

TEST(Registry, CountsFromManyThreads) {
  Registry registry;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; ++i) registry.counter("n_total", "N.", {{"a", "b"}}).increment();
      });
    }
  }
  EXPECT_EQ(registry.counter("n_total", "N.", {{"a", "b"}}).value(), 4000);
}

using RegistryDeathTest = testing::Test;

TEST(RegistryDeathTest, AnotherTypeUnderTheSameNameAborts) {
  Registry registry;
  (void)registry.counter("x_total", "X.");
  EXPECT_DEATH((void)registry.gauge("x_total", "X."), "metric x_total: asked for again");
}

TEST(RegistryDeathTest, OtherLabelNamesUnderTheSameNameAbort) {
  Registry registry;
  (void)registry.counter("x_total", "X.", {{"a", "1"}});
  EXPECT_DEATH((void)registry.counter("x_total", "X.", {{"b", "1"}}), "label names");
}

TEST(RegistryDeathTest, UnusableNameAborts) {
  Registry registry;
  EXPECT_DEATH((void)registry.counter("not a name", "X."), "metric not a name");
}

}  // namespace
}  // namespace karbonetes::metrics
