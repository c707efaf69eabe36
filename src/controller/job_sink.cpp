#include "controller/job_sink.hpp"

#include <optional>
#include <utility>

#include "api/v1alpha1/names.hpp"

namespace karbonetes::controller {

namespace {

// What happened to a Job of the store; nullopt: nothing that anybody is told of.
std::optional<Seen> change_of(const placement::JobFacts& known, const placement::JobFacts& job) {
  using placement::JobState;
  if (known.state != job.state) return Seen::Changed;
  if (job.state == JobState::Shadow && known.released_at != job.released_at) return Seen::Changed;
  const auto start = [](const placement::JobFacts& j) {
    return j.note ? j.note->start : std::optional<TimePoint>();
  };
  if (job.state == JobState::Waiting && start(known) != start(job)) return Seen::Replanned;
  return std::nullopt;
}

}  // namespace

bool needs_us(const placement::JobFacts& job) {
  using placement::JobState;
  if (placement::needs_account(job)) return true;
  if (job.finished || job.deleting) return false;
  return job.state == JobState::Waiting || (job.state == JobState::None && job.opted_in) ||
         (job.state == JobState::Shadow && !job.released_at);
}

JobSink::JobSink(JobStore& store, JobObserver observer)
    : store_(store), observer_(std::move(observer)) {}

void JobSink::begin_replace() { store_.begin_replace(); }
void JobSink::end_replace() { store_.end_replace(); }

Result<std::string> JobSink::apply(kube::Change change, json::Value object) {
  auto view = kube::decode_job(object);
  if (!view) return fail(view.error());
  std::vector<std::string> ignored;
  auto job = placement::facts_of(*view, &ignored);
  std::string version = job.resource_version;
  const std::string key = job.key();
  // A Job of the store may come as Added again, when all of them are listed anew.
  if (const auto known = store_.get(key); known && known->uid == job.uid) {
    if (const auto how = change_of(*known, job))
      observer_(*how, job, view->annotation(api::kDecision), ignored);
  } else if (change == kube::Change::Added && job.opted_in) {
    observer_(Seen::Appeared, job, view->annotation(api::kDecision), ignored);
  }
  const bool concerns_us = job.opted_in || job.state != placement::JobState::None;
  if (job.finished && concerns_us) observer_(Seen::Finished, job, {}, {});
  if (change == kube::Change::Deleted && placement::needs_account(job))
    observer_(Seen::Gone, job, {}, {});
  if (change == kube::Change::Deleted || !needs_us(job)) {
    store_.erase(key);
  } else {
    placement::abridge(job);
    store_.upsert(key, job);
  }
  return version;
}

}  // namespace karbonetes::controller
