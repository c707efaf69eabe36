// What every Prometheus client tells of its own process, under the names that all use:
// process_cpu_seconds_total, process_resident_memory_bytes, process_open_fds,
// process_start_time_seconds. Read from /proc when scraped; what cannot be read is left out.
#pragma once

#include "metrics/registry.hpp"

namespace karbonetes::metrics {

void expose_process(Registry& registry);

}  // namespace karbonetes::metrics
