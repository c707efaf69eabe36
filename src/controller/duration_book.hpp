// What the controller has learned of how long Jobs run: plan::Durations behind a lock, and kept in
// a ConfigMap, so that a restart forgets nothing. Every replica learns from what it sees; the
// leader writes. Thread-safe.
#pragma once

#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.hpp"
#include "controller/config_maps.hpp"
#include "kube/runtime/controller_loop.hpp"
#include "placement/job_facts.hpp"
#include "plan/durations.hpp"
#include "plan/estimate.hpp"

namespace karbonetes::controller {

class DurationBook {
 public:
  static constexpr Millis kBetween = std::chrono::minutes(1);  // two writes
  static constexpr const char* kName = "karbonetes-durations";

  explicit DurationBook(ConfigMaps& maps) : maps_(maps) {}

  // A finished Job. True when something was learned from it: ask for save() within kBetween.
  bool learn(const placement::JobFacts& job);
  // Of the series of this Job, which may not exist yet. `ns`: its namespace.
  [[nodiscard]] std::optional<plan::DurationEstimate> estimate(
      std::string_view ns, const placement::JobFacts& job) const;
  // Takes in what was written, ours or another replica's. Errors: as ConfigMaps.
  [[nodiscard]] Status load(std::stop_token stop);
  // Writes when something was learned since. An upkeep task.
  [[nodiscard]] Result<kube::Outcome> save(std::stop_token stop);

 private:
  ConfigMaps& maps_;
  mutable std::mutex mutex_;
  plan::Durations durations_;
  bool changed_ = false;
  std::string version_;  // of save() and load() alone, which one thread at a time calls
};

// One line for each series, newest last: name, tab, samples as "finished-s,ran-ms,uid-hash"
// separated by blanks. At most 800 KiB: the series fed least lately are left out.
[[nodiscard]] std::string encode_durations(const std::vector<plan::SeriesDurations>& all);
// What cannot be read is left out.
[[nodiscard]] std::vector<plan::SeriesDurations> decode_durations(std::string_view text);

}  // namespace karbonetes::controller
