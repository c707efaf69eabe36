#include "controller/job_sink.hpp"

#include <utility>

#include "api/v1alpha1/names.hpp"

namespace karbonetes::controller {

bool needs_us(const placement::JobFacts& job) {
  if (job.finished || job.deleting) return false;
  using placement::JobState;
  return job.state == JobState::Waiting || (job.state == JobState::None && job.opted_in);
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
    if (known->state != job.state)
      observer_(Seen::Changed, job, view->annotation(api::kDecision), ignored);
  } else if (change == kube::Change::Added && job.opted_in) {
    observer_(Seen::Appeared, job, view->annotation(api::kDecision), ignored);
  }
  if (change == kube::Change::Deleted || !needs_us(job)) {
    store_.erase(key);
  } else {
    store_.upsert(key, std::move(job));
  }
  return version;
}

}  // namespace karbonetes::controller
