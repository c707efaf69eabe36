#include "controller/step.hpp"

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

Step waiting_step(const JobFacts& job, const placement::Evaluation& evaluation) {
  if (!still_held(job)) return {Act::MarkTaken, "started by somebody else while it waited", {}};
  if (evaluation.decision.action == plan::Action::Release) return {Act::Release, {}, {}};
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
  if (job.started) {
    return {Act::MarkMissed,
            "already running when Karbonetes first saw it: the webhook was not reachable when it "
            "was created",
            {}};
  }
  if (job.suspend)
    return {Act::MarkUserSuspended, "suspended by its author: Karbonetes will not start it", {}};
  if (evaluation.decision.action == plan::Action::Release) {
    return {Act::MarkMissed, "may run now, and starts without the webhook", {}};
  }
  if (now < job.created + kSettle) return {Act::Nothing, {}, job.created + kSettle};
  return {Act::Hold, {}, {}};
}

}  // namespace

Step next_step(const JobFacts& job, const placement::Evaluation& evaluation, TimePoint now) {
  if (job.finished || job.deleting) return {};
  switch (job.state) {
    case JobState::Waiting:
      return waiting_step(job, evaluation);
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
