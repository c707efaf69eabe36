// The status of a CarbonAwarePolicy: what the controller sees, for people and for `kubectl get`.
// Pure; written by PolicyStatusWriter. No churn: a status is worth a write when something a person
// would act on has changed, or when it is kFreshEnough old.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "carbon/signals.hpp"
#include "json/document.hpp"
#include "policy/resolve.hpp"

namespace karbonetes::controller {

// How old observedAt may get before it alone is worth a write.
inline constexpr Millis kFreshEnough = std::chrono::minutes(5);

struct PolicyCounts {
  int waiting = 0, shadowed = 0;
  std::map<std::string, std::int64_t> released;  // by reason, since the policy exists
  bool operator==(const PolicyCounts&) const = default;
};

struct PolicyStatus {
  std::int64_t generation = 0;
  std::string refused;  // why the spec could not be read; empty: it could
  std::string source, zone, kind;
  std::string state, freshness;  // green | not-green | unknown; fresh | stale | unknown
  std::string note;              // e.g. the asked source is not configured
  std::optional<double> grams_per_kwh;
  std::optional<TimePoint> observed_at, next_green;
  PolicyCounts counts;
};

// `key` is "namespace/name" of a policy of `policies` (or one that was refused).
[[nodiscard]] PolicyStatus status_of(const std::string& key, const policy::PolicySet& policies,
                                     const carbon::Signals& signals, PolicyCounts counts,
                                     TimePoint now);

[[nodiscard]] bool worth_writing(const PolicyStatus& written, const PolicyStatus& current);

// The body of a server-side apply on the status subresource. `previous` gives conditions whose
// status has not changed their old lastTransitionTime.
[[nodiscard]] json::Document apply_body(
    const std::string& key, const PolicyStatus& status,
    const std::map<std::string, std::pair<std::string, std::string>>&
        previous /* type -> {status, lastTransitionTime} */,
    TimePoint now);

}  // namespace karbonetes::controller
