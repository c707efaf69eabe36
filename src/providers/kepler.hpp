// Energy that Kepler (github.com/sustainable-computing-io/kepler) measured for the pods of a Job,
// read from the Prometheus that scrapes it. Stateless; thread-safe. Failure: Result; nullopt when
// Kepler knows nothing of the Job's pods, and the model holds.
//
// Two generations are asked for, the newer first:
//   >= 0.10  kepler_pod_cpu_joules_total{pod_namespace,pod_name,zone,state}: zones package (which
//   holds
//            core and uncore) and dram; a pod that has ended is a series of its own with
//            state="terminated" and the same count. GPUs are not in it.
//   before   kepler_container_joules_total{container_namespace,pod_name,mode}: CPU, memory, GPUs.
// The counter of a pod begins with the pod, so its largest value is its energy; a restart of Kepler
// in the middle of a pod loses what it had counted before.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "providers/adapter.hpp"

namespace karbonetes::providers {

// The run whose pods are meant.
struct JobRun {
  std::string ns, name;
  TimePoint started{}, finished{};
  // completionMode Indexed: pods are "<job>-<index>-<random>", else "<job>-<random>". Never both: a
  // Job "report" must not count the pods of its neighbour "report-29926073".
  bool indexed = false;
};

struct MeasuredJoules {
  double joules = 0;
  bool with_gpus = false;
};

// RE2 text for the names of the Job's pods, as the Job controller makes them (cut to 63
// characters).
[[nodiscard]] std::string pod_name_pattern(std::string_view job, bool indexed);

enum class KeplerMetric { Pod, Container };  // >= 0.10, before
// PromQL: joules of all the run's pods as one sample, or none. To be evaluated at kepler_instant().
[[nodiscard]] std::string kepler_query(const JobRun& run, KeplerMetric metric);
// A little after the end: so that the last scrape is in.
[[nodiscard]] TimePoint kepler_instant(const JobRun& run);

// Prometheus' answer to an instant query. nullopt for no series, and for NaN. Errors: Parse;
// Invalid when the server refused the query, or for more than one series, or less than zero.
[[nodiscard]] Result<std::optional<double>> parse_joules(std::string_view body);

// Asks for both metrics, one after the other, until one answers. Errors: of the exchange, of the
// status, of parse_joules.
[[nodiscard]] Result<std::optional<MeasuredJoules>> measured_joules(const Fetch& fetch,
                                                                    const JobRun& run);

using JoulesOf =
    std::function<Result<std::optional<MeasuredJoules>>(const JobRun& run, std::stop_token stop)>;
// For a Prometheus at `url` ("http://prometheus.monitoring:9090", a path prefix is kept), 10 s for
// an exchange. Errors: InvalidArgument for a URL that cannot be read.
[[nodiscard]] Result<JoulesOf> make_kepler(std::string_view url);

}  // namespace karbonetes::providers
