#include "controller/records.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace karbonetes::controller {

namespace {

constexpr const char* kDurations = "durations";
constexpr const char* kObserved = "observed";
constexpr const char* kSignals = "signals";
constexpr const char* kStatuses = "policy-status";
constexpr const char* kLedger = "ledger";
// Jobs come in crowds: their policies' counts may lag that much.
constexpr Millis kStatusBetween = std::chrono::seconds(5);

void warn(const char* what, const Status& status) {
  if (!status) spdlog::warn("{} cannot be loaded yet: {}", what, status.error().message);
}

}  // namespace

Records::Records(RecordsConfig config, const Clock& clock, metrics::Registry& metrics)
    : maps_(make_config_maps(config.client, config.system_namespace)),
      durations_(*maps_),
      observed_(*maps_, config.signals, clock),
      publisher_(*maps_, config.signals, clock),
      statuses_(config.client, config.jobs, config.policies, config.signals,
                config.system_namespace, clock),
      accountant_(*maps_, config.writer, complete(config), clock, metrics),
      upkeep_(std::move(config.leading), clock, metrics) {
  upkeep_.add(kDurations, [this](std::stop_token stop) { return durations_.save(stop); });
  upkeep_.add(kObserved, [this](std::stop_token stop) { return observed_.save(stop); });
  upkeep_.add(kSignals, [this](std::stop_token stop) { return publisher_.run(stop); });
  upkeep_.add(kStatuses, [this](std::stop_token stop) { return statuses_.run(stop); });
  upkeep_.add(kLedger, [this](std::stop_token stop) { return accountant_.run(stop); });
}

AccountantConfig Records::complete(RecordsConfig& config) {
  AccountantConfig out = std::move(config.accounts);
  out.observed = [this](std::string_view zone) { return observed_.zone(zone); };
  out.wake = config.wake;
  out.ask = [this] { upkeep_.ask_within(kLedger, Accountant::kGather); };
  out.basis = [&policies = config.policies, signals = config.signals,
               ns = config.system_namespace](const placement::JobFacts& job) {
    const auto set = policies.get();
    const auto resolved = policy::resolve(*set, job.ns, job.overrides, ns);
    const auto selected =
        carbon::select(*signals(), resolved.signal_source.value, resolved.signal_zone.value);
    return AccountBasis{resolved.policy_key, selected.signal->zone};
  };
  return out;
}

void Records::load(std::stop_token stop) {
  warn("what was learned of durations", durations_.load(stop));
  warn("what was observed of carbon intensity", observed_.load(stop));
}

void Records::signals_changed() {
  observed_.observe();
  upkeep_.ask_within(kSignals, SignalPublisher::kBetween);
  upkeep_.ask_within(kObserved, ObservedBook::kBetween);
  upkeep_.ask_within(kStatuses, kStatusBetween);
}

void Records::policies_changed() { upkeep_.ask_within(kStatuses, Seconds(1)); }
void Records::jobs_changed() { upkeep_.ask_within(kStatuses, kStatusBetween); }

bool Records::finished(const placement::JobFacts& job) {
  if (!durations_.learn(job)) return false;
  upkeep_.ask_within(kDurations, DurationBook::kBetween);
  return true;
}

void Records::gone(const placement::JobFacts& job) { accountant_.gone(job); }

void Records::released(const std::string& policy_key, const std::string& reason) {
  statuses_.released(policy_key, reason);
}

void Records::lead() {
  statuses_.forget();
  accountant_.lead();
  for (const auto* task : {kDurations, kObserved, kSignals, kStatuses, kLedger}) upkeep_.ask(task);
}

}  // namespace karbonetes::controller
