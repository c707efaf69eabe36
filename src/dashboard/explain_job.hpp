// Everything that holds for one Job, as `kubectl karbonetes explain -o json` says it. Reads the
// Job's CronJob, if it has one, so it may block.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "dashboard/collector.hpp"

namespace karbonetes::dashboard {

// Errors: NotFound when the Job is not on the board.
[[nodiscard]] Result<std::string> explain_job(Collector& collector, const cli::Fetch& fetch,
                                              const std::string& system_namespace,
                                              const std::string& ns, const std::string& name,
                                              TimePoint now);

}  // namespace karbonetes::dashboard
