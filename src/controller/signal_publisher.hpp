// Publishes the carbon signals in a ConfigMap, so that `kubectl karbonetes` shows what the
// controller decides on without reaching it. An upkeep task of the leader; written when something
// has changed, and not more often than kBetween. Not thread-safe: one run at a time.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>

#include "base/clock.hpp"
#include "carbon/signals.hpp"
#include "controller/config_maps.hpp"
#include "kube/runtime/controller_loop.hpp"

namespace karbonetes::controller {

class SignalPublisher {
 public:
  static constexpr Millis kBetween = std::chrono::seconds(10);
  static constexpr const char* kName = "karbonetes-signals";

  // References outlive it.
  SignalPublisher(ConfigMaps& maps, std::function<std::shared_ptr<const carbon::Signals>()> signals,
                  const Clock& clock);

  [[nodiscard]] Result<kube::Outcome> run(std::stop_token stop);

 private:
  ConfigMaps& maps_;
  const std::function<std::shared_ptr<const carbon::Signals>()> signals_;
  const Clock& clock_;
  KeptMap written_;
  std::shared_ptr<const carbon::Signals> published_;
};

}  // namespace karbonetes::controller
