// `kubectl karbonetes run-now JOB`: asks the controller to release a waiting Job at once, by the
// annotation that users may write themselves. From a Job to what is to be done; pure.
#pragma once

#include <string>

#include "cli/job_record.hpp"

namespace karbonetes::cli {

struct RunNow {
  bool ask = false;      // write the annotation
  bool failed = false;   // this Job cannot be run by Karbonetes
  std::string sentence;  // what happens, or why nothing does
};

[[nodiscard]] RunNow run_now(const JobRecord& job);

// The merge patch (RFC 7396) that asks.
[[nodiscard]] std::string run_now_patch();

}  // namespace karbonetes::cli
