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
  const bool ours = job.state == JobState::Waiting || job.state == JobState::Shadow;
  if (!ours || !job.deadline) return std::nullopt;
  return std::min(*job.deadline, from + api::kHardMaxDelay);
}

// annotation > learned > policy > unknown
void expect(policy::ResolvedPolicy& policy, const std::optional<plan::DurationEstimate>& learned) {
  if (!learned || policy.expected_duration.origin == policy::Origin::Annotation) return;
  policy.expected_duration = {learned->typical, policy::Origin::Learned};
  policy.long_duration = learned->long_run;
}

}  // namespace

Evaluation evaluate(const JobFacts& job, const World& world) {
  Evaluation out;
  out.policy = policy::resolve(world.policies, job.ns, job.overrides, world.system_namespace);
  expect(out.policy, world.learned);
  auto selected =
      carbon::select(world.signals, out.policy.signal_source.value, out.policy.signal_zone.value);
  if (!selected.note.empty())
    out.policy.warnings.push_back("policy " + out.policy.policy_key + ": " + selected.note);
  out.signal = std::move(selected.signal);
  const TimePoint from = started_from(job, world.now);
  out.deadline = plan::deadline_from(from, out.policy.max_delay.value);
  if (const auto written = written_deadline(job, from)) out.deadline.at = *written;
  if (world.cron) {
    const auto longest =
        out.policy.long_duration ? out.policy.long_duration : out.policy.expected_duration.value;
    out.deadline = plan::cap_for_cron(out.deadline, *world.cron, from, longest);
  }
  out.decision = job.opted_in ? plan::decide(out.policy, *out.signal, out.deadline.at, world.now,
                                             job.waiting_since)
                              : plan::opted_out(out.deadline.at);
  if (job.state == JobState::Waiting && job.opted_in &&
      out.policy.mode.value == api::Mode::Shadow) {
    // A policy that only watches holds nobody: what was held under it before is let go.
    out.decision = plan::opted_out(out.deadline.at);
    out.decision.text = "released where its author put it: policy " + out.policy.policy_key +
                        " is in Shadow mode now";
  }
  return out;
}

PlanNote note_of(const Evaluation& evaluation) {
  const auto& policy = evaluation.policy;
  PlanNote note;
  note.policy = policy.policy_key;
  note.generation = policy.policy ? policy.policy->generation : 0;
  if (policy.strategy.value != api::Strategy::FirstGreen)
    note.strategy = api::name(policy.strategy.value);
  note.signal = policy.signal_source.value;
  note.source = evaluation.signal->source;
  note.zone = evaluation.signal->zone;
  note.start = evaluation.decision.planned_start;
  note.duration = policy.expected_duration.value;
  return note;
}

}  // namespace karbonetes::placement
