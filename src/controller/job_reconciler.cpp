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

// The API server, or a policy engine before it, will not have this patch; it may have a smaller
// one.
bool refused(const Error& error) {
  return error.code == Errc::Invalid || error.code == Errc::Forbidden ||
         error.code == Errc::InvalidArgument;
}

}  // namespace

JobReconciler::JobReconciler(Knowledge knowledge, JobWriter& writer, const Announcer& announcer,
                             Metrics& metrics)
    : know_(std::move(knowledge)), writer_(writer), announcer_(announcer), metrics_(metrics) {}

Result<kube::Outcome> JobReconciler::reconcile(std::string_view key, std::stop_token stop) {
  auto job = know_.jobs.get(key);
  if (!job) return kube::Outcome{};
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    if (!know_.leading()) return kube::Outcome{};  // whoever leads next looks at every Job anew
    const auto evaluation = evaluate(*job);
    const Step step = next_step(*job, evaluation, know_.clock.now());
    if (step.act == Act::Nothing) return kube::Outcome{step.again_at};
    auto status = act(*job, evaluation, step, stop);
    if (status) return kube::Outcome{};
    if (status.error().code == Errc::NotFound) return kube::Outcome{};
    if (status.error().code != Errc::Conflict) return fail(status.error());
    metrics_.conflict();
    auto fresh = writer_.read(job->ns, job->name, stop);
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
  const auto signal = know_.signal();
  const auto cron = job.cronjob.empty() ? std::nullopt : know_.cron(job.ns, job.cronjob);
  return placement::evaluate(job, *policies, *signal, cron, know_.system_namespace,
                             know_.clock.now());
}

Status JobReconciler::act(const JobFacts& job, const placement::Evaluation& evaluation,
                          const Step& step, std::stop_token stop) {
  if (step.act == Act::Release) return release(job, evaluation, std::move(stop));
  auto patch = placement::guards(job);
  switch (step.act) {
    case Act::Hold:
      placement::append_hold(patch, job, evaluation.decision, know_.clock.now());
      break;
    case Act::MarkMissed:
      placement::append_mark(patch, job, placement::JobState::Missed, step.sentence);
      break;
    case Act::MarkUserSuspended:
      placement::append_mark(patch, job, placement::JobState::UserSuspended, step.sentence);
      break;
    case Act::MarkTaken:
      placement::append_mark(patch, job, placement::JobState::Released, step.sentence);
      break;
    case Act::Nothing:
    case Act::Release:
      return {};
  }
  if (auto status = writer_.patch(job.ns, job.name, patch, std::move(stop)); !status) return status;
  if (step.act == Act::Hold) metrics_.held();
  if (step.act == Act::MarkMissed) metrics_.missed();
  return {};
}

Status JobReconciler::release(const JobFacts& job, const placement::Evaluation& evaluation,
                              std::stop_token stop) {
  const auto& decision = evaluation.decision;
  const auto now = know_.clock.now();
  auto patch = placement::guards(job);
  const auto directives = placement::directives_for(decision, evaluation.policy);
  Status status = placement::append_release(patch, job, decision, directives, now);
  if (status) status = writer_.patch(job.ns, job.name, patch, stop);
  if (!status && !decision.strict &&
      (refused(status.error()) || status.error().code == Errc::Parse)) {
    // Nothing may hold a Job past its time, least of all our own wish where it should run. A strict
    // Job keeps its promise and is tried again; at its deadline the decision is no longer strict
    // unless its policy says so.
    const std::string why = status.error().message;
    patch = placement::guards(job);
    placement::append_release_untouched(patch, job, decision, now);
    status = writer_.patch(job.ns, job.name, patch, std::move(stop));
    if (status) announcer_.misplaced(job, "released, but placed like any other Job: " + why);
  }
  if (!status) return status;
  const Millis waited =
      job.waiting_since ? std::max(Millis{0}, now - *job.waiting_since) : Millis{0};
  metrics_.released(decision.reason, decision.pool, waited,
                    std::max(Millis{0}, now - decision.deadline));
  spdlog::info("released job={} reason={} pool={} waited={}", job.key(),
               plan::name(decision.reason), plan::name(decision.pool),
               format_duration(std::chrono::floor<Seconds>(waited)));
  return {};
}

}  // namespace karbonetes::controller
