#include "placement/evaluate.hpp"

#include <algorithm>

namespace karbonetes::placement {

namespace {

TimePoint started_from(const JobFacts& job, TimePoint now) {
  // The annotation counts on a CronJob's child alone: elsewhere it came along with a copied
  // manifest. A scheduled time in the future would be a clock that runs ahead, or a lie: neither
  // may lengthen the wait.
  if (!job.cronjob.empty() && job.scheduled_at) return std::min(*job.scheduled_at, now);
  return job.created == TimePoint{} ? now : std::min(job.created, now);
}

// What is written on a waiting Job was fixed at admission. An annotation beyond what any policy
// allows was edited by hand.
std::optional<TimePoint> written_deadline(const JobFacts& job, TimePoint from) {
  if (job.state != JobState::Waiting || !job.deadline) return std::nullopt;
  return std::min(*job.deadline, from + api::kHardMaxDelay);
}

}  // namespace

Evaluation evaluate(const JobFacts& job, const policy::PolicySet& policies,
                    const carbon::Signal& signal, const std::optional<plan::CronFacts>& cron,
                    std::string_view system_namespace, TimePoint now) {
  Evaluation out;
  out.policy = policy::resolve(policies, job.ns, job.overrides, system_namespace);
  const TimePoint from = started_from(job, now);
  out.deadline = plan::deadline_from(from, out.policy.max_delay.value);
  if (const auto written = written_deadline(job, from)) out.deadline.at = *written;
  if (cron)
    out.deadline =
        plan::cap_for_cron(out.deadline, *cron, from, out.policy.expected_duration.value);
  out.decision = job.opted_in ? plan::decide(out.policy, signal, out.deadline.at, now)
                              : plan::opted_out(out.deadline.at);
  return out;
}

}  // namespace karbonetes::placement
