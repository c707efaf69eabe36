#include "kube/runtime/work_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "eventually.hpp"

namespace karbonetes::kube {
namespace {

using ::testing::HasSubstr;

constexpr TimePoint kStart{Millis{1'800'000'000'000}};

TEST(WorkQueue, TakeBlocksUntilSomethingIsAdded) {
  metrics::Registry metrics;
  SystemClock clock;
  WorkQueue queue("q", clock, metrics);
  auto taken = std::async(std::launch::async, [&] { return queue.take({}); });
  EXPECT_EQ(taken.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  queue.add("a");
  EXPECT_EQ(taken.get(), "a");
}

TEST(WorkQueue, TakeSleepsUntilTheKeyIsDue) {
  metrics::Registry metrics;
  SystemClock clock;
  WorkQueue queue("q", clock, metrics);
  const TimePoint due = clock.now() + Millis(60);
  queue.add_at("a", due);
  EXPECT_EQ(queue.take({}), "a");
  EXPECT_GE(clock.now(), due);
}

TEST(WorkQueue, EarlierKeyWakesAWorkerThatSleepsForALaterOne) {
  metrics::Registry metrics;
  SystemClock clock;
  WorkQueue queue("q", clock, metrics);
  queue.add_at("later", clock.now() + std::chrono::hours(1));
  auto taken = std::async(std::launch::async, [&] { return queue.take({}); });
  queue.add("now");
  EXPECT_EQ(taken.get(), "now");
}

// The worker that was woken for one key must not take the knowledge of the next key's due time to
// its work.
TEST(WorkQueue, SleepersKeepWatchOverTheNextKeyWhileAnotherWorks) {
  metrics::Registry metrics;
  SystemClock clock;
  WorkQueue queue("q", clock, metrics);
  std::stop_source stop;
  Watched<std::vector<std::string>> taken;
  const auto worker = [&] {
    while (const auto key = queue.take(stop.get_token())) {
      taken.with([&](auto& keys) { keys.push_back(*key); });
      if (*key == "long") (void)taken.wait([](const auto& keys) { return keys.size() == 2; });
      queue.done(*key);
    }
  };
  std::jthread one(worker);
  std::jthread two(worker);
  queue.add_at("next", clock.now() + Millis(40));
  queue.add("long");
  EXPECT_TRUE(taken.wait([](const auto& keys) { return keys.size() == 2; }));
  stop.request_stop();
}

TEST(WorkQueue, StopEndsTakeEvenWhenKeysAreDue) {
  metrics::Registry metrics;
  SystemClock clock;
  WorkQueue queue("q", clock, metrics);
  std::stop_source stop;
  auto taken = std::async(std::launch::async, [&] { return queue.take(stop.get_token()); });
  stop.request_stop();
  EXPECT_EQ(taken.get(), std::nullopt);
  queue.add("a");
  EXPECT_EQ(queue.take(stop.get_token()), std::nullopt);
  EXPECT_EQ(queue.delayed(), 1U);
}

TEST(WorkQueue, FollowsAClockThatIsMovedByHand) {
  metrics::Registry metrics;
  ManualClock clock(kStart);
  WorkQueue queue("q", clock, metrics);
  queue.add_at("a", kStart + std::chrono::hours(8));
  auto taken = std::async(std::launch::async, [&] { return queue.take({}); });
  EXPECT_EQ(taken.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  clock.advance(std::chrono::hours(8));
  queue.wake();
  EXPECT_EQ(taken.get(), "a");
}

TEST(WorkQueue, RateLimitedKeysWaitForTheirBackoffOrLonger) {
  metrics::Registry metrics;
  ManualClock clock(kStart);
  WorkQueue queue("q", clock, metrics);
  queue.add_rate_limited("a");
  EXPECT_EQ(queue.next_due(), kStart + kKeyBackoffMin);
  queue.remove("a");
  queue.add_rate_limited("a", Millis(3000));
  EXPECT_EQ(queue.next_due(), kStart + Millis(3000));
}

TEST(WorkQueue, MetricsHaveTheNamesDashboardsKnow) {
  metrics::Registry metrics;
  ManualClock clock(kStart);
  {
    WorkQueue queue("jobs", clock, metrics);
    queue.add("a");
    queue.add("a");
    queue.add("b");
    queue.add_at("later", kStart + Millis(1));
    queue.add_rate_limited("c");
    const std::string text = metrics.expose();
    EXPECT_THAT(text, HasSubstr("workqueue_depth{name=\"jobs\"} 2"));
    EXPECT_THAT(text, HasSubstr("workqueue_adds_total{name=\"jobs\"} 4"));
    EXPECT_THAT(text, HasSubstr("workqueue_retries_total{name=\"jobs\"} 1"));
    clock.advance(Millis(2000));
    EXPECT_EQ(queue.take({}), "a");
    EXPECT_THAT(metrics.expose(),
                HasSubstr("workqueue_queue_duration_seconds_sum{name=\"jobs\"} 2"));
  }
  EXPECT_THAT(metrics.expose(),
              HasSubstr("workqueue_adds_total"));  // a scrape after the queue is gone
}

TEST(WorkQueue, NoKeyIsEverWorkedOnByTwoThreads) {
  constexpr int kKeys = 50;
  constexpr int kRounds = 200;
  metrics::Registry metrics;
  SystemClock clock;
  WorkQueue queue("q", clock, metrics);
  std::vector<std::atomic<int>> busy(kKeys);
  std::vector<std::atomic<int>> news(kKeys);  // the round in which a key was last added
  std::vector<std::atomic<int>> seen(kKeys);  // the newest that a run of it began with
  std::atomic<int> overlaps{0};
  std::stop_source stop;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      while (const auto key = queue.take(stop.get_token())) {
        const auto i = static_cast<std::size_t>(std::stoi(*key));
        if (busy[i].fetch_add(1) != 0) ++overlaps;
        seen[i] = news[i].load();
        std::this_thread::yield();
        busy[i].fetch_sub(1);
        queue.done(*key);
      }
    });
  }
  for (int round = 1; round <= kRounds; ++round) {
    for (std::size_t i = 0; i < kKeys; ++i) {
      news[i] = round;
      queue.add(std::to_string(i));
    }
  }
  // An add while its key is being worked on is not lost: a run begins after the last one. (That the
  // queue is empty says less: such a key is in nobody's hands between its two runs.)
  const auto all_seen = [&] {
    return std::ranges::all_of(seen, [](const auto& round) { return round == kRounds; });
  };
  const auto deadline = std::chrono::steady_clock::now() + kTestDeadline;
  while (!all_seen() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_TRUE(all_seen());
  stop.request_stop();
  threads.clear();
  EXPECT_EQ(overlaps, 0);
}

}  // namespace
}  // namespace karbonetes::kube
