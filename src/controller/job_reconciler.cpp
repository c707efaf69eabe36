#include "controller/job_reconciler.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "placement/transitions.hpp"

namespace karbonetes::controller {

namespace {

using placement::JobFacts;

// A Job that changes faster than this many reads in a row goes back to the queue.
constexpr int kMaxAttempts = 4;

// A new forecast moves the plans of all that wait at once. That is told on the Jobs at this pace,
// so that releases are not behind it in the queue.
constexpr double kReplansPerMinute = 1200;
constexpr double kReplanBurst = 200;

// A replica that does not lead releases a Job that is so long overdue: its leader hangs, or has
// been cut off without knowing. The patch's tests let only one of them start it.
constexpr Millis kStandIn = std::chrono::seconds(3);

// The API server, or a policy engine before it, will not have this patch; it may have a smaller
// one.
bool refused(const Error& error) {
  return error.code == Errc::Invalid || error.code == Errc::Forbidden ||
         error.code == Errc::InvalidArgument;
}

}  // namespace

JobReconciler::JobReconciler(Knowledge knowledge, Colleagues colleagues)
    : know_(std::move(knowledge)),
      with_(std::move(colleagues)),
      replans_(kReplansPerMinute, kReplanBurst, 1, know_.clock.now()) {}

std::optional<TimePoint> JobReconciler::replan_later() {
  const std::lock_guard lock(mutex_);
  replans_.refill(know_.clock.now());
  if (!replans_.has(1)) return replans_.when(1);
  replans_.take(1);
  return std::nullopt;
}

Result<kube::Outcome> JobReconciler::reconcile(std::string_view key, std::stop_token stop) {
  auto job = know_.jobs.get(key);
  if (!job) {
    with_.pace.forget(key);
    return kube::Outcome{};
  }
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    if (!know_.leading()) {
      // Whoever leads next looks at every Job anew; what is late is not left to that.
      // Model step Forget, model/release.pml.
      // Model step StandIn, model/release.pml.
      if (job->state != placement::JobState::Waiting || !job->deadline) return kube::Outcome{};
      const TimePoint overdue = *job->deadline + kStandIn;
      if (know_.clock.now() < overdue) return kube::Outcome{overdue};
    }
    const auto evaluation = evaluate(*job);
    Step step = next_step(*job, evaluation, know_.clock.now());
    if (step.act != Act::Release) with_.pace.forget(key);
    if (step.act == Act::Nothing) return kube::Outcome{step.again_at};
    if (const auto later = hold_back(*job, evaluation, step)) return *later;
    if (!job->abridged) {
      auto status = act(*job, evaluation, step, stop);
      if (status) {
        took(*job, evaluation, step);
        return kube::Outcome{step.again_at};
      }
      if (step.act == Act::Release) with_.pace.back(key);
      if (status.error().code == Errc::NotFound) return kube::Outcome{};
      if (status.error().code != Errc::Conflict) return fail(status.error());
      with_.metrics.conflict();
    }
    // Model step Retry, model/release.pml.
    auto fresh = with_.writer.read(job->ns, job->name, stop);
    if (!fresh) {
      if (fresh.error().code == Errc::NotFound) return kube::Outcome{};
      return fail(fresh.error());
    }
    job = std::move(*fresh);
  }
  return fail(Errc::Conflict, "the Job kept changing while it was being patched");
}

placement::Evaluation JobReconciler::evaluate(const JobFacts& job) const {
  const auto policies = know_.policies.get();
  const auto signals = know_.signals();
  const placement::World world{*policies,
                               *signals,
                               job.cronjob.empty() ? std::nullopt : know_.cron(job.ns, job.cronjob),
                               know_.learned(job),
                               know_.system_namespace,
                               know_.clock.now()};
  if (!know_.handing_back) return placement::evaluate(job, world);
  JobFacts asked = job;
  asked.overrides.run_now = true;
  auto evaluation = placement::evaluate(asked, world);
  if (evaluation.decision.reason == plan::Reason::RunNow)
    evaluation.decision = plan::handed_back(std::move(evaluation.decision));
  return evaluation;
}

std::optional<kube::Outcome> JobReconciler::hold_back(const JobFacts& job,
                                                      const placement::Evaluation& evaluation,
                                                      Step& step) {
  // Its deadline asks nobody, even when it comes at a green moment.
  const bool due = know_.clock.now() >= evaluation.decision.deadline;
  if (step.act == Act::Release && !due && is_paced(evaluation.decision.reason) &&
      !with_.pace.may_go(job, evaluation)) {
    return kube::Outcome{evaluation.decision.deadline};  // woken earlier, when its turn has come
  }
  if (step.act == Act::Replan) {
    if (const auto later = replan_later()) {
      return kube::Outcome{step.again_at ? std::min(*later, *step.again_at) : *later};
    }
  }
  if (step.act == Act::Account) {
    auto answer = with_.accounts.account(job);
    if (!answer.text) return kube::Outcome{answer.again_at};
    step.sentence = std::move(*answer.text);
  }
  return std::nullopt;
}

Status JobReconciler::act(const JobFacts& job, const placement::Evaluation& evaluation,
                          const Step& step, std::stop_token stop) {
  if (step.act == Act::Release) return release(job, evaluation, std::move(stop));
  const auto now = know_.clock.now();
  const auto note = placement::note_of(evaluation);
  auto patch = placement::guards(job);
  switch (step.act) {
    case Act::Hold:
      placement::append_hold(patch, job, evaluation.decision, note, now);
      break;
    case Act::Replan:
      placement::append_replan(patch, job, step.sentence, note);
      break;
    case Act::Shadow:
      placement::append_shadow(patch, job, evaluation.decision, note, now);
      break;
    case Act::Account:
      placement::append_account(patch, job, step.sentence);
      break;
    case Act::MarkMissed:  // Model step MarkMissed, model/release.pml.
      placement::append_mark(patch, job, placement::JobState::Missed, step.sentence);
      break;
    case Act::MarkUserSuspended:  // Model step MarkUserSuspended, model/release.pml.
      placement::append_mark(patch, job, placement::JobState::UserSuspended, step.sentence);
      break;
    case Act::MarkTaken:  // Model step MarkTaken, model/release.pml.
      placement::append_mark(patch, job, placement::JobState::Released, step.sentence);
      break;
    case Act::Nothing:
    case Act::Release:
      return {};
  }
  return with_.writer.patch(job.ns, job.name, patch, std::move(stop));
}

void JobReconciler::took(const JobFacts& job, const placement::Evaluation& evaluation,
                         const Step& step) {
  const auto& decision = evaluation.decision;
  switch (step.act) {
    case Act::Hold:
      return with_.metrics.held();
    case Act::MarkMissed:
      return with_.metrics.missed();
    case Act::Replan:
      return with_.metrics.replanned();
    case Act::Account:
      return with_.accounts.written(job);
    case Act::Shadow:
      if (decision.action == plan::Action::Release) {
        with_.metrics.shadow_released(decision.reason);
        with_.released(evaluation.policy.policy_key, plan::name(decision.reason));
      }
      return;
    case Act::Release:
      with_.pace.released(job.key());
      with_.released(evaluation.policy.policy_key, plan::name(decision.reason));
      return;
    case Act::Nothing:
    case Act::MarkUserSuspended:
    case Act::MarkTaken:
      return;
  }
}

Status JobReconciler::release(const JobFacts& job, const placement::Evaluation& evaluation,
                              std::stop_token stop) {
  const auto& decision = evaluation.decision;
  const auto now = know_.clock.now();
  const auto note = placement::note_of(evaluation);
  auto patch = placement::guards(job);
  const auto directives = placement::directives_for(decision, evaluation.policy);
  Status status = placement::append_release(patch, job, decision, note, directives, now);
  if (status) status = with_.writer.patch(job.ns, job.name, patch, stop);
  if (!status && !decision.strict &&
      (refused(status.error()) || status.error().code == Errc::Parse)) {
    // Nothing may hold a Job past its time, least of all our own wish where it should run. A strict
    // Job keeps its promise and is tried again; at its deadline the decision is no longer strict
    // unless its policy says so.
    // Model step PlaceLikeAnyOther, model/release.pml.
    const std::string why = status.error().message;
    patch = placement::guards(job);
    placement::append_release_untouched(patch, job, decision, note, now);
    status = with_.writer.patch(job.ns, job.name, patch, std::move(stop));
    if (status) with_.announcer.misplaced(job, "released, but placed like any other Job: " + why);
  }
  if (!status) return status;
  const Millis waited =
      job.waiting_since ? std::max(Millis{0}, now - *job.waiting_since) : Millis{0};
  with_.metrics.released(decision.reason, decision.pool, waited,
                         std::max(Millis{0}, now - decision.deadline));
  spdlog::info("released job={} reason={} pool={} waited={}", job.key(),
               plan::name(decision.reason), plan::name(decision.pool),
               format_duration(std::chrono::floor<Seconds>(waited)));
  return {};
}

}  // namespace karbonetes::controller
