// One contender with so many waiting Jobs: what it costs to know them, to wait with them and to
// release them. Everything is measured from outside: /proc and the API server's audit log.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "json/document.hpp"
#include "scale/contender.hpp"
#include "scale/fleet.hpp"
#include "scale/list_reader.hpp"

namespace karbonetes::bench {

struct Plan {
  int jobs = 1000;
  std::chrono::seconds idle{30};
  bool release = true;
  int connections = 16;  // of the raw client: as many as the contender has workers
  int raw_jobs = 2000;   // released by the raw client before and after, as the ceiling
};

// The figures as JSON, see docs/performance.md for what each means. Leaves the Jobs of the fleet
// released when plan.release, else as they were.
[[nodiscard]] Result<json::Document> measure(const harness::Plane& plane, Contender& contender,
                                             Fleet& fleet, const Plan& plan);

}  // namespace karbonetes::bench
