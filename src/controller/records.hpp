// All that the controller keeps besides Jobs, and the upkeep tasks that write it: learned
// durations, observed intensities, the ledger, the published signals, the policies' status. Wiring
// between events
// ("the signal changed", "a Job finished") and tasks ("save within 30 s"). Thread-safe. Failure: a
// task is tried again with back-off; no Job ever waits for it.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "base/clock.hpp"
#include "base/snapshot.hpp"
#include "controller/accountant.hpp"
#include "controller/config_maps.hpp"
#include "controller/duration_book.hpp"
#include "controller/observed_book.hpp"
#include "controller/policy_status_writer.hpp"
#include "controller/signal_publisher.hpp"
#include "controller/upkeep.hpp"

namespace karbonetes::controller {

// References outlive the records.
struct RecordsConfig {
  kube::Client& client;
  JobWriter& writer;
  const JobStore& jobs;
  const Snapshot<policy::PolicySet>& policies;
  std::function<std::shared_ptr<const carbon::Signals>()> signals;
  std::function<bool()> leading;
  std::function<void(const std::string& key)> wake;  // look at this Job again
  std::string system_namespace;
  // Of accounts: the model, the meter and how long books are kept; the rest is filled in here.
  AccountantConfig accounts;
};

class Records {
 public:
  Records(RecordsConfig config, const Clock& clock, metrics::Registry& metrics);

  [[nodiscard]] DurationBook& durations() { return durations_; }
  [[nodiscard]] Accountant& accountant() { return accountant_; }
  [[nodiscard]] Upkeep& upkeep() { return upkeep_; }

  // What earlier programs knew. Failing costs an estimate or an account's coverage, not a Job: it
  // is logged, and tried again by the tasks.
  void load(std::stop_token stop);
  void signals_changed();
  void policies_changed();
  void jobs_changed();
  // True: something was learned of how long Jobs like it run.
  bool finished(const placement::JobFacts& job);
  void gone(const placement::JobFacts& job);
  void released(const std::string& policy_key, const std::string& reason);
  // This replica has begun to lead.
  void lead();

 private:
  [[nodiscard]] AccountantConfig complete(RecordsConfig& config);

  std::unique_ptr<ConfigMaps> maps_;
  DurationBook durations_;
  ObservedBook observed_;
  SignalPublisher publisher_;
  PolicyStatusWriter statuses_;
  Accountant accountant_;
  Upkeep upkeep_;
};

}  // namespace karbonetes::controller
