// All configured carbon sources behind one door: polls each, chooses per chain whom to trust, and
// publishes carbon::Signals. Owned by the program; one fetch serves all Jobs. Thread-safe. Never
// fails its reader: what cannot be known is an old or empty Signal, which carbon::freshness calls
// Stale or Unknown.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "carbon/signals.hpp"

namespace karbonetes::providers {

// One source as operators see it. No secret ever gets in here.
struct SourceStatus {
  std::string name, type, zone;
  std::optional<carbon::KindTag> kind;  // absent: windows, which have no intensity
  std::optional<TimePoint> last_answer;
  std::string last_error;  // empty: the last fetch succeeded
  TimePoint next_fetch{};
};

class SignalHub {
 public:
  virtual ~SignalHub() = default;
  // Never null.
  [[nodiscard]] virtual std::shared_ptr<const carbon::Signals> current() const = 0;
  [[nodiscard]] virtual std::vector<SourceStatus> sources() const = 0;
  // on_change is called, on a thread of the hub's, after something that a decision could rest on
  // has changed: a state, windows, a series, the source in use, freshness.
  virtual void start(std::function<void()> on_change) = 0;
  virtual void stop() = 0;
};

}  // namespace karbonetes::providers
