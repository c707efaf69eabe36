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
#include "plan/decide.hpp"

namespace karbonetes::placement {

// "test" operations that make a patch hold only for the very Job version that was decided on.
[[nodiscard]] json::Document guards(const JobFacts& job);

// waiting: suspended (or gated), with the reasons on it.
void append_hold(json::Document& patch, const JobFacts& job, const plan::Decision& decision,
                 TimePoint now);

// released: unsuspended (or ungated) and directed, in one. Errors: Parse from append_placement;
// then nothing was appended, and the caller uses append_release_untouched: an odd affinity must not
// hold a Job.
[[nodiscard]] Status append_release(json::Document& patch, const JobFacts& job,
                                    const plan::Decision& decision, const Directives& directives,
                                    TimePoint now);

// The same without any directive on the pods: cannot fail.
void append_release_untouched(json::Document& patch, const JobFacts& job,
                              const plan::Decision& decision, TimePoint now);

// Only the label and a sentence: user-suspended, missed, or released by somebody else.
void append_mark(json::Document& patch, const JobFacts& job, JobState state,
                 const std::string& sentence);

}  // namespace karbonetes::placement
