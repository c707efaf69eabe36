// Where a Job's pods may land, as JSON Patch operations on the Job: built from the Job's own
// affinity, tolerations and node selector, never replacing what its author wrote. Shared by the
// webhook (at CREATE) and the controller (at release). Pure.
#pragma once

#include <string>

#include "base/result.hpp"
#include "json/document.hpp"
#include "placement/pod_template.hpp"
#include "plan/decide.hpp"

namespace karbonetes::placement {

struct Directives {
  plan::Pool pool = plan::Pool::Untouched;
  bool strict = false;
  std::string green_node_pool;
  std::string fallback_node_pool;  // "": any pool but the green one
  std::string green_taint_key;
  bool do_not_disrupt = true;
};

[[nodiscard]] Directives directives_for(const plan::Decision& decision,
                                        const policy::ResolvedPolicy& policy);

// Appends to `patch` (a JSON array) the operations on /spec/template. Green: toleration for the
// green pool's taint; required terms ordered [green], [fallback or NotIn green], each AND-ed with
// each of the user's own required terms; a preferred term for green. Strict: only the green terms.
// Fallback: required [fallback] AND-ed in, or nothing when any pool will do. A Job that pins
// karpenter.sh/nodepool itself (node selector, or any required term) keeps its pools: nothing but
// the disruption annotation is added. Applying twice changes nothing. Errors: Parse when affinity
// or tolerations are unreadable.
[[nodiscard]] Status append_placement(json::Document& patch, const PodTemplate& pod,
                                      const Directives& directives);

// True when the Job names its NodePool itself.
[[nodiscard]] bool pins_node_pool(const PodTemplate& pod);

}  // namespace karbonetes::placement
