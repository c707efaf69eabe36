// The transitions of a Job as JSON Patch: hold it, release it, or mark what it is. The webhook
// answers with them at CREATE; the controller sends them with guards(), so that a Job that changed
// meanwhile is read again instead of started twice or half directed. A Job queued by Kueue is held
// by its admission gate and its `suspend` is never written. Pure.
#pragma once

#include <string>

#include "base/result.hpp"
#include "json/document.hpp"
#include "placement/job_facts.hpp"
#include "placement/placement.hpp"
#include "placement/plan_note.hpp"
#include "plan/decide.hpp"

namespace karbonetes::placement {

// "test" operations that make a patch hold only for the very Job version that was decided on.
[[nodiscard]] json::Document guards(const JobFacts& job);

// waiting: suspended (or gated), with the reasons on it.
void append_hold(json::Document& patch, const JobFacts& job, const plan::Decision& decision,
                 const PlanNote& note, TimePoint now);

// Still waiting, for another start than the one on it.
void append_replan(json::Document& patch, const JobFacts& job, const std::string& sentence,
                   const PlanNote& note);

// released: unsuspended (or ungated) and directed, in one. Errors: Parse from append_placement;
// then nothing was appended, and the caller uses append_release_untouched: an odd affinity must not
// hold a Job.
[[nodiscard]] Status append_release(json::Document& patch, const JobFacts& job,
                                    const plan::Decision& decision, const PlanNote& note,
                                    const Directives& directives, TimePoint now);

// The same without any directive on the pods: cannot fail.
void append_release_untouched(json::Document& patch, const JobFacts& job,
                              const plan::Decision& decision, const PlanNote& note, TimePoint now);

// shadow: what would have been done is written on the Job, and nothing else changes. A decision to
// release sets released-at, which is when the Job would have started.
void append_shadow(json::Document& patch, const JobFacts& job, const plan::Decision& decision,
                   const PlanNote& note, TimePoint now);

// The account of a finished Job, as one annotation. `account` is its text.
void append_account(json::Document& patch, const JobFacts& job, const std::string& account);

// Only the label and a sentence: user-suspended, missed, or released by somebody else.
void append_mark(json::Document& patch, const JobFacts& job, JobState state,
                 const std::string& sentence);

}  // namespace karbonetes::placement
