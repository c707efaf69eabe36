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

// Silent leaves Decision's texts (text, degraded, signal_source) empty: for programs that decide
// millions of times and show none.
enum class Words { Told, Silent };
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
  Uninstall,  // Karbonetes goes
  NotGreen
};

struct Decision {
  Action action = Action::Wait;
  Pool pool = Pool::Green;  // meaningful for Release
  Reason reason = Reason::NotGreen;
  TimePoint deadline{};
  std::optional<TimePoint> next_green;  // expected start of the next green window
  TimePoint
      next_check{};  // Wait: when the answer may change by time alone; never after the deadline
  // Strategies other than FirstGreen, while they wait: when the Job is going to start as things
  // stand. Never after the deadline.
  std::optional<TimePoint> planned_start;
  // Part of the emissions of a start now that the planned start saves, 0..1; under FirstGreen, and
  // only where the policy has a minSaving: the next green start. nullopt: no forecast.
  std::optional<double> expected_saving;
  // Why the strategy could not be followed, and which holds instead; empty: it is followed.
  std::string degraded;
  bool strict = false;        // placement without fallback terms
  std::string signal_source;  // the source the decision rests on
  std::string text;           // one sentence for annotation, event and CLI, with absolute UTC times
};

// In this order: run-now; the deadline, at or after which a Job is always released; the strategy.
//
// FirstGreen releases when it is green: by the policy's rule (windows, threshold, percentile), else
// by the source's opinion, else by kDefaultPercentile. The others (plan/strategy.hpp) release when
// their start has come, wherever green may be; the policy's rule then says only whether a Job at
// its deadline goes to the green pool. Without a forecast they fall back to FirstGreen and say so.
// When waiting saves less than minSaving of a start now, there is no waiting. An Unknown signal: as
// the policy says.
//
// strict: a green release has no fallback; a deadline release goes where strictAtDeadline says.
// next_check <= deadline. `submitted`: since when the Job waits, which CarbonTime counts from;
// absent: now.
[[nodiscard]] Decision decide(const policy::ResolvedPolicy& policy, const carbon::Signal& signal,
                              TimePoint deadline, TimePoint now,
                              std::optional<TimePoint> submitted = std::nullopt,
                              Words words = Words::Told);

// A waiting Job whose opt-in was taken back is released at once, as its author wrote it.
[[nodiscard]] Decision opted_out(TimePoint deadline);

// Karbonetes is being uninstalled: `run_now`, which is what decide() says of a Job that is to run
// now, told as such.
[[nodiscard]] Decision handed_back(Decision run_now);

[[nodiscard]] const char* name(
    Reason reason);  // "green" | "planned" | "no-saving" | "fallback" | "run-now" |
                     // "signal-unknown" | "opted-out" | "uninstalled" | "not-green"
[[nodiscard]] const char* name(Pool pool);  // "green" | "fallback" | "untouched"

}  // namespace karbonetes::plan
