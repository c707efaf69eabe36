// A workload from a cluster's own objects: `kubectl get jobs,cronjobs -A -o yaml` (or json). Pure.
#pragma once

#include <string>
#include <string_view>

#include "ledger/energy.hpp"
#include "simulate/workload.hpp"

namespace karbonetes::simulate {

struct ObjectsOptions {
  std::string file;           // how errors name it
  TimePoint from{}, until{};  // CronJobs are expanded over [from, until); Jobs outside it are left
                              // out, with a note
  ledger::EnergyModel energy = ledger::model_of(ledger::CloudProvider::Gcp);
  Millis assumed_duration = std::chrono::hours(1);  // where nothing says how long a Job runs
  bool align = false;  // Jobs that are no CronJob's are moved by whole weeks, the earliest of them
                       // to the first week of the period
  bool only_opted_in = false;  // Jobs and jobTemplates with carbon-aware.io/enabled alone
};

inline constexpr std::size_t kMaxObjectsBytes = 256u << 20;

// YAML or JSON: a List, one object, or several YAML documents. Other kinds are left out, with a
// note. From a Job: arrival is its creation (a CronJob's child: its scheduled time); the duration
// is from startTime to completionTime, for one that has not finished the annotation
// expected-duration, else options.assumed_duration (counted in a note); requests as the controller
// reads them (placement/pod_requests.hpp); max-delay of its annotation is its delay_cap. A CronJob
// that is not suspended gives one Job for each tick (plan/cron.hpp, spec.timeZone; no zone: UTC):
// the duration is the median of its finished children in the file, else of the annotation, else
// assumed. Those children are not counted once more; children of a CronJob that is not in the file
// are Jobs as others. Forbid: no Job at a tick at which the one before still runs. Replace: the
// next tick ends the one before. Both: delay_cap as plan::cap_for_cron has it. Errors: Parse or
// InvalidArgument: "FILE: document N, Job team-a/train: ...", for YAML syntax "FILE:LINE: ...",
// saying what to write instead.
[[nodiscard]] Result<Workload> read_objects(std::string_view text, const ObjectsOptions& options);

}  // namespace karbonetes::simulate
