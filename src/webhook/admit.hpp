// The webhook's decision for one Job at CREATE: hold it, let it run on the right pool, or leave it
// alone. Pure: what is known of policies, signal and CronJobs comes in as values, time is an
// argument, and nothing is called while deciding.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "carbon/signals.hpp"
#include "json/document.hpp"
#include "placement/job_facts.hpp"
#include "plan/deadline.hpp"
#include "plan/estimate.hpp"
#include "policy/resolve.hpp"

namespace karbonetes::webhook {

using CronLookup =
    std::function<std::optional<plan::CronFacts>(std::string_view ns, std::string_view name)>;

// How long Jobs of this series run, as learned; see plan/durations.hpp.
using DurationLookup = std::function<std::optional<plan::DurationEstimate>(
    std::string_view ns, const placement::JobFacts& job)>;

struct Knowledge {
  const policy::PolicySet& policies;
  const carbon::Signals& signals;
  const CronLookup& cron;
  const DurationLookup& durations;  // may be empty
  std::string_view system_namespace;
  TimePoint now;
};

enum class Outcome { NotOptedIn, NotManaged, UserSuspended, Unchanged, Held, Released, Shadowed };
[[nodiscard]] const char* name(Outcome outcome);  // metric label: "held", "released", ...

struct Admission {
  Outcome outcome = Outcome::NotOptedIn;
  std::string reason;  // plan::name(Reason) for Held and Released
  json::Document patch = json::Document::array();
  std::vector<std::string> warnings;  // shown to whoever created the Job
};

// `ns` is the request's namespace: the object may leave its own out. Never fails: a Job that cannot
// be understood is left as it is, with a warning. Applied to its own outcome within a minute
// (reinvocation) it changes nothing but a Kueue gate that another webhook made necessary meanwhile.
[[nodiscard]] Admission admit(const kube::JobView& view, std::string_view ns,
                              const Knowledge& knowledge);

}  // namespace karbonetes::webhook
