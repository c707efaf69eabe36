// Workloads from CSV: one Job a line. Pure.
#pragma once

#include <string>
#include <string_view>

#include "ledger/energy.hpp"
#include "simulate/workload.hpp"

namespace karbonetes::simulate {

struct WorkloadOptions {
  std::string file;  // how errors name it
  ledger::EnergyModel energy = ledger::model_of(ledger::CloudProvider::Gcp);
  TimePoint begin{};  // what arrivals given as numbers count from
};

inline constexpr std::size_t kMaxWorkloadBytes = 1u << 30;
inline constexpr std::size_t kMaxJobs = 20'000'000;

// Columns, found by name without regard to case, blanks, '_' and '-'; the first of each is what the
// documentation says:
//   arrival | arrival_time | submit_time | created | start: RFC 3339 and what is common beside it
//     (base/time_text.hpp), or seconds after options.begin. Required.
//   duration | duration_seconds | length | runtime: "90m" or seconds, > 0. Required.
//   vcpu | cpu | cpus | cores: a quantity, default 1.   memory | memory_gib: "2Gi" or GiB,
//     default 0.   gpus | gpu: pieces, default 0.   gpu_model.   pods: default 1, all at once.
//   namespace: default "default".   name | series | job: Jobs of one name are one series; the
//   name's
//     running number is cut (plan/durations.hpp, series_of).
//   expected_duration.   max_delay: as duration, 0 allowed; the most that this Job may wait.
// A column that is not known is named in a note. Jobs come sorted. Errors: "FILE:LINE: ...", saying
// what to write instead.
[[nodiscard]] Result<Workload> read_workload_csv(std::string_view text,
                                                 const WorkloadOptions& options);

}  // namespace karbonetes::simulate
