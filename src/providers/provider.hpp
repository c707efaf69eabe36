// A carbon signal provider: publishes an immutable carbon::Signal and says when it has changed.
// Owned by the program; one fetch serves all Jobs. Thread-safe. A provider never fails its reader:
// what it cannot know it reports as an old or empty Signal, which carbon::freshness then calls
// Stale or Unknown.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "carbon/signal.hpp"

namespace karbonetes::providers {

// How a provider is doing, for those who choose between several and for operators.
struct Health {
  std::uint64_t successes = 0;  // fetches that were answered well, since the start
  int failures_in_a_row = 0;
  std::optional<TimePoint> last_answer;
  std::string last_error;  // empty: the last fetch succeeded. Never holds a secret
  TimePoint next_fetch{};
};

class Provider {
 public:
  virtual ~Provider() = default;
  // Never null.
  [[nodiscard]] virtual std::shared_ptr<const carbon::Signal> current() const = 0;
  [[nodiscard]] virtual Health health() const = 0;
  // Starts refreshing. on_change is called, on a thread of the provider's, after the state or the
  // windows changed.
  virtual void start(std::function<void()> on_change) = 0;
  virtual void stop() = 0;
};

}  // namespace karbonetes::providers
