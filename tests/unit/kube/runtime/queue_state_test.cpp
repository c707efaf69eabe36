#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kube/runtime/work_queue.hpp"

namespace karbonetes::kube {
namespace {

TimePoint at(int ms) { return TimePoint(Millis(1'000'000 + ms)); }

std::vector<std::string> take_all(QueueState& queue, TimePoint now) {
  std::vector<std::string> out;
  while (const auto key = queue.take(now)) {
    out.push_back(*key);
    queue.done(*key);
  }
  return out;
}

using Keys = std::vector<std::string>;

TEST(QueueState, OrderIsDueThenInsertion) {
  QueueState queue;
  queue.add_at("c", at(5));
  queue.add_at("b", at(1));
  queue.add_at("a", at(1));
  queue.add_at("later", at(100));
  EXPECT_EQ(queue.next_due(), at(1));
  EXPECT_EQ(queue.due(at(5)), 3U);
  EXPECT_EQ(take_all(queue, at(5)), (Keys{"b", "a", "c"}));
  EXPECT_EQ(queue.delayed(), 1U);
  EXPECT_FALSE(queue.take(at(99)));
  EXPECT_EQ(queue.take(at(100)), "later");
}

TEST(QueueState, KeyIsQueuedOnce) {
  QueueState queue;
  EXPECT_TRUE(queue.add_at("a", at(1)));
  EXPECT_FALSE(queue.add_at("a", at(1)));
  EXPECT_FALSE(queue.add_at("a", at(9)));
  EXPECT_EQ(queue.delayed(), 1U);
  EXPECT_EQ(take_all(queue, at(100)), (Keys{"a"}));
}

TEST(QueueState, AddMovesForwardNeverBack) {
  QueueState queue;
  queue.add_at("a", at(50));
  queue.add_at("a", at(90));
  EXPECT_EQ(queue.next_due(), at(50));
  queue.add_at("a", at(10));
  EXPECT_EQ(queue.next_due(), at(10));
}

TEST(QueueState, RescheduleMovesBothWays) {
  QueueState queue;
  EXPECT_TRUE(queue.reschedule("a", at(50)));
  EXPECT_FALSE(queue.reschedule("a", at(90)));
  EXPECT_EQ(queue.next_due(), at(90));
  queue.reschedule("a", at(20));
  EXPECT_EQ(queue.next_due(), at(20));
  EXPECT_EQ(queue.delayed(), 1U);
}

TEST(QueueState, KeyAddedWhileWorkedOnComesBackAfterDone) {
  QueueState queue;
  queue.add_at("a", at(0));
  ASSERT_EQ(queue.take(at(0)), "a");
  EXPECT_TRUE(queue.add_at("a", at(0)));
  EXPECT_FALSE(queue.take(at(1000)));
  EXPECT_EQ(queue.in_progress(), 1U);
  queue.done("a");
  EXPECT_EQ(queue.in_progress(), 0U);
  EXPECT_EQ(queue.take(at(0)), "a");
  queue.done("a");
  EXPECT_FALSE(queue.take(at(1000)));
}

TEST(QueueState, RescheduleOfAKeyBeingWorkedOnKeepsAnEarlierAdd) {
  QueueState queue;
  queue.add_at("a", at(0));
  ASSERT_TRUE(queue.take(at(0)));
  queue.add_at("a", at(5));
  queue.reschedule("a", at(500));
  queue.done("a");
  EXPECT_EQ(queue.next_due(), at(5));

  ASSERT_TRUE(queue.take(at(5)));
  queue.reschedule("a", at(500));
  queue.add_at("a", at(7));
  queue.done("a");
  EXPECT_EQ(queue.next_due(), at(7));
}

TEST(QueueState, DoneWithoutANewAddLeavesNothing) {
  QueueState queue;
  queue.add_at("a", at(0));
  ASSERT_TRUE(queue.take(at(0)));
  queue.done("a");
  queue.done("a");
  queue.done("never seen");
  EXPECT_FALSE(queue.next_due());
  EXPECT_EQ(queue.delayed(), 0U);
}

TEST(QueueState, BackoffDoublesFromFiveMillisecondsToFifteenSeconds) {
  QueueState queue;
  std::vector<Millis::rep> delays;
  for (int i = 0; i < 17; ++i) delays.push_back(queue.failed("a").count());
  EXPECT_EQ(delays, (std::vector<Millis::rep>{5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120,
                                              10240, 15000, 15000, 15000, 15000, 15000}));
  EXPECT_EQ(queue.failed("b"), kKeyBackoffMin);
  queue.forget("a");
  EXPECT_EQ(queue.failed("a"), kKeyBackoffMin);
}

TEST(QueueState, RemoveForgetsTheKeyItsFailuresAndItsReturn) {
  QueueState queue;
  queue.add_at("a", at(0));
  (void)queue.failed("a");
  queue.remove("a");
  EXPECT_FALSE(queue.take(at(10)));
  EXPECT_EQ(queue.failed("a"), kKeyBackoffMin);

  queue.add_at("b", at(0));
  ASSERT_TRUE(queue.take(at(0)));
  queue.add_at("b", at(0));
  queue.remove("b");
  EXPECT_EQ(queue.in_progress(), 1U);
  queue.done("b");
  EXPECT_FALSE(queue.take(at(10)));
  queue.remove("never seen");
}

TEST(QueueState, ManyKeysComeOutInOrder) {
  QueueState queue;
  for (int i = 0; i < 5000; ++i) queue.add_at(std::to_string(i), at((i * 7919) % 5000));
  TimePoint last{};
  std::size_t count = 0;
  while (const auto due = queue.next_due()) {
    EXPECT_GE(*due, last);
    last = *due;
    ASSERT_TRUE(queue.take(at(10'000)));
    ++count;
  }
  EXPECT_EQ(count, 5000U);
  EXPECT_EQ(queue.in_progress(), 5000U);
}

}  // namespace
}  // namespace karbonetes::kube
