// What to do next with one Job that the controller holds in its store. Pure: the state machine of
// semantics, without I/O.
//
//   None --unstarted, may wait--> Waiting      None --started--> Missed      None --suspended-->
//   UserSuspended Waiting --green | deadline | run-now | opted out--> Released      Waiting
//   --started by somebody else--> Released
#pragma once

#include <optional>
#include <string>

#include "placement/evaluate.hpp"
#include "placement/job_facts.hpp"

namespace karbonetes::controller {

enum class Act {
  Nothing,  // wait until decision.next_check, or for good
  Release,
  Hold,  // the webhook missed it, and it has not started
  MarkMissed,
  MarkUserSuspended,
  MarkTaken,  // somebody else started a Job that waited
};

struct Step {
  Act act = Act::Nothing;
  std::string sentence;               // for the marks
  std::optional<TimePoint> again_at;  // for Nothing: when time alone may change the answer
};

[[nodiscard]] Step next_step(const placement::JobFacts& job,
                             const placement::Evaluation& evaluation, TimePoint now);

}  // namespace karbonetes::controller
