#include "webhook/admit.hpp"

#include <utility>

#include "api/v1alpha1/names.hpp"
#include "placement/evaluate.hpp"
#include "placement/json_patch.hpp"
#include "placement/kueue_gate.hpp"
#include "placement/transitions.hpp"

namespace karbonetes::webhook {

namespace {

using placement::JobFacts;
using placement::JobState;

// The API server calls a webhook again in the same request when a later one changed the object. A
// decision this young is ours of that very request, or a copy so fresh that it makes no difference.
constexpr Millis kReinvocation = std::chrono::minutes(1);

bool recent(const std::optional<TimePoint>& at, TimePoint now) {
  return at && *at <= now + kReinvocation && now - *at < kReinvocation;
}

bool already_decided(const JobFacts& job, TimePoint now) {
  if (job.state == JobState::Waiting) {
    const bool held = job.queued_by_kueue ? job.gated() : job.suspend;
    return held && recent(job.waiting_since, now);
  }
  if (job.state == JobState::UserSuspended) return job.suspend;
  if (job.state == JobState::Shadow) return recent(job.waiting_since, now);
  return job.state == JobState::Released && recent(job.released_at, now);
}

// Marks of an earlier life: the manifest was copied from a Job that had been managed. What the new
// decision writes itself is not dropped.
void drop_stale_marks(json::Document& patch, const JobFacts& job, Outcome outcome) {
  const bool released = outcome == Outcome::Released;
  for (const auto& [present, key] : {std::pair{released && job.deadline, api::kDeadline},
                                     std::pair{released && job.waiting_since, api::kWaitingSince},
                                     std::pair{!released && job.released_at, api::kReleasedAt},
                                     std::pair{job.accounted, api::kAccount}}) {
    if (present)
      placement::remove_op(patch, "/metadata/annotations/" + placement::pointer_token(key));
  }
}

// A suspension that its author wrote. One that says `waiting` was written by us, in this request or
// in the life that the manifest was copied from. Kueue suspends what it queues, so there it says
// nothing about the author.
bool suspended_by_user(const JobFacts& job) {
  return job.suspend && job.suspend_is_ours() && job.state != JobState::Waiting;
}

}  // namespace

const char* name(Outcome outcome) {
  switch (outcome) {
    case Outcome::NotOptedIn:
      return "not-opted-in";
    case Outcome::NotManaged:
      return "not-managed";
    case Outcome::UserSuspended:
      return "user-suspended";
    case Outcome::Unchanged:
      return "unchanged";
    case Outcome::Held:
      return "held";
    case Outcome::Released:
      return "released";
    case Outcome::Shadowed:
      return "shadowed";
  }
  return "unchanged";
}

// Model step Admit, model/release.pml.
Admission admit(const kube::JobView& view, std::string_view ns, const Knowledge& k) {
  Admission out;
  JobFacts job = placement::facts_of(view, &out.warnings);
  if (job.ns.empty()) job.ns = std::string(ns);
  if (!job.opted_in) {
    out.warnings.clear();
    return out;
  }
  if (job.foreign_manager && !job.queued_by_kueue) {
    out.outcome = Outcome::NotManaged;
    out.warnings.emplace_back(
        "carbon-aware.io: this Job is left alone: spec.managedBy gives it to another controller, "
        "and only "
        "that one may start it");
    return out;
  }
  if (already_decided(job, k.now)) {
    out.outcome = Outcome::Unchanged;
    return out;
  }
  if (suspended_by_user(job)) {
    out.outcome = Outcome::UserSuspended;
    placement::append_mark(out.patch, job, JobState::UserSuspended,
                           "suspended by its author: Karbonetes will not start it");
    return out;
  }

  // What an earlier life left on the manifest says nothing about this one, which begins now.
  JobFacts newborn = job;
  newborn.state = JobState::None;
  newborn.deadline.reset();
  newborn.created = TimePoint{};
  newborn.released_at.reset();
  newborn.waiting_since.reset();
  auto evaluation = placement::evaluate(
      newborn,
      {k.policies, k.signals, job.cronjob.empty() ? std::nullopt : k.cron(job.ns, job.cronjob),
       k.durations ? k.durations(job.ns, job) : std::nullopt, k.system_namespace, k.now});
  for (auto& warning : evaluation.policy.warnings) out.warnings.push_back(std::move(warning));
  const auto& decision = evaluation.decision;
  const auto note = placement::note_of(evaluation);
  out.reason = plan::name(decision.reason);
  out.outcome = evaluation.policy.mode.value == api::Mode::Shadow ? Outcome::Shadowed
                : decision.action == plan::Action::Wait           ? Outcome::Held
                                                                  : Outcome::Released;
  drop_stale_marks(out.patch, job, out.outcome);
  if (out.outcome == Outcome::Shadowed) {
    newborn.has_annotations = job.has_annotations;
    placement::append_shadow(out.patch, newborn, decision, note, k.now);
    // A manifest copied from a Job that was held: its suspension was never its author's.
    if (job.suspend && job.suspend_is_ours()) placement::add_op(out.patch, "/spec/suspend", false);
    return out;
  }
  if (out.outcome == Outcome::Held) {
    placement::append_hold(out.patch, job, decision, note, k.now);
    return out;
  }
  const auto directives = placement::directives_for(decision, evaluation.policy);
  if (auto status = placement::append_release(out.patch, job, decision, note, directives, k.now);
      !status) {
    out.warnings.push_back(
        "carbon-aware.io: placed like any other Job, because its pod template cannot be read: " +
        status.error().message);
    placement::append_release_untouched(out.patch, job, decision, note, k.now);
  }
  return out;
}

}  // namespace karbonetes::webhook
