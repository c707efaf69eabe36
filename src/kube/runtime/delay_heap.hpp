// Keys with the instant at which each is due: a binary heap over blocks that know their place in
// it, found by key through a flat table. One key costs one allocation of 24 bytes and its text, so
// that 100,000 waiting keys are some 10 MB and a change of any of them is O(log n). Order: due
// instant, then a sequence number. Owned by one QueueState; not thread-safe. Cannot fail.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace karbonetes::kube {

class DelayHeap {
 public:
  struct Slot {
    TimePoint due;
    std::uint64_t sequence = 0;
    auto operator<=>(const Slot&) const = default;
  };

  DelayHeap();
  ~DelayHeap();
  DelayHeap(DelayHeap&&) noexcept;
  DelayHeap& operator=(DelayHeap&&) noexcept;

  // Adds the key, or moves it. True: it was not there.
  bool set(std::string_view key, Slot slot);
  bool erase(std::string_view key);  // false: it was not there
  [[nodiscard]] std::optional<Slot> find(std::string_view key) const;
  [[nodiscard]] std::optional<Slot> first() const;
  // Takes the first key out; undefined when empty.
  [[nodiscard]] std::string pop();
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::size_t due(TimePoint now) const;  // costs a step per due key

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace karbonetes::kube
