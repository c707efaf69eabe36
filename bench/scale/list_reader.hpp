// The floor of a first sync: a client that asks for the same streaming list of all Jobs and does
// nothing with its bytes. By curl, whose speed is not ours to tune.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "harness/plane.hpp"

namespace karbonetes::bench {

struct ListRead {
  double seconds = 0;  // from start to the bookmark that ends the list
  double cpu_seconds = 0;
  std::int64_t bytes = 0;
};

// Errors: Timeout after ten minutes.
[[nodiscard]] Result<ListRead> read_list(const harness::Plane& plane);

}  // namespace karbonetes::bench
