#include "cli/job_record.hpp"

#include "api/v1alpha1/names.hpp"

namespace karbonetes::cli {

using placement::JobState;

JobRecord record_of(const kube::JobView& job) {
  JobRecord record;
  record.facts = placement::facts_of(job, &record.ignored);
  record.decision = job.annotation(api::kDecision);
  record.release_reason = job.annotation(api::kReleaseReason);
  record.account = job.annotation(api::kAccount);
  record.managed_by = job.managed_by;
  record.complete = job.complete;
  record.failed = job.failed;
  return record;
}

bool concerns_us(const JobRecord& job) {
  return job.facts.opted_in || job.facts.state != JobState::None;
}

bool waits(const JobRecord& job) {
  if (job.facts.finished || job.facts.deleting) return false;
  if (job.facts.state == JobState::Waiting) return true;
  return job.facts.state == JobState::None && job.facts.opted_in && !job.facts.started;
}

std::string state_text(const JobRecord& job) {
  if (!concerns_us(job)) return "not opted in";
  if (job.failed) return "failed";
  if (job.complete || job.facts.finished) return "finished";
  if (job.facts.state == JobState::None) return "unseen";
  return std::string(placement::name(job.facts.state));
}

}  // namespace karbonetes::cli
