// What one pod of a Job requests, as the scheduler counts it: from the raw JSON text of its pod
// template to ledger::Requests. Pure; reads and forgets, nothing is kept.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ledger/energy.hpp"

namespace karbonetes::placement {

// Raw JSON text, as JobView has it; empty: absent.
struct PodResourcesText {
  std::string_view containers, init_containers;  // arrays
  std::string_view overhead;                     // object of quantities
  std::string_view pod_resources;  // spec.resources of the template (KEP-2837): requests, limits
  std::string_view node_selector;  // object of strings: hints at the GPU's model
};

// Rules of k8s.io/component-helpers/resource (PodRequests) after the defaults that the API server
// sets on pods: a missing request is the limit, else zero; containers and sidecars (init containers
// with restartPolicy Always) add up; each other init container, with the sidecars before it, is the
// least that is needed; cpu and memory of the pod level replace that; overhead comes on top.
//
// GPUs: nvidia.com/gpu, nvidia.com/mig-<n>g.<memory> (n of an A100's 7 slices), amd.com/gpu,
// gpu.intel.com/i915 and /xe. Other resources of those vendors are shares or counters of the same
// devices. The model is that of gpu_model_of()
// (gpu_model.hpp).
//
// Errors: Parse (not JSON, wrong kinds, more than 1 MiB or 1,000 containers), InvalidArgument (a
// quantity), each naming the field.
[[nodiscard]] Result<ledger::Requests> requests_of(const PodResourcesText& text);

}  // namespace karbonetes::placement
