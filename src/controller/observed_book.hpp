// The carbon intensity as it was observed: ledger::Observed behind a lock, fed from what the
// sources say, and kept in a ConfigMap, so that an account closed after a restart rests on what was
// seen before it. Every replica observes; the leader writes. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "base/clock.hpp"
#include "carbon/signals.hpp"
#include "controller/config_maps.hpp"
#include "kube/runtime/controller_loop.hpp"
#include "ledger/observed.hpp"

namespace karbonetes::controller {

class ObservedBook {
 public:
  static constexpr Millis kBetween = std::chrono::seconds(30);  // two writes
  static constexpr const char* kName = "karbonetes-observed";

  ObservedBook(ConfigMaps& maps, std::function<std::shared_ptr<const carbon::Signals>()> signals,
               const Clock& clock);

  // Takes in what the sources have observed until now. Call when they have said something new; ask
  // for save() within kBetween then.
  void observe();
  // What is known of a zone, up to now.
  [[nodiscard]] ledger::ObservedZone zone(std::string_view name);
  [[nodiscard]] Status load(std::stop_token stop);
  [[nodiscard]] Result<kube::Outcome> save(std::stop_token stop);

 private:
  void merge_locked();

  ConfigMaps& maps_;
  const std::function<std::shared_ptr<const carbon::Signals>()> signals_;
  const Clock& clock_;
  std::mutex mutex_;
  ledger::Observed observed_;
  std::string version_;       // of save() and load() alone
  std::string written_text_;  // likewise
};

}  // namespace karbonetes::controller
