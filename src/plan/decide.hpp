// The decision core that webhook, controller, CLI and simulator share: given what is known now,
// does this Job run, where, and why; if not, until when does it wait and when is it worth asking
// again. Pure: same inputs, same answer.
#pragma once

#include <optional>
#include <string>

#include "base/time.hpp"
#include "carbon/signal.hpp"
#include "policy/resolve.hpp"

namespace karbonetes::plan {

enum class Action { Wait, Release };
enum class Pool {
  Green,
  Fallback,
  Untouched
};  // Green: the green pool first, or only (strict). Untouched: no directive
enum class Reason {
  Green,
  Planned,     // Release: the strategy's start has come. Wait: it is still ahead
  NotWorthIt,  // waiting would save less than minSaving
  Deadline,
  RunNow,
  SignalUnknown,
  OptedOut,
  NotGreen
};

struct Decision {
  Action action = Action::Wait;
  Pool pool = Pool::Green;  // meaningful for Release
  Reason reason = Reason::NotGreen;
  TimePoint deadline{};
  std::optional<TimePoint> next_green;  // expected start of the next green window
  TimePoint
      next_check{};     // Wait: when the answer may change by time alone; never after the deadline
  // Strategies other than FirstGreen, while they wait: when the Job is going to start as things
  // stand. Never after the deadline.
  std::optional<TimePoint> planned_start;
  // Part of the emissions of a start now that the planned start saves, 0..1; nullopt: no forecast.
  std::optional<double> expected_saving;
  std::string degraded;  // why the strategy could not be followed, and FirstGreen holds; empty: it is
  bool strict = false;  // placement without fallback terms
  std::string signal_source;  // the source the decision rests on
  std::string text;           // one sentence for annotation, event and CLI, with absolute UTC times
};

// What green is: the policy's rule (windows, threshold, percentile), else the source's opinion, else
// kDefaultPercentile. run-now wins, then the strategy's start, then the deadline, then Unknown as the
// policy says. At or after the deadline the Job is always released. strict: a green release has no
// fallback; a deadline release goes where strictAtDeadline says. next_check <= deadline.
[[nodiscard]] Decision decide(const policy::ResolvedPolicy& policy, const carbon::Signal& signal,
                              TimePoint deadline, TimePoint now);

// A waiting Job whose opt-in was taken back is released at once, as its author wrote it.
[[nodiscard]] Decision opted_out(TimePoint deadline);

[[nodiscard]] const char* name(Reason reason);  // "green" | "planned" | "no-saving" | "fallback" | "run-now" |
                                                // "signal-unknown" | "opted-out" | "not-green"
[[nodiscard]] const char* name(Pool pool);      // "green" | "fallback" | "untouched"

}  // namespace karbonetes::plan
