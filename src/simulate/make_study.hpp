// From traces, Jobs and scenarios to a Study: the rows, what is compared, what is suggested, what
// is drawn.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "simulate/compare.hpp"
#include "simulate/study.hpp"
#include "simulate/trace.hpp"
#include "simulate/workload.hpp"

namespace karbonetes::simulate {

struct Request {
  std::vector<Scenario> scenarios;
  // Rows that differ in nothing but these two rules are compared.
  std::optional<std::pair<Rule, Rule>> compare;
  Resampling resampling;
  bool suggest = false;
  double suggest_part = 0.9;
  std::vector<Millis> suggest_delays;  // ascending; empty: from 1 h to 24 h
  unsigned threads = 1;
  std::function<void(std::size_t done, std::size_t total)> progress;
};

// The Jobs that arrive while all traces last, each as it was; a note says how many are left out,
// and how many may run beyond the end, where the trace's mean is assumed. Errors: InvalidArgument:
// traces that do not overlap; no Job within them (says both periods, and how far to move).
[[nodiscard]] Result<Workload> within(const std::vector<Trace>& traces, Workload workload);

// By whole weeks, so that weekdays stay: the earliest arrival comes into the first week of the
// traces. A note says how far.
void align(const std::vector<Trace>& traces, Workload& workload);

// The workload lies within the traces. Errors: as run().
[[nodiscard]] Result<Study> make_study(const std::vector<Trace>& traces, const Workload& workload,
                                       const Request& request);

}  // namespace karbonetes::simulate
