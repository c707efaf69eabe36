#include "controller/metrics.hpp"

#include <map>
#include <utility>
#include <vector>

namespace karbonetes::controller {

namespace {

// Seconds: a minute to a day and a half, and below for tests and demos.
const std::vector<double> kWaitBuckets{1,    10,    60,    300,   900,   1800,  3600,
                                       7200, 14400, 28800, 43200, 86400, 129600};
const std::vector<double> kLateBuckets{0, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600};

double seconds(Millis d) { return std::chrono::duration<double>(d).count(); }

void expose_signal(metrics::Registry& registry, const std::string& source,
                   const carbon::Signal& signal, TimePoint now) {
  const auto state = carbon::state_at(signal, now);
  for (const auto each :
       {carbon::GreenState::Green, carbon::GreenState::NotGreen, carbon::GreenState::Unknown}) {
    registry
        .gauge("karbonetes_signal_state",
               "1 for what the source itself says; policies may call green something else",
               {{"source", source}, {"state", carbon::name(each)}})
        .set(each == state ? 1 : 0);
  }
  const auto freshness = carbon::freshness(signal, now);
  for (const auto each :
       {carbon::Freshness::Fresh, carbon::Freshness::Stale, carbon::Freshness::Unknown}) {
    registry
        .gauge("karbonetes_signal_freshness", "1 for how far the source may be trusted",
               {{"source", source}, {"freshness", carbon::name(each)}})
        .set(each == freshness ? 1 : 0);
  }
  registry
      .gauge("karbonetes_signal_age_seconds", "Since the source, or who stands in, was last heard",
             {{"source", source}})
      .set(signal.source.empty() ? 0 : seconds(now - signal.observed_at));
  if (const auto intensity = carbon::intensity_at(signal, now)) {
    registry
        .gauge("karbonetes_signal_intensity_grams_per_kwh", "Carbon intensity now, gCO2eq/kWh",
               {{"source", source}, {"kind", std::string(carbon::name(signal.forecast->kind()))}})
        .set(*intensity);
  }
}

}  // namespace

Metrics::Metrics(metrics::Registry& registry)
    : registry_(registry),
      wait_seconds_(registry.histogram("karbonetes_wait_seconds",
                                       "How long released Jobs had waited", kWaitBuckets)),
      late_seconds_(registry.histogram(
          "karbonetes_release_late_seconds",
          "How long after its deadline a Job was released; 0 when in time", kLateBuckets)),
      held_(registry.counter("karbonetes_caught_up_total",
                             "Jobs that the webhook missed and the controller held")),
      missed_(registry.counter("karbonetes_missed_total",
                               "Opted-in Jobs that had started before Karbonetes saw them")),
      conflicts_(registry.counter(
          "karbonetes_patch_conflicts_total",
          "Patches refused because the Job had changed; it was read and decided on again")),
      replanned_(registry.counter("karbonetes_replans_total",
                                  "Waiting Jobs whose planned start has moved")) {}

void Metrics::released(plan::Reason reason, plan::Pool pool, Millis waited, Millis late) {
  registry_
      .counter("karbonetes_releases_total", "Waiting Jobs released, by reason and pool",
               {{"reason", plan::name(reason)}, {"pool", plan::name(pool)}})
      .increment();
  wait_seconds_.observe(seconds(waited));
  late_seconds_.observe(seconds(late));
}
void Metrics::replanned() { replanned_.increment(); }
void Metrics::shadow_released(plan::Reason reason) {
  registry_
      .counter("karbonetes_shadow_releases_total",
               "Jobs in shadow that would have been released from waiting, by reason",
               {{"reason", plan::name(reason)}})
      .increment();
}
void Metrics::held() { held_.increment(); }
void Metrics::missed() { missed_.increment(); }
void Metrics::conflict() { conflicts_.increment(); }

void expose_state(metrics::Registry& registry, const JobStore& jobs,
                  std::function<std::shared_ptr<const carbon::Signals>()> signals,
                  const Clock& clock) {
  // Namespaces seen once are kept at 0, so that a series does not freeze at its last value.
  auto seen = std::make_shared<std::set<std::string>>();
  registry.before_scrape([&registry, &jobs, &clock, signals = std::move(signals), seen] {
    std::map<std::string, double> waiting;
    double overdue = 0;
    const auto now = clock.now();
    for (const auto& ns : *seen) waiting[ns] = 0;
    jobs.for_each([&](const StoredJob& job) {
      if (job.kind.state != placement::JobState::Waiting) return;
      waiting[job.kind.ns] += 1;
      if (job.own.deadline && *job.own.deadline < now) overdue += 1;
    });
    registry
        .gauge("karbonetes_overdue_jobs",
               "Jobs that wait although their deadline has passed; more than 0 for seconds only")
        .set(overdue);
    for (const auto& [ns, count] : waiting) {
      seen->insert(ns);
      registry
          .gauge("karbonetes_waiting_jobs", "Jobs that wait for green electricity",
                 {{"namespace", ns}})
          .set(count);
    }
    const auto snapshot = signals();
    for (const auto& [name, signal] : snapshot->by_source)
      expose_signal(registry, name, *signal, now);
  });
}

}  // namespace karbonetes::controller
