// From a Job's facts to a decision: policy, deadline, CronJob cap, plan::decide, in the one order
// that webhook, controller and CLI share. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "carbon/signal.hpp"
#include "placement/job_facts.hpp"
#include "plan/deadline.hpp"
#include "plan/decide.hpp"
#include "policy/resolve.hpp"

namespace karbonetes::placement {

struct Evaluation {
  policy::ResolvedPolicy policy;
  plan::Deadline deadline;
  plan::Decision decision;
};

// The deadline of a waiting Job is the one written on it at admission, capped by its CronJob as
// that stands now; a Job without one counts from its creation (a CronJob's child: its scheduled
// time; before it exists: now). An opt-in taken back while waiting releases the Job at once.
[[nodiscard]] Evaluation evaluate(const JobFacts& job, const policy::PolicySet& policies,
                                  const carbon::Signal& signal,
                                  const std::optional<plan::CronFacts>& cron,
                                  std::string_view system_namespace, TimePoint now);

}  // namespace karbonetes::placement
