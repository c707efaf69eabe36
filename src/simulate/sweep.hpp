// Many scenarios over some traces, on all cores. The rows come in the order of the traces and,
// within one, of the scenarios, whatever finishes first.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "simulate/summary.hpp"

namespace karbonetes::simulate {

using BaselinePtr = std::shared_ptr<const Baseline>;

struct Sweep {
  const std::vector<Trace>& traces;
  const Workload& workload;
  const std::vector<Scenario>& scenarios;
  unsigned threads = 1;
  // After each row: how many are done. Called by one thread at a time.
  std::function<void(std::size_t done, std::size_t total)> progress;
  // Sees each row as it was run; several threads at once. May be empty.
  std::function<void(std::size_t row, const std::vector<Ran>& runs, const BaselinePtr& baseline)>
      see;
};

[[nodiscard]] inline std::size_t row_of(const Sweep& sweep, std::size_t trace,
                                        std::size_t scenario) {
  return trace * sweep.scenarios.size() + scenario;
}

// Errors: as run(); the first of them, by row.
[[nodiscard]] Result<std::vector<Row>> run_all(const Sweep& sweep);

}  // namespace karbonetes::simulate
