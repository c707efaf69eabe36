// Which policy governs a Job, and what it says after the Job's own annotations: Job annotation
// `policy` > the namespace's policy `default` > policy `default` of the system namespace > built-in
// defaults; then annotations override single fields within the policy's bounds. Pure; each field
// knows where it came from.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/v1alpha1/policy.hpp"
#include "policy/overrides.hpp"

namespace karbonetes::policy {

// All policies of the cluster, keyed by "namespace/name". Immutable snapshot.
struct PolicySet {
  std::map<std::string, std::shared_ptr<const api::Policy>, std::less<>> by_key;
  // Why the stored version of a policy could not be read; its last readable version, if any, holds.
  std::map<std::string, std::string, std::less<>> refused;
};

enum class Origin { BuiltIn, SystemDefault, NamespaceDefault, NamedPolicy, Annotation, Learned };
[[nodiscard]] const char* name(
    Origin origin);  // "built-in default", "system default policy", ...: without the key

template <typename T>
struct Sourced {
  T value{};
  Origin origin = Origin::BuiltIn;
};

struct ResolvedPolicy {
  std::string policy_key;  // "team-a/default", or "built-in"
  Origin policy_origin = Origin::BuiltIn;
  std::shared_ptr<const api::Policy> policy;  // null when built-in
  Sourced<api::Mode> mode;
  Sourced<std::string> signal_source, signal_zone;  // "": the first source of the configuration
  // Null value: the source's own opinion decides, or kDefaultPercentile where it has none.
  Sourced<std::shared_ptr<const carbon::GreenRule>> green;
  Sourced<api::Strategy> strategy;
  Sourced<double> min_saving;  // 0..1
  Sourced<Millis> max_delay;
  Sourced<std::optional<Millis>> expected_duration;  // typical: what plans count with
  std::optional<Millis> long_duration;  // what nine of ten Jobs stay below: what caps count with;
                                        // absent: as expected_duration
  Sourced<api::WhenUnknown> when_unknown;
  Sourced<std::string> green_node_pool;
  Sourced<std::string> fallback_node_pool;  // "" means any pool but the green one
  Sourced<std::string> green_taint_key;
  Sourced<bool> strict;
  Sourced<api::StrictAtDeadline> strict_at_deadline;
  Sourced<bool> do_not_disrupt;
  bool run_now = false;
  std::vector<std::string>
      warnings;  // e.g. the named policy does not exist; max-delay above the policy's limit
};

// A named policy that does not exist falls to the next in the order, with a warning.
[[nodiscard]] ResolvedPolicy resolve(const PolicySet& policies, std::string_view job_namespace,
                                     const Overrides& overrides, std::string_view system_namespace);

// The key of the policy that resolve() would choose, or "built-in".
[[nodiscard]] std::string governing(const PolicySet& policies, std::string_view job_namespace,
                                    const Overrides& overrides, std::string_view system_namespace);

}  // namespace karbonetes::policy
