// Waiting for what must come to pass, with a deadline: never a bare sleep. The condition answers
// bool, optional<T> or Result<T>; it is asked at once, then every 50 ms (a condition that runs
// kubectl is paced by that anyway).
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <thread>
#include <type_traits>

#include "base/result.hpp"

namespace karbonetes::envtest {

inline constexpr auto kPollInterval = std::chrono::milliseconds(50);

// The last answer: true or a value when it came in time, false or empty (or the last error) when
// not.
//   EXPECT_TRUE(eventually(10s, [&] { return pod_count() == 1; }));
//   auto job = eventually(30s, [&]() -> std::optional<Document> { ... });
template <typename Condition>
[[nodiscard]] auto eventually(std::chrono::milliseconds deadline, Condition&& condition) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (true) {
    auto answer = std::invoke(condition);
    if (answer || std::chrono::steady_clock::now() >= end) return answer;
    std::this_thread::sleep_for(kPollInterval);
  }
}

// True when the condition held at every look during the whole time: for what must not happen.
template <typename Condition>
[[nodiscard]] bool always(std::chrono::milliseconds duration, Condition&& condition) {
  const auto end = std::chrono::steady_clock::now() + duration;
  while (std::invoke(condition)) {
    if (std::chrono::steady_clock::now() >= end) return true;
    std::this_thread::sleep_for(kPollInterval);
  }
  return false;
}

}  // namespace karbonetes::envtest
