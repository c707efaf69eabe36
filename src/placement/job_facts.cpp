#include "placement/job_facts.hpp"

#include "api/v1alpha1/names.hpp"
#include "placement/kueue_gate.hpp"
#include "placement/pod_requests.hpp"

namespace karbonetes::placement {

namespace {

// The value of spec.managedBy that means the built-in Job controller (KEP-4368).
constexpr std::string_view kBuiltInJobController = "kubernetes.io/job-controller";

std::optional<TimePoint> instant(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto parsed = parse_rfc3339(text);
  if (!parsed) return std::nullopt;
  return *parsed;
}

void read_annotation(JobFacts& facts, std::string_view key, std::string_view value,
                     std::vector<std::string>* ignored) {
  if (key == api::kCronJobScheduledAt) {
    facts.scheduled_at = instant(value);
  } else if (key == api::kKueueGatedBy) {
    facts.kueue_gates = std::string(value);
  } else if (!key.starts_with(api::kPrefix)) {
    return;
  } else if (key == api::kDeadline) {
    facts.deadline = instant(value);
  } else if (key == api::kWaitingSince) {
    facts.waiting_since = instant(value);
  } else if (key == api::kReleasedAt) {
    facts.released_at = instant(value);
  } else if (key == api::kPlan) {
    facts.note = decode_note(value);
  } else if (key == api::kAccount) {
    facts.accounted = true;
  } else {
    if (key == api::kEnabled && policy::opts_in(value)) facts.opted_in = true;
    auto sentence = policy::apply_annotation(facts.overrides, key, value);
    if (sentence && ignored != nullptr) ignored->push_back(std::move(*sentence));
  }
}

}  // namespace

bool JobFacts::gated() const { return has_gate(kueue_gates); }

JobFacts facts_of(const kube::JobView& job, std::vector<std::string>* ignored) {
  JobFacts facts;
  facts.ns = std::string(job.ns);
  facts.name = std::string(job.name);
  facts.uid = std::string(job.uid);
  facts.resource_version = std::string(job.resource_version);
  facts.created = instant(job.creation_timestamp).value_or(TimePoint{});
  facts.has_labels = !job.labels.empty();
  facts.has_annotations = !job.annotations.empty();
  for (const auto& [key, value] : job.labels) {
    if (key == api::kState) facts.state = state_from(value);
    if (key == api::kEnabled && policy::opts_in(value)) facts.opted_in = true;
    if (key == api::kKueueQueue && !value.empty()) facts.queued_by_kueue = true;
  }
  for (const auto& [key, value] : job.annotations) read_annotation(facts, key, value, ignored);
  if (job.controller_owner && job.controller_owner->kind == "CronJob") {
    facts.cronjob = std::string(job.controller_owner->name);
  }
  facts.suspend = job.suspend;
  facts.started = !job.start_time.empty() || job.active > 0;
  facts.finished = job.finished();
  facts.deleting = !job.deletion_timestamp.empty();
  facts.foreign_manager = !job.managed_by.empty() && job.managed_by != kBuiltInJobController;
  facts.pod = pod_template_of(job);
  facts.generate_name = std::string(job.generate_name);
  facts.complete = job.complete;
  facts.indexed = job.completion_mode == "Indexed";
  facts.started_at = instant(job.start_time);
  facts.finished_at = instant(job.complete ? job.completion_time : job.failed_time);
  facts.pods = ledger::pods_at_once(job.parallelism, job.completions);
  if (facts.state == JobState::Waiting || needs_account(facts)) {
    // What cannot be read costs an estimate, not a Job.
    if (auto requests = requests_of({job.containers, job.init_containers, job.overhead,
                                     job.pod_resources, job.node_selector})) {
      facts.requests = std::move(*requests);
    }
  }
  return facts;
}

void abridge(JobFacts& facts) {
  const auto& pod = facts.pod;
  if (pod.affinity.size() + pod.tolerations.size() + pod.node_selector.size() +
          pod.annotations.size() >
      kMaxKept) {
    facts.pod = {};
    facts.abridged = true;
  }
  if (facts.kueue_gates.size() > kMaxKept) {
    facts.kueue_gates = facts.gated() ? add_gate("") : "";
    facts.abridged = true;
  }
}

bool needs_account(const JobFacts& job) {
  if (!job.finished || job.accounted || !job.started_at || !job.finished_at) return false;
  return job.state == JobState::Released || job.state == JobState::Missed ||
         job.state == JobState::Shadow;
}

std::string_view name(JobState state) {
  switch (state) {
    case JobState::None:
      return "";
    case JobState::Waiting:
      return api::kStateWaiting;
    case JobState::Released:
      return api::kStateReleased;
    case JobState::UserSuspended:
      return api::kStateUserSuspended;
    case JobState::Missed:
      return api::kStateMissed;
    case JobState::Shadow:
      return api::kStateShadow;
  }
  return "";
}

JobState state_from(std::string_view label) {
  for (const JobState state : {JobState::Waiting, JobState::Released, JobState::UserSuspended,
                               JobState::Missed, JobState::Shadow}) {
    if (label == name(state)) return state;
  }
  return JobState::None;
}

}  // namespace karbonetes::placement
