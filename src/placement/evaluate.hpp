// From a Job's facts to a decision: policy, deadline, CronJob cap, plan::decide, in the one order
// that webhook, controller and CLI share. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "carbon/signals.hpp"
#include "placement/job_facts.hpp"
#include "placement/plan_note.hpp"
#include "plan/deadline.hpp"
#include "plan/decide.hpp"
#include "plan/estimate.hpp"
#include "policy/resolve.hpp"

namespace karbonetes::placement {

// What is known at `now` of the world around one Job. Views: it never outlives the call.
struct World {
  const policy::PolicySet& policies;
  const carbon::Signals& signals;
  std::optional<plan::CronFacts> cron;            // of the Job's CronJob, when it has one
  std::optional<plan::DurationEstimate> learned;  // from finished Jobs of its series
  std::string_view system_namespace;
  TimePoint now{};
};

struct Evaluation {
  policy::ResolvedPolicy policy;
  plan::Deadline deadline;
  plan::Decision decision;
  std::shared_ptr<const carbon::Signal> signal;  // the one that the decision rests on; never null
};

// The deadline of a waiting Job is the one written on it at admission, capped by its CronJob as
// that stands now; a Job without one counts from its creation (a CronJob's child: its scheduled
// time; before it exists: now). An opt-in taken back while waiting releases the Job at once.
// The expected duration is the annotation's, else the learned one, else the policy's.
[[nodiscard]] Evaluation evaluate(const JobFacts& job, const World& world);

// What the decision rests on, to be written on the Job.
[[nodiscard]] PlanNote note_of(const Evaluation& evaluation);

}  // namespace karbonetes::placement
