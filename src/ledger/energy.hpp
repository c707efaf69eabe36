// Energy of a Job's pods: the Cloud Carbon Footprint model of what they requested, or measured
// joules in its place. Values; pure; cannot fail but where a Result says so.
//
//   kW per pod = PUE x (vCPU x (Wmin + u (Wmax - Wmin)) / 1000 + GB x 0.000392
//                       + GPUs x (Widle + u (Wmax - Widle)) / 1000)
//
// Source of the numbers: github.com/cloud-carbon-footprint/cloud-carbon-footprint, the
// *FootprintEstimationConstants.ts of each provider. GB there is 10^9 bytes; a request's GiB is
// converted.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace karbonetes::ledger {

// What the scheduler sets aside for one pod.
struct Requests {
  double vcpu = 0;        // cores
  double memory_gib = 0;  // 2^30 bytes
  // Pieces by model ("T4"); a MIG slice is its part of one. Key "": the model is not known.
  std::map<std::string, double, std::less<>> gpus;

  bool operator==(const Requests&) const = default;
};

enum class CloudProvider { Aws, Gcp, Azure };

// "aws" | "gcp" | "azure", any case. Errors: InvalidArgument.
[[nodiscard]] Result<CloudProvider> parse_provider(std::string_view text);
[[nodiscard]] std::string_view name(CloudProvider provider);

struct Watts {
  double idle = 0, full = 0;
};

struct EnergyModel {
  Watts vcpu;                // of one vCPU
  double pue = 1;            // power usage effectiveness of the data centre, 1 or more
  double utilisation = 0.5;  // 0..1, of CPU and GPU
  double memory_kw_per_gb = 0.000392;
  std::map<std::string, Watts, std::less<>> gpus;  // of one piece, by model
  std::string default_gpu = "T4";  // for a GPU whose model is not known or not listed
};

// The provider's row, with all GPUs of the methodology.
[[nodiscard]] EnergyModel model_of(CloudProvider provider);

// For a model that somebody configured. Errors: InvalidArgument, naming the field and its range.
[[nodiscard]] Status validate(const EnergyModel& model);

[[nodiscard]] double kw_per_pod(const Requests& requests, const EnergyModel& model);

// Pods of a Job that run at a time: parallelism, and no more than there are completions to reach
// (completions <= 0: a work queue, no such bound).
[[nodiscard]] double pods_at_once(std::int64_t parallelism, std::int64_t completions);

enum class EnergySource { Model, Measured };
[[nodiscard]] std::string_view name(EnergySource source);  // "model" | "measured"

struct Energy {
  double kwh = 0;
  EnergySource source = EnergySource::Model;
};

// `pods` at a time, for `duration` (negative counts as zero).
[[nodiscard]] Energy energy_of(const Requests& requests, double pods, Millis duration,
                               const EnergyModel& model);

// What a meter at the nodes counted for all pods of the Job.
struct Joules {
  double value = 0;
  bool with_gpus = false;  // the meter sees GPUs, too
};

// Measured joules in place of what the model says of CPU and memory, times PUE. GPUs that the meter
// does not see stay modelled. Not finite or negative: the model holds.
[[nodiscard]] Energy energy_of(Joules measured, const Requests& requests, double pods,
                               Millis duration, const EnergyModel& model);

}  // namespace karbonetes::ledger
