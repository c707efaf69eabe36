#include "controller/step.hpp"

#include "plan/replan.hpp"

namespace karbonetes::controller {

namespace {

using placement::JobFacts;
using placement::JobState;

// The Job controller creates pods a moment before it says so in status.startTime. A Job that the
// webhook missed is therefore held only when nothing has started it for this long: then the Job
// controller is not at work, and no pod is cut off.
constexpr Millis kSettle = std::chrono::seconds(5);

// Held by what we wrote: its suspend field, or for Kueue's Jobs our gate.
bool still_held(const JobFacts& job) { return job.suspend_is_ours() ? job.suspend : job.gated(); }

plan::PlanBasis basis_of(const placement::PlanNote& note) {
  return {note.start, note.strategy, note.source, note.policy, note.generation, note.duration};
}

// Nothing, unless the start that is written on the Job is no longer the one that is planned.
// Model step WakeAtDeadline, model/release.pml.
Step keep_waiting(const JobFacts& job, const placement::Evaluation& evaluation) {
  const auto& decision = evaluation.decision;
  Step step{Act::Nothing, {}, decision.next_check};
  if (!job.note) return step;
  const auto moved = plan::moved(basis_of(*job.note), basis_of(placement::note_of(evaluation)),
                                 job.waiting_since.value_or(job.created), decision.deadline);
  if (!moved) return step;
  step.act = Act::Replan;
  step.sentence = decision.text + "; " + *moved;
  return step;
}

Step waiting_step(const JobFacts& job, const placement::Evaluation& evaluation) {
  if (!still_held(job)) return {Act::MarkTaken, "started by somebody else while it waited", {}};
  if (evaluation.decision.action == plan::Action::Release) return {Act::Release, {}, {}};
  return keep_waiting(job, evaluation);
}

// A Job under a policy that only watches: its would-be release is the last thing to happen to it.
Step shadow_step(const JobFacts& job, const placement::Evaluation& evaluation) {
  if (job.released_at) return {};
  if (evaluation.decision.action == plan::Action::Release) return {Act::Shadow, {}, {}};
  return {Act::Nothing, {}, evaluation.decision.next_check};
}

Step unseen_step(const JobFacts& job, const placement::Evaluation& evaluation, TimePoint now) {
  if (job.queued_by_kueue) {
    return {Act::MarkMissed,
            "queued by Kueue before Karbonetes saw it: Kueue alone decides when it starts",
            {}};
  }
  if (job.foreign_manager) {
    return {Act::MarkMissed,
            "managed by another controller (spec.managedBy): Karbonetes leaves it alone",
            {}};
  }
  if (job.suspend && !job.started)
    return {Act::MarkUserSuspended, "suspended by its author: Karbonetes will not start it", {}};
  if (evaluation.policy.mode.value == api::Mode::Shadow) return {Act::Shadow, {}, {}};
  if (job.started) {
    return {Act::MarkMissed,
            "already running when Karbonetes first saw it: the webhook was not reachable when it "
            "was created",
            {}};
  }
  if (evaluation.decision.action == plan::Action::Release) {
    return {Act::MarkMissed, "may run now, and starts without the webhook", {}};
  }
  if (now < job.created + kSettle) return {Act::Nothing, {}, job.created + kSettle};
  return {Act::Hold, {}, {}};
}

}  // namespace

// Model step Decide, model/release.pml.
Step next_step(const JobFacts& job, const placement::Evaluation& evaluation, TimePoint now) {
  // A Job that ran in shadow may finish before it would have started.
  const bool would_start_later = job.state == JobState::Shadow && !job.released_at;
  if (job.finished && !would_start_later)
    return placement::needs_account(job) ? Step{Act::Account, {}, {}} : Step{};
  if (job.deleting) return {};
  switch (job.state) {
    case JobState::Waiting:
      return waiting_step(job, evaluation);
    case JobState::Shadow:
      return shadow_step(job, evaluation);
    case JobState::None:
      return job.opted_in ? unseen_step(job, evaluation, now) : Step{};
    case JobState::Released:
    case JobState::UserSuspended:
    case JobState::Missed:
      return {};
  }
  return {};
}

}  // namespace karbonetes::controller
