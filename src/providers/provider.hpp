// A carbon signal provider: publishes an immutable carbon::Signal and says when it has changed.
// Owned by the program; one fetch serves all Jobs. Thread-safe. A provider never fails its reader:
// what it cannot know it reports as an old or empty Signal, which carbon::freshness then calls
// Stale or Unknown.
#pragma once

#include <functional>
#include <memory>

#include "carbon/signal.hpp"

namespace karbonetes::providers {

class Provider {
 public:
  virtual ~Provider() = default;
  // Never null.
  [[nodiscard]] virtual std::shared_ptr<const carbon::Signal> current() const = 0;
  // Starts refreshing. on_change is called, on a thread of the provider's, after the state or the
  // windows changed.
  virtual void start(std::function<void()> on_change) = 0;
  virtual void stop() = 0;
};

}  // namespace karbonetes::providers
