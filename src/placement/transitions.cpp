#include "placement/transitions.hpp"

#include <map>
#include <string_view>

#include "api/v1alpha1/names.hpp"
#include "placement/json_patch.hpp"
#include "placement/kueue_gate.hpp"

namespace karbonetes::placement {

namespace {

using json::Document;
using Entries = std::map<std::string_view, std::string>;

// Sets entries of metadata.labels or metadata.annotations; makes the map when the Job has none.
void set_metadata(Document& patch, std::string_view map, bool exists, const Entries& entries) {
  const std::string base = "/metadata/" + std::string(map);
  if (!exists) {
    Document value = Document::object();
    for (const auto& [key, text] : entries) value[std::string(key)] = text;
    add_op(patch, base, std::move(value));
    return;
  }
  for (const auto& [key, text] : entries) add_op(patch, base + "/" + pointer_token(key), text);
}

void set_state(Document& patch, const JobFacts& job, JobState state) {
  set_metadata(patch, "labels", job.has_labels, {{api::kState, std::string(name(state))}});
}

}  // namespace

// Model step Guard, model/release.pml.
Document guards(const JobFacts& job) {
  Document patch = Document::array();
  test_op(patch, "/metadata/uid", job.uid);
  test_op(patch, "/metadata/resourceVersion", job.resource_version);
  return patch;
}

// Model step Hold, model/release.pml.
void append_hold(Document& patch, const JobFacts& job, const plan::Decision& decision,
                 const PlanNote& note, TimePoint now) {
  set_state(patch, job, JobState::Waiting);
  Entries annotations{{api::kDeadline, format_rfc3339(decision.deadline)},
                      {api::kWaitingSince, format_rfc3339(now)},
                      {api::kDecision, decision.text},
                      {api::kPlan, encode_note(note)}};
  if (job.queued_by_kueue) annotations.emplace(api::kKueueGatedBy, add_gate(job.kueue_gates));
  set_metadata(patch, "annotations", job.has_annotations, annotations);
  if (job.suspend_is_ours()) add_op(patch, "/spec/suspend", true);
}

// Model step Replan, model/release.pml.
void append_replan(Document& patch, const JobFacts& job, const std::string& sentence,
                   const PlanNote& note) {
  set_metadata(patch, "annotations", job.has_annotations,
               {{api::kDecision, sentence}, {api::kPlan, encode_note(note)}});
}

// Model step Release, model/release.pml.
Status append_release(Document& patch, const JobFacts& job, const plan::Decision& decision,
                      const PlanNote& note, const Directives& directives, TimePoint now) {
  Document placement = Document::array();
  if (auto status = append_placement(placement, job.pod, directives); !status) return status;
  for (auto& operation : placement) patch.push_back(std::move(operation));
  append_release_untouched(patch, job, decision, note, now);
  return {};
}

// Model step ReleaseUntouched, model/release.pml.
void append_release_untouched(Document& patch, const JobFacts& job, const plan::Decision& decision,
                              const PlanNote& note, TimePoint now) {
  set_state(patch, job, JobState::Released);
  set_metadata(patch, "annotations", job.has_annotations,
               {{api::kReleaseReason, plan::name(decision.reason)},
                {api::kReleasedAt, format_rfc3339(now)},
                {api::kDecision, decision.text},
                {api::kPlan, encode_note(note)}});
  if (job.gated()) {
    const auto path = "/metadata/annotations/" + pointer_token(api::kKueueGatedBy);
    const auto others = remove_gate(job.kueue_gates);
    if (others.empty()) {
      remove_op(patch, path);
    } else {
      add_op(patch, path, others);
    }
  }
  if (job.suspend && job.suspend_is_ours()) add_op(patch, "/spec/suspend", false);
}

void append_shadow(Document& patch, const JobFacts& job, const plan::Decision& decision,
                   const PlanNote& note, TimePoint now) {
  set_state(patch, job, JobState::Shadow);
  Entries annotations{{api::kDeadline, format_rfc3339(decision.deadline)},
                      {api::kDecision, "shadow, nothing is changed; would be " + decision.text},
                      {api::kPlan, encode_note(note)}};
  if (!job.waiting_since) annotations.emplace(api::kWaitingSince, format_rfc3339(now));
  if (decision.action == plan::Action::Release) {
    annotations.emplace(api::kReleasedAt, format_rfc3339(now));
    annotations.emplace(api::kReleaseReason, plan::name(decision.reason));
  }
  set_metadata(patch, "annotations", job.has_annotations, annotations);
}

void append_account(Document& patch, const JobFacts& job, const std::string& account) {
  set_metadata(patch, "annotations", job.has_annotations, {{api::kAccount, account}});
}

void append_mark(Document& patch, const JobFacts& job, JobState state,
                 const std::string& sentence) {
  set_state(patch, job, state);
  set_metadata(patch, "annotations", job.has_annotations, {{api::kDecision, sentence}});
}

}  // namespace karbonetes::placement
