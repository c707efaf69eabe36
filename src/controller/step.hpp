// What to do next with one Job that the controller holds in its store. Pure: the state machine of
// semantics, without I/O.
//
//   None --unstarted, may wait--> Waiting      None --started--> Missed
//   None --suspended by its author--> UserSuspended
//   None --policy in Shadow mode--> Shadow
//   Waiting --green | planned | deadline | run-now | opted out--> Released
//   Waiting --started by somebody else--> Released
//   Waiting --its plan has moved--> Waiting
//   Shadow --would be released--> Shadow, with released-at
//   Released | Missed | Shadow --finished--> accounted
#pragma once

#include <optional>
#include <string>

#include "placement/evaluate.hpp"
#include "placement/job_facts.hpp"

namespace karbonetes::controller {

enum class Act {
  Nothing,  // wait until decision.next_check, or for good
  Release,
  Hold,     // the webhook missed it, and it has not started
  Replan,   // it waits on, for another start than the one written on it
  Shadow,   // record what would be done
  Account,  // finished: its account is to be closed
  MarkMissed,
  MarkUserSuspended,
  MarkTaken,  // somebody else started a Job that waited
};

struct Step {
  Act act = Act::Nothing;
  std::string sentence;  // for the marks and Replan
  std::optional<TimePoint>
      again_at;  // for Nothing and Replan: when time alone may change the answer
};

[[nodiscard]] Step next_step(const placement::JobFacts& job,
                             const placement::Evaluation& evaluation, TimePoint now);

}  // namespace karbonetes::controller
