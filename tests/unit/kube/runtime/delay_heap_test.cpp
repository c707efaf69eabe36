#include "kube/runtime/delay_heap.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace karbonetes::kube {
namespace {

TimePoint at(std::int64_t ms) { return TimePoint(Millis(ms)); }

TEST(DelayHeap, EmptyHasNothing) {
  const DelayHeap heap;
  EXPECT_EQ(heap.size(), 0U);
  EXPECT_FALSE(heap.first());
  EXPECT_FALSE(heap.find("a"));
  EXPECT_EQ(heap.due(at(1'000)), 0U);
}

TEST(DelayHeap, KeysMayBeEmptyLongOrHoldZeroBytes) {
  DelayHeap heap;
  const std::string odd("a\0b", 3), longest(5'000, 'x');
  EXPECT_TRUE(heap.set("", {at(3), 0}));
  EXPECT_TRUE(heap.set(odd, {at(2), 1}));
  EXPECT_TRUE(heap.set(longest, {at(1), 2}));
  EXPECT_EQ(heap.pop(), longest);
  EXPECT_EQ(heap.pop(), odd);
  EXPECT_EQ(heap.pop(), "");
}

// Against a std::set of slots and a std::map of keys, through 20,000 random steps.
TEST(DelayHeap, DoesWhatAnOrderedSetDoes) {
  std::mt19937 random(7);
  DelayHeap heap;
  std::map<std::string, DelayHeap::Slot> keys;
  std::set<std::pair<DelayHeap::Slot, std::string>> order;
  const auto forget = [&](const std::string& key) {
    order.erase({keys.at(key), key});
    keys.erase(key);
  };
  for (std::uint64_t sequence = 0; sequence < 20'000; ++sequence) {
    const auto key = "ns/job-" + std::to_string(random() % 300);
    const bool known = keys.contains(key);
    switch (random() % 4) {
      case 0:
        EXPECT_EQ(heap.erase(key), known);
        if (known) forget(key);
        break;
      case 1:
        if (!keys.empty()) {
          const auto first = order.begin()->second;
          EXPECT_EQ(heap.pop(), first);
          forget(first);
        }
        break;
      default: {
        const DelayHeap::Slot slot{at(static_cast<std::int64_t>(random() % 50)), sequence};
        EXPECT_EQ(heap.set(key, slot), !known);
        if (known) forget(key);
        keys[key] = slot;
        order.insert({slot, key});
      }
    }
    ASSERT_EQ(heap.size(), keys.size());
    ASSERT_EQ(heap.find(key), keys.contains(key) ? std::optional(keys[key]) : std::nullopt);
    ASSERT_EQ(heap.first(), order.empty() ? std::nullopt : std::optional(order.begin()->first));
    if (sequence % 100 == 0) {
      std::size_t due = 0;
      for (const auto& [slot, name] : order) due += slot.due <= at(25) ? 1 : 0;
      ASSERT_EQ(heap.due(at(25)), due);
    }
  }
}

}  // namespace
}  // namespace karbonetes::kube
