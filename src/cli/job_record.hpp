// One Job as the command line tells of it: the shared reading of a Job, plus what Karbonetes wrote
// on it for people. Owned values; pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kube/model/job.hpp"
#include "placement/job_facts.hpp"

namespace karbonetes::cli {

struct JobRecord {
  placement::JobFacts facts;
  std::string decision;        // carbon-aware.io/decision; untrusted text
  std::string release_reason;  // carbon-aware.io/release-reason; untrusted text
  std::string account;         // carbon-aware.io/account; untrusted text
  std::string managed_by;
  bool complete = false;
  bool failed = false;
  std::vector<std::string> ignored;  // a sentence for each annotation whose value was ignored
};

[[nodiscard]] JobRecord record_of(const kube::JobView& job);

// Karbonetes has to do with it: it is opted in, or it carries a state.
[[nodiscard]] bool concerns_us(const JobRecord& job);
// It waits: held by us, or opted in, not started and not yet seen by the controller.
[[nodiscard]] bool waits(const JobRecord& job);

// "waiting", "released", "finished", "failed", "user-suspended", "missed", "shadow", "unseen"
// (opted in, no state yet), "not opted in".
[[nodiscard]] std::string state_text(const JobRecord& job);

}  // namespace karbonetes::cli
